"""The whole sandbox company: three ports, an outbox and faults over one store."""

from dataclasses import dataclass
from pathlib import Path

from core.clock import Clock
from skills.sandbox.billing import SandboxBilling
from skills.sandbox.crm import SandboxCrm
from skills.sandbox.data import CompanyData
from skills.sandbox.desk import Desk
from skills.sandbox.faults import Faults
from skills.sandbox.helpdesk import SandboxHelpdesk
from skills.sandbox.outbox import SandboxOutbox
from skills.sandbox.sqlite_store import SqliteStore
from skills.sandbox.store import MemoryStore, SandboxStore


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """One company to try things on. It knows no roles and no caps: who may do what is decided before it is asked."""

    billing: SandboxBilling
    crm: SandboxCrm
    helpdesk: SandboxHelpdesk
    outbox: SandboxOutbox
    faults: Faults
    store: SandboxStore

    @classmethod
    def over(cls, data: CompanyData, clock: Clock, store: SandboxStore, faults: Faults | None = None) -> "Sandbox":
        """The company with its changes in `store`."""
        faults = faults or Faults()
        desk = Desk(data=data, store=store, clock=clock, faults=faults)
        return cls(
            billing=SandboxBilling(desk),
            crm=SandboxCrm(desk),
            helpdesk=SandboxHelpdesk(desk),
            outbox=SandboxOutbox(store, clock),
            faults=faults,
            store=store,
        )

    @classmethod
    def fresh(cls, data: CompanyData, clock: Clock) -> "Sandbox":
        """The company as its files state it, in memory; costs next to nothing, since nothing is copied before it is changed."""
        return cls.over(data, clock, MemoryStore())

    @classmethod
    def kept(cls, data: CompanyData, clock: Clock, path: Path, *, tenant: str) -> "Sandbox":
        """The company with its changes in an SQLite file of its own."""
        return cls.over(data, clock, SqliteStore(path, tenant=tenant))

    async def close(self) -> None:
        """Closes the store."""
        await self.store.close()
