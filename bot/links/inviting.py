"""Codes that staff give out: invitations for contacts, seat codes for agents. They are typed in Slack or Teams."""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection

from bot.links.codes import Codes
from bot.links.kept import LinkRooms
from core.errors import NotFound
from core.events import Event
from handoff.roster import Roster

HALF = 5
TEXT = (
    "To be recognised as {name} of {company}, open a direct message with the assistant in Slack or Teams, choose "
    '"Verify it\'s me" and enter the code {code}. It works once, within seven days, and for you alone.'
)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A code, and the text with which to send it to the contact."""

    code: str
    text: str


class Inviting:
    """Makes codes that staff give out. Only digests of them are kept."""

    def __init__(self, rooms: LinkRooms, roster: Roster) -> None:
        self._rooms = rooms
        self._roster = roster
        self._codes = Codes(rooms.key, rooms.tenant.id)

    async def invite(self, contact_id: str, *, by: str) -> Invitation:
        """An invitation for an active contact. Raises `NotFound`; `by` is an agent's id or how else it was asked for."""
        person = await self._rooms.contacts.by_id(contact_id)
        if person is None:
            raise NotFound(f"There is no active contact {contact_id}: check the id.", contact_id=contact_id)
        now = self._rooms.clock.now()

        def make(conn: Connection) -> str:
            code = self._codes.invitation(conn, person, by, now)
            event = Event(
                type="identity.invited",
                tenant=self._rooms.tenant.id,
                at=now,
                correlation_id=uuid4().hex,
                conversation_id=None,
                account_id=person.account_id,
                data={"contact_id": person.contact_id, "by": by},
            )
            self._rooms.journal.append(conn, event)
            return code

        code = await self._rooms.database.write(make)
        shown = f"{code[:HALF]}-{code[HALF:]}"
        return Invitation(code=shown, text=TEXT.format(name=person.name, company=person.account_name, code=shown))

    async def seat_code(self, agent_id: str) -> str:
        """A code with which the agent takes their seat in Slack or Teams, within a quarter of an hour. Raises `NotFound`."""
        if self._roster.by_id(agent_id) is None:
            raise NotFound(f"There is no agent {agent_id}: add them to the desk's agents first.", agent_id=agent_id)
        now = self._rooms.clock.now()
        return await self._rooms.database.write(lambda conn: self._codes.seat(conn, agent_id, now))
