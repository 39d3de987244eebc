"""Before a message's turn: finds out who wrote it, when the channel can tell more than was known as it was accepted."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from bot.links.people import user_of
from bot.links.port import Links
from core import inbox
from core.clock import Clock
from core.conversation import Author, EntryKind
from core.database import Database
from core.people import Principal
from core.vault import Erased, Vault
from handoff.roster import Agent
from memory.threads import NewEntry, Threads

RECOGNISED = (
    "Hello {name}: I know you as one of the desk now, so this isn't answered as a customer's. Please say it again, or write help"
    " to see what I can do for you."
)


@dataclass(frozen=True, kw_only=True)
class Identifying:
    """Makes a message, and the conversation it is in, the person's who wrote it. Run again it changes nothing more."""

    database: Database
    vault: Vault
    threads: Threads
    links: Links
    clock: Clock

    async def identify(self, row_id: str) -> str | None:
        """Called before the turn of an accepted message; passes over what isn't a user's of Slack or Teams.

        While the channel or the CRM is silent the turn goes on with what is known; the next message tries again. Whoever turns
        out to be in a conversation on another channel goes on with that: then it returns the lane in which the turn belongs.
        """
        try:
            return await self._identify(row_id)
        except Erased:
            return None

    async def _identify(self, row_id: str) -> str | None:
        inbound, _ = await self.database.read(lambda conn: inbox.load(conn, self.vault, row_id))
        user = user_of(inbound.sender, inbound.ref.channel, private=inbound.private)
        if user is None:
            return None
        known = await self.links.looked_up(user)
        if known.agent is not None and inbound.private:
            await self.database.write(partial(self._greet, row_id, inbound.ref.tenant, known.agent))
        if known.agent is not None:
            return None
        if known.principal.name:
            await self.database.write(partial(self._name, inbound.ref.tenant, row_id, known.principal.name))
        if _same(known.principal, inbound.sender):
            return None
        return await self.database.write(partial(self._settle, row_id, known.principal))

    def _greet(self, row_id: str, tenant: str, agent: Agent, conn: Connection) -> None:
        """Somebody of the desk isn't served as a customer: they are told what they can do, and that it should be said again."""
        if not inbox.unfinished(conn, row_id):
            return
        conversation = self.threads.get(conn, tenant, inbox.placed(conn, row_id))
        inbox.finish(conn, row_id)
        if conversation.open:
            body = {"text": RECOGNISED.format(name=agent.name), "change": "recognised"}
            entry = NewEntry(kind=EntryKind.NOTICE, author=Author.SYSTEM, author_id="system", body=body, at=self.clock.now())
            self.threads.append(conn, tenant, conversation.id, entry, epoch=conversation.epoch)
            self.threads.end(conn, tenant, conversation.id, at=self.clock.now(), reason="agent")

    def _name(self, tenant: str, row_id: str, name: str, conn: Connection) -> None:
        """Puts the name under the line, where it wasn't known as the line was accepted."""
        thread_id = inbox.placed(conn, row_id)
        lines = self.threads.of_turn(conn, tenant, thread_id, row_id)
        if any(each.author is Author.CUSTOMER and not each.author_name for each in lines):
            self.threads.amend(conn, tenant, thread_id, row_id, {}, author_name=name)

    def _settle(self, row_id: str, principal: Principal, conn: Connection) -> str | None:
        """Whoever isn't the contact whose conversation it is begins another one: the turn puts the message there."""
        if not inbox.unfinished(conn, row_id):
            return None
        inbox.identify(conn, self.vault, row_id, principal)
        conversation = self.threads.get(conn, principal.tenant.id, inbox.placed(conn, row_id))
        if not conversation.open:
            return None
        at, other = self.clock.now(), None
        if conversation.private and conversation.last_position == 1:
            other = self.threads.ongoing(conn, principal, at, besides=conversation.ref.channel)
        if other is not None:
            self.threads.end(conn, principal.tenant.id, conversation.id, at=at, reason="joined")
            return other.lane
        if conversation.contact_id in (None, principal.contact_id):
            self.threads.identified(conn, conversation, principal)
        elif conversation.with_bot:
            self.threads.end(conn, principal.tenant.id, conversation.id, at=at, reason="another_person")
        return None


def _same(one: Principal, other: Principal) -> bool:
    """Whether both are the same person with the same standing."""
    return (one.account_id, one.contact_id, one.assurance, one.roles) == (
        other.account_id,
        other.contact_id,
        other.assurance,
        other.roles,
    )
