"""Who the visitor is: a mailed code, an identity token of the company's own site, and what is remembered of them."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta

import structlog
from aiohttp import web
from sqlalchemy import Connection

from bot.channels.customers import Customer, Customers
from bot.channels.verification import Verification
from bot.http.bodies import NAME, id_in_path, json_body, name_of, text_of
from bot.http.limits import Limit
from bot.http.refusals import NotSignedIn
from bot.http.sessions import Sessions, Visitor
from bot.rooms import Person, Rooms
from core.errors import BadInput, NotFound, RapportError
from core.events import Event

ADDRESS_CHARACTERS = 254
STARTS = 5
CONFIRMS = 20


class Identity:
    """The addresses of sign-in and of "What we remember about you"."""

    def __init__(self, rooms: Rooms, sessions: Sessions, customers: Customers) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._customers = customers
        self._codes = Verification(sessions.tokens.key("codes"), rooms.tenant.id)
        window = timedelta(hours=1)
        self._starts = Limit(rooms.wall, most=STARTS, window=window)
        self._starts_by_address = Limit(rooms.wall, most=STARTS, window=window)
        self._confirms = Limit(rooms.wall, most=CONFIRMS, window=window)
        self._mailing: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get("/api/session", self.who),
            web.post("/api/session", self.arrive),
            web.delete("/api/session", self.leave),
            web.post("/api/verify/start", self.start),
            web.post("/api/verify/confirm", self.confirm),
            web.get("/api/memories", self.remembered),
            web.delete("/api/memories", self.forget_all),
            web.delete("/api/memories/{memory}", self.forget),
        )

    async def settle(self) -> None:
        """Waits for codes that are being mailed."""
        await asyncio.gather(*self._mailing)

    async def who(self, request: web.Request) -> web.Response:
        customer = await self._customers.of(request)
        return web.json_response(self._described(customer))

    async def arrive(self, request: web.Request) -> web.Response:
        """Signs in with an identity token that the company's own site gave its page."""
        secret = self._rooms.settings.host_page_secret
        if secret is None:
            raise NotFound("This installation takes no identity tokens: set host_page_secret_env first.")
        visitor = self._sessions.visitor(request)
        token = text_of(await json_body(request), "token", most=4_096)
        claims = self._sessions.tokens.read_host_page(token, secret)
        person = await self._person(claims.get("sub", ""), claims.get("email", ""))
        if person is None:
            raise NotSignedIn("The token names nobody whom this company knows: give the contact's id in `sub`.")
        return await self._signed_in(visitor.verified_as(person.contact_id))

    async def leave(self, request: web.Request) -> web.Response:
        """Signs out: the next message begins a conversation of a stranger."""
        self._sessions.visitor(request)
        return await self._signed_in(Visitor.stranger())

    async def start(self, request: web.Request) -> web.Response:
        """Mails a code. The answer is the same, whether anybody has that address or not."""
        visitor = self._sessions.visitor(request)
        address = text_of(await json_body(request), "email", most=ADDRESS_CHARACTERS).strip()
        if "@" not in address or any(char.isspace() for char in address):
            raise BadInput("That is not an e-mail address: write it as name@company.com.", field="email")
        self._starts.take(visitor.visitor_id)
        known = self._starts_by_address.allows(hashlib.sha256(address.casefold().encode()).hexdigest())
        people = await self._rooms.people.by_email(address) if known else ()
        contacts = [person.contact_id for person in people]
        now = self._rooms.wall.now()
        code = await self._rooms.database.write(lambda conn: self._codes.start(conn, visitor.visitor_id, contacts, now))
        if people:
            task = asyncio.create_task(self._mail_code(visitor, people[0], code))
            self._mailing.add(task)
            task.add_done_callback(self._mailing.discard)
        return web.json_response({"sent": True, "minutes": 10}, status=202)

    async def confirm(self, request: web.Request) -> web.Response:
        """Signs in with the code. One person at two customers chooses with `contact`."""
        visitor = self._sessions.visitor(request)
        body = await json_body(request)
        code = "".join(text_of(body, "code", most=20).split())
        chosen = name_of(body, "contact") if "contact" in body else None
        self._confirms.take(visitor.visitor_id)
        now = self._rooms.wall.now()
        found = await self._rooms.database.write(lambda c: self._codes.confirm(c, visitor.visitor_id, code, chosen, now))
        if found.choices:
            people = [await self._rooms.people.by_id(contact_id) for contact_id in found.choices]
            choose = [{"contact": one.contact_id, "account": one.account_name} for one in people if one]
            return web.json_response({"choose": choose})
        if found.contact_id is None:
            raise BadInput("That code is wrong or has expired: check it, or ask for a new one.", field="code")
        verified = visitor.verified_as(found.contact_id)
        await self._rooms.database.write(lambda conn: self._note(conn, "identity.verified", verified, None))
        return await self._signed_in(verified)

    async def remembered(self, request: web.Request) -> web.Response:
        customer = await self._customers.known(request)
        facts = await self._rooms.memories.of_person(customer.principal.person_id, customer.principal)
        listed = [{"id": fact.id, "text": fact.text, "since": fact.since.isoformat(), "kind": fact.kind} for fact in facts]
        return web.json_response({"memories": listed})

    async def forget(self, request: web.Request) -> web.Response:
        customer = await self._customers.known(request)
        await self._rooms.memories.forget(customer.principal.person_id, id_in_path(request, "memory"))
        return web.json_response({"forgotten": 1})

    async def forget_all(self, request: web.Request) -> web.Response:
        customer = await self._customers.known(request)
        return web.json_response({"forgotten": await self._rooms.memories.forget_all(customer.principal.person_id)})

    async def _signed_in(self, visitor: Visitor) -> web.Response:
        customer = await self._customers.customer(visitor)
        response = web.json_response(self._described(customer))
        self._sessions.keep_visitor(response, visitor)
        return response

    async def _person(self, contact_id: str, address: str) -> Person | None:
        if contact_id:
            return await self._rooms.people.by_id(contact_id) if NAME.fullmatch(contact_id) else None
        people = await self._rooms.people.by_email(address) if address else ()
        return people[0] if len(people) == 1 else None

    async def _mail_code(self, visitor: Visitor, person: Person, code: str) -> None:
        body = f"Your code is {code}. It is good for 10 minutes.\n\nIf you did not ask for it, you can ignore this message."
        try:
            await self._rooms.mail.send(person.email, f"Your {self._rooms.settings.company} code", body)
            await self._rooms.database.write(lambda conn: self._note(conn, "identity.code_sent", visitor, person.account_id))
        except RapportError as error:
            structlog.get_logger("identity").error("code.not_mailed", error=type(error).__name__)

    def _note(self, conn: Connection, kind: str, visitor: Visitor, account_id: str | None) -> None:
        event = Event(
            type=kind,
            tenant=self._rooms.tenant.id,
            at=self._rooms.clock.now(),
            correlation_id=visitor.visitor_id,
            conversation_id=None,
            account_id=account_id,
            data={"visitor_id": visitor.visitor_id, "contact_id": visitor.contact_id},
        )
        self._rooms.journal.append(conn, event)

    def _described(self, customer: Customer) -> dict[str, object]:
        person = customer.person
        return {
            "csrf": self._sessions.tokens.csrf(customer.visitor.session_id),
            "verified": person is not None,
            "name": person.name if person else "",
            "account": person.account_name if person else "",
        }
