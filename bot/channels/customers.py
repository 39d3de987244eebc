"""From a visitor's sign-in to the principal that rooms know, and to the conversation that is theirs."""

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from bot.http.sessions import Sessions, Visitor
from bot.rooms import Person, Rooms
from core.conversation import ConversationRef
from core.errors import NotAllowed
from core.people import Assurance, Principal, PrincipalKind
from memory.tables import Conversation

CHANNEL = "web_chat"


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A visitor, as they stand now: their contact is looked up anew with every request."""

    visitor: Visitor
    person: Person | None
    principal: Principal
    ref: ConversationRef


class Customers:
    """Knows visitors by their cookies."""

    def __init__(self, rooms: Rooms, sessions: Sessions) -> None:
        self._rooms = rooms
        self._sessions = sessions

    async def of(self, request: web.Request) -> Customer:
        """Who sends this request. Raises `NotSignedIn`."""
        return await self.customer(self._sessions.visitor(request))

    async def customer(self, visitor: Visitor) -> Customer:
        """A contact who has left since counts as a stranger."""
        person = await self._rooms.people.by_id(visitor.contact_id) if visitor.contact_id else None
        ref = ConversationRef(
            tenant=self._rooms.tenant.id,
            channel=CHANNEL,
            installation=self._rooms.settings.installation,
            conversation_id=visitor.chat,
        )
        return Customer(visitor=visitor, person=person, principal=self._principal(visitor, person), ref=ref)

    async def known(self, request: web.Request) -> Customer:
        """A customer whose identity is verified. Raises `NotAllowed` for strangers."""
        customer = await self.of(request)
        if customer.person is None:
            raise NotAllowed("This is for verified customers: confirm your e-mail address first.")
        return customer

    def conversation(self, conn: Connection, customer: Customer) -> Conversation | None:
        """The latest conversation, unless it is another contact's; or the one that this contact is in on another channel."""
        found = self._rooms.threads.find(conn, customer.ref)
        if found is not None and found.contact_id not in (None, customer.principal.contact_id):
            found = None
        if found is not None and found.open:
            return found
        now = self._rooms.clock.now()
        return self._rooms.threads.ongoing(conn, customer.principal, now, besides=CHANNEL) or found

    def _principal(self, visitor: Visitor, person: Person | None) -> Principal:
        if person is None:
            return Principal(kind=PrincipalKind.CUSTOMER, id=visitor.visitor_id, tenant=self._rooms.tenant)
        return Principal(
            kind=PrincipalKind.CUSTOMER,
            id=person.contact_id,
            tenant=self._rooms.tenant,
            name=person.name,
            roles=person.roles,
            account_id=person.account_id,
            contact_id=person.contact_id,
            assurance=Assurance.VERIFIED,
        )
