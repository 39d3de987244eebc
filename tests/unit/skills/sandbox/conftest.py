"""The demo company at its reference moment, fresh for every test."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import FixedClock
from skills.sandbox.company import Sandbox
from skills.sandbox.data import CompanyData

FOLDER = Path(__file__).parents[4] / "demo" / "halcyon"


@pytest.fixture(scope="session")
def data() -> CompanyData:
    return CompanyData.load(FOLDER)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 20, 10, 0, tzinfo=UTC))


@pytest.fixture
def sandbox(data: CompanyData, clock: FixedClock) -> Sandbox:
    return Sandbox.fresh(data, clock)
