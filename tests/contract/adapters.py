"""The adapters of the three ports, each over the demo company: a new one joins every contract test by being added here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from core.clock import FixedClock
from skills.billing.port import Billing
from skills.crm.port import Crm
from skills.helpdesk.port import Helpdesk
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData

FOLDER = Path(__file__).parents[2] / "demo" / "halcyon"


@dataclass(frozen=True, kw_only=True)
class Systems:
    """The three ports of one adapter, and how to close it."""

    billing: Billing
    crm: Crm
    helpdesk: Helpdesk
    sandbox: Sandbox


@cache
def company() -> CompanyData:
    return CompanyData.load(FOLDER)


def _clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 20, 10, 0, tzinfo=UTC))


def _systems(sandbox: Sandbox) -> Systems:
    return Systems(billing=sandbox.billing, crm=sandbox.crm, helpdesk=sandbox.helpdesk, sandbox=sandbox)


def in_memory(_: Path) -> Systems:
    return _systems(Sandbox.fresh(company(), _clock()))


def in_a_file(folder: Path) -> Systems:
    return _systems(Sandbox.kept(company(), _clock(), folder / "sandbox.db", tenant="halcyon"))


ADAPTERS: dict[str, Callable[[Path], Systems]] = {"sandbox_memory": in_memory, "sandbox_sqlite": in_a_file}
