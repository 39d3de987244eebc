"""A fresh world for one script: its own database, its own copy of the company, one conversation."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection

from bot.ask.script import Script
from bot.dialogue.state import DialogueState
from bot.house import House
from core.conversation import Author, ConversationRef, EntryKind, Inbound, Press, Reply
from core.database import Database
from core.errors import BadInput, NotFound, RapportError
from core.people import Assurance, Principal, PrincipalKind
from memory.threads import NewEntry

T = TypeVar("T")

SIX_DIGITS = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True, kw_only=True)
class PlainSteps:
    """Steps without an engine: a script that is cut off is simply run again."""

    database: Database

    async def step(self, name: str, write: Callable[[Connection], T]) -> T:
        return await self.database.write(write)


@dataclass(kw_only=True)
class World:
    """A conversation that a script plays."""

    house: House
    customer: Principal
    ref: ConversationRef
    turns: int = field(default=0)

    async def say(self, text: str) -> Reply:
        return await self._take(text, None)

    async def press(self, confirm: bool) -> Reply:
        """Presses the open card; without one the reply says that none is open."""
        choice = "confirm" if confirm else "cancel"
        return await self._take("", Press(card_id=await self._open_card(), choice=choice))

    async def decide(self, role: str, approve: bool) -> None:
        """Decides the newest open approval of this conversation. Nothing happens when there is none for that role."""
        approver = self._staff(role)
        now = self.house.clock.now()
        waiting = await self.house.database.read(
            lambda conn: self.house.approvals.open_for(conn, self.house.tenant.id, approver.roles, now)
        )
        if not waiting:
            raise BadInput(f"no approval is open that {role} may decide.")
        await self.house.approving.decide(waiting[-1].id, approver, approve=approve)

    async def agent_says(self, text: str) -> None:
        """An agent claims the case, if there is one, and writes; else it is part of the history."""
        agent = self._staff("support_agent")
        await self.house.database.write(lambda conn: self._agent_says(conn, agent, text))

    async def recount(self, role: str, text: str) -> None:
        """Puts what was said before into the thread."""
        await self.house.database.write(lambda conn: self._recount(conn, Author(role), text))

    async def last_code(self) -> str:
        """The last code that was mailed; empty when none was."""
        for mail in await self.house.outbox.messages():
            found = SIX_DIGITS.search(mail.body)
            if found:
                return found.group()
        return ""

    async def give_back(self) -> None:
        """The agent who holds the case gives it back to the assistant."""
        agent = self._staff("support_agent")

        def write(conn: Connection) -> None:
            conversation = self.house.threads.find(conn, self.ref)
            case = self.house.cases.live_in(conn, self.ref.tenant, conversation.id) if conversation else None
            if case is None:
                raise BadInput("no case is open in this conversation.")
            self.house.cases.claim(conn, case.id, agent, at=self.house.clock.now())
            self.house.cases.give_back(conn, case.id, agent, "", at=self.house.clock.now())

        await self.house.database.write(write)

    async def last_words(self) -> str:
        """What the other side said last."""

        def read(conn: Connection) -> str:
            conversation = self.house.threads.find(conn, self.ref)
            said = self.house.threads.said(conn, self.ref.tenant, conversation.id) if conversation else []
            return next((each.text for each in reversed(said) if each.role != "customer"), "")

        return await self.house.database.read(read)

    async def close(self) -> None:
        await self.house.database.close()

    async def _take(self, text: str, press: Press | None) -> Reply:
        self.turns += 1
        inbound = Inbound(
            ref=self.ref,
            message_id=f"m{self.turns}",
            sender=self.customer,
            text=text,
            received_at=self.house.clock.now(),
            press=press,
        )
        accepted = await self.house.database.write(lambda conn: self.house.intake.write(conn, inbound))
        return await self.house.turns.take(PlainSteps(database=self.house.database), accepted.row_id)

    async def _open_card(self) -> str:
        def read(conn: Connection) -> str:
            conversation = self.house.threads.find(conn, self.ref)
            kept = self.house.threads.load_state(conn, self.ref.tenant, conversation.id) if conversation else None
            top = DialogueState.model_validate_json(kept).top if kept else None
            return top.card.id if top and top.card else "none"

        return await self.house.database.read(read)

    def _agent_says(self, conn: Connection, agent: Principal, text: str) -> None:
        now = self.house.clock.now()
        conversation = self.house.threads.find(conn, self.ref)
        case = self.house.cases.live_in(conn, self.ref.tenant, conversation.id) if conversation else None
        if case is None:
            self._recount(conn, Author.AGENT, text)
            return
        self.house.cases.claim(conn, case.id, agent, at=now)
        self.house.cases.reply_to_customer(conn, case.id, agent, text, at=now)

    def _recount(self, conn: Connection, author: Author, text: str) -> None:
        """History is said by the customer or, whoever answered then, by the side that holds the conversation now."""
        now = self.house.clock.now()
        correlation_id = uuid.uuid4().hex
        conversation = self.house.threads.open_or_create(conn, self.ref, self.customer, at=now, correlation_id=correlation_id)
        self.turns += 1
        mine = author is Author.CUSTOMER
        entry = NewEntry(
            kind=EntryKind.TEXT,
            author=Author.CUSTOMER if mine else Author.BOT,
            author_id=self.customer.person_id if mine else "bot",
            body={"text": text, "message_id": f"m{self.turns}"},
            at=now,
        )
        epoch = None if mine else conversation.epoch
        self.house.threads.append(conn, self.ref.tenant, conversation.id, entry, epoch=epoch)

    def _staff(self, role: str) -> Principal:
        return Principal(
            kind=PrincipalKind.AGENT,
            id=f"staff-{role}",
            name=role.replace("_", " ").capitalize(),
            tenant=self.house.tenant,
            roles=frozenset({role, "support_agent"}),
            assurance=Assurance.VERIFIED,
        )


async def make_world(house: House, script: Script) -> World:
    """The world of a script. Raises `BadInput` for an account or contact that doesn't exist."""
    ref = ConversationRef(tenant=house.tenant.id, channel="script", installation="ask", conversation_id="c")
    return World(house=house, customer=await customer_of(house, script), ref=ref)


async def customer_of(house: House, script: Script) -> Principal:
    """Who speaks in a script: the named contact, or the account's first active Owner, or a stranger."""
    if script.account is None or script.assurance is Assurance.ANONYMOUS:
        return Principal(kind=PrincipalKind.CUSTOMER, id="visitor", tenant=house.tenant)
    try:
        contacts = await house.ports.crm.contacts(script.account)
    except NotFound as error:
        raise BadInput(f"there is no account {script.account}: use an id such as ACC-001.") from error
    except RapportError as error:
        raise BadInput(error.message) from error
    active = [each for each in contacts if each.active]
    wanted = [each for each in contacts if each.id == script.contact] if script.contact else []
    owners = [each for each in active if each.role == "Owner"] or active
    if script.contact and not wanted:
        raise BadInput(f"{script.account} has no contact {script.contact}.")
    contact = (wanted or owners or list(contacts))[0]
    return Principal(
        kind=PrincipalKind.CUSTOMER,
        id=contact.id,
        name=contact.name,
        tenant=house.tenant,
        roles=frozenset({contact.role}),
        account_id=script.account,
        contact_id=contact.id,
        assurance=script.assurance,
    )
