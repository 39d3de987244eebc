"""Forgets a person for good: the key to all that they said, then what each room keeps of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from core.database import Database
from core.errors import RapportError, Unavailable
from core.events import Event
from core.journal import Journal
from core.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A room that keeps something of people. `erase(tenant, person)` may be repeated and returns how much it removed."""

    name: str
    erase: Callable[[str, str], Awaitable[int]]


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What an erasure did: how many keys it destroyed, and how much each owner removed."""

    keys: int
    removed: dict[str, int] = field(default_factory=dict[str, int])


class Eraser:
    """Erases people. The key goes first, so whatever fails later, nothing that the person said can be read again."""

    def __init__(self, database: Database, vault: Vault, journal: Journal, owners: tuple[Owner, ...]) -> None:
        self._database = database
        self._vault = vault
        self._journal = journal
        self._owners = owners

    async def erase(self, tenant: str, person: str, now: datetime) -> Erasure:
        """Destroys the person's keys and asks every owner. Raises `Unavailable` naming who couldn't finish: erase again."""
        keys = await self._database.write(lambda conn: self._vault.destroy(conn, tenant=tenant, person=person))
        removed: dict[str, int] = {}
        failed: list[str] = []
        for owner in self._owners:
            try:
                removed[owner.name] = await owner.erase(tenant, person)
            except (RapportError, OSError):
                failed.append(owner.name)
        await self._database.write(lambda conn: self._tell(conn, tenant, person, now, keys=keys, removed=removed, failed=failed))
        if failed:
            names = ", ".join(failed)
            raise Unavailable(f"The key is destroyed, but {names} could not finish: erase again.", person=person, owners=failed)
        return Erasure(keys=keys, removed=removed)

    def _tell(
        self,
        conn: Connection,
        tenant: str,
        person: str,
        now: datetime,
        **data: int | dict[str, int] | list[str],
    ) -> None:
        event = Event(
            type="person.erased",
            tenant=tenant,
            at=now,
            correlation_id=uuid4().hex,
            conversation_id=None,
            account_id=None,
            data={"person": person, **data},
        )
        self._journal.append(conn, event)
