"""What customers are called at the desk: looked up where it is known, and remembered for a few minutes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.rooms import Rooms

KEPT_FOR = timedelta(minutes=5)
MOST_NAMES = 5_000


class Names:
    """Names of contacts by id. Conversations keep ids only."""

    def __init__(self, rooms: Rooms) -> None:
        self._people = rooms.people
        self._wall = rooms.wall
        self._known: dict[str, tuple[datetime, str, str]] = {}

    async def of(self, contact_ids: Iterable[str | None]) -> dict[str, str]:
        """Who they are, as "name" by contact id; empty for strangers and for those who left."""
        return {contact_id: (await self._find(contact_id))[0] for contact_id in set(contact_ids) if contact_id}

    async def with_accounts(self, contact_ids: Iterable[str | None]) -> dict[str, str]:
        """The same as "name, account"."""
        found = {contact_id: await self._find(contact_id) for contact_id in set(contact_ids) if contact_id}
        return {contact_id: ", ".join(filter(None, names)) for contact_id, names in found.items()}

    async def _find(self, contact_id: str) -> tuple[str, str]:
        now = self._wall.now()
        until, name, account = self._known.get(contact_id, (now, "", ""))
        if until > now:
            return name, account
        person = await self._people.by_id(contact_id)
        name, account = (person.name, person.account_name) if person else ("", "")
        if len(self._known) >= MOST_NAMES:
            self._known.clear()
        self._known[contact_id] = (now + KEPT_FOR, name, account)
        return name, account
