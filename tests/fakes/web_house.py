"""A whole small company behind the front door, in memory: real rooms where they are quick, and a scripted assistant."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.intake import TURN, Intake
from bot.live import Live
from bot.rooms import (
    AccountView,
    Agent,
    ArticleLine,
    ArticlePage,
    Check,
    Guest,
    Letter,
    Person,
    Remembered,
    Rooms,
    Settings,
    TicketLine,
)
from bot.telemetry import Telemetry, correlated, span
from core import inbox
from core.action import ActionRequest, Argument, Effect, NeedsApproval, Origin, Provenance, Reason
from core.clock import FixedClock
from core.conversation import Author, Card, Citation, EntryKind, Inbound
from core.database import Database
from core.durable import Steps
from core.durable_memory import MemoryDurable
from core.errors import NotFound
from core.journal import Journal
from core.keyring import KeyRing
from core.people import Principal, Tenant
from core.runner import Runner
from core.vault import Vault
from governance.approvals import Approval, Approvals, ApprovalState
from governance.audit import DecisionRecord, record
from handoff.cases import Cases
from handoff.cases import Rooms as CaseRooms
from handoff.packet import Opening, Packet
from handoff.promises import Promises
from handoff.roster import Roster
from handoff.sla import parse_desk
from memory.tables import Conversation
from memory.threads import NewEntry, Threads
from tests.fakes.console_desk import HouseDesk
from tests.fakes.model import ScriptedModel

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TENANT = Tenant(id="halcyon", region="eu")
HELEN = Person(
    contact_id="C-001-1",
    account_id="ACC-001",
    account_name="Brightwater Care Homes",
    name="Helen Ashdown",
    email="helen.ashdown@brightwater.example",
    roles=frozenset({"Owner"}),
)
OMAR = Person(
    contact_id="C-002-1",
    account_id="ACC-002",
    account_name="Northgate Bakery",
    name="Omar Haddad",
    email="omar@northgate.example",
    roles=frozenset({"Owner"}),
)
OMAR_TOO = Person(
    contact_id="C-003-1",
    account_id="ACC-003",
    account_name="Southgate Café",
    name="Omar Haddad",
    email="omar@northgate.example",
    roles=frozenset({"Admin"}),
)
SAM = Agent(id="sam", name="Sam Okafor", roles=frozenset({"support_agent"}))
BEA = Agent(id="bea", name="Bea Lindqvist", roles=frozenset({"billing_lead"}))
ADA = Agent(id="ada", name="Ada Moreau", roles=frozenset({"account_manager"}))
NEIL = Agent(id="neil", name="Neil Abara", roles=frozenset({"auditor"}))
REFUNDS = "Refunds go back the way the money came. They arrive within 5 to 10 business days. Only an Owner may ask."
QUOTE = "They arrive within 5 to 10 business days."
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>[x](javascript:alert(1))'


class HousePeople:
    """Three contacts."""

    known = (HELEN, OMAR, OMAR_TOO)

    async def by_id(self, contact_id: str) -> Person | None:
        return next((each for each in self.known if each.contact_id == contact_id), None)

    async def by_email(self, email: str) -> Sequence[Person]:
        return tuple(each for each in self.known if each.email.casefold() == email.casefold())

    async def account(self, account_id: str, reader: Principal) -> AccountView:
        found = next((each for each in self.known if each.account_id == account_id), None)
        if found is None:
            raise NotFound(f"There is no account {account_id}: check the id.")
        rows = (("Plan", "Business, annual"), ("Seats", "420, 410 used"), ("Renewal", "4 January 2027"))
        tickets = (TicketLine(id="T-9", subject="Clock-in fails at gate 3", priority="P3", state="open"),)
        return AccountView(id=account_id, name=found.account_name, rows=rows, tickets=tickets, flags=("Pays by bank transfer",))

    async def by_name(self, name: str) -> Sequence[tuple[str, str]]:
        wanted = name.casefold()
        return [(each.account_id, each.account_name) for each in self.known if each.account_name.casefold().startswith(wanted)]

    async def consent(self, contact_id: str) -> Mapping[str, str]:
        return {"email": "opted_in", "phone": "none_recorded"}


class HouseHelp:
    """Two articles, one internal."""

    async def articles(self, audience: frozenset[str]) -> Sequence[ArticleLine]:
        found = [ArticleLine(id="how-refunds-work", title="How refunds work", summary="Where refunds go and how long they take")]
        return [*found, *([ArticleLine(id="caps", title="Refund caps")] if "internal" in audience else [])]

    async def article(self, article_id: str, audience: frozenset[str], span: tuple[int, int] | None) -> ArticlePage:
        if article_id == "caps" and "internal" in audience:
            return ArticlePage(id="caps", title="Refund caps", html="<p>Up to 100.</p>", internal=True)
        if article_id != "how-refunds-work":
            raise NotFound("There is no such article: look in the list.")
        start, end = span or (0, 0)
        text = f'{REFUNDS[:start]}<mark id="cited">{REFUNDS[start:end]}</mark>{REFUNDS[end:]}' if span else REFUNDS
        html = f"<h2>How long a refund takes</h2><p>{text}</p><h2>Who may ask</h2><ul><li>Owners</li><li>Billing admins</li></ul>"
        return ArticlePage(id=article_id, title="How refunds work", html=html, updated="16 November 2026")


class HouseMemories:
    """Facts by person."""

    def __init__(self) -> None:
        self.facts = {"C-001-1": [Remembered(id="m1", text="Prefers invoices by post.", since=NOON, kind="preference")]}

    async def of_person(self, person_id: str, reader: Principal) -> Sequence[Remembered]:
        return tuple(self.facts.get(person_id, ()))

    async def forget(self, person_id: str, memory_id: str) -> None:
        kept = self.facts.get(person_id, [])
        if memory_id not in {fact.id for fact in kept}:
            raise NotFound("There is no such memory: reload the list.")
        self.facts[person_id] = [fact for fact in kept if fact.id != memory_id]

    async def forget_all(self, person_id: str) -> int:
        return len(self.facts.pop(person_id, []))


class HouseMail:
    """Keeps what is sent."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.letters: list[Letter] = []

    async def send(self, to: str, subject: str, body: str) -> None:
        self.letters.insert(0, Letter(to=to, subject=subject, body=body, at=self.clock.now()))

    async def sent(self) -> Sequence[Letter]:
        return tuple(self.letters)


@dataclass
class HouseHealth:
    """As healthy as it is told to be."""

    missing: str | None = None

    def loading(self) -> str | None:
        return self.missing

    async def checks(self) -> Sequence[Check]:
        return (Check(name="database", ok=True), Check(name="embedder", ok=self.missing is None, detail=self.missing or ""))


@dataclass
class Script:
    """The assistant of the house: a few words lead to each kind of entry. `silent` leaves turns untaken, `noticed` is what is
    understood of a text besides."""

    house: "House"
    silent: bool = False
    noticed: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    async def take(self, steps: Steps, row_id: str) -> None:
        if self.silent:
            return
        house = self.house
        inbound, correlation_id = await house.database.read(lambda conn: inbox.load(conn, house.vault, row_id))
        with correlated(correlation_id), span("turn", tracer=house.telemetry.tracer(), skill="none"):
            await steps.step("reply", lambda conn: self._write(conn, row_id, inbound, correlation_id))
        house.live.publish(inbound.ref.lane)

    def _write(self, conn: Connection, row_id: str, inbound: Inbound, correlation_id: str) -> None:
        conversation = self.house.threads.get(conn, TENANT.id, inbox.placed(conn, row_id))
        noticed = self.noticed.get(inbound.text, {})
        self.house.threads.spoken_in(conn, TENANT.id, conversation.id, str(noticed.get("language", "en")))
        if conversation.with_bot:
            self._answer(conn, conversation, row_id, inbound, correlation_id)
        else:
            self.house.cases.customer_wrote(conn, conversation, conversation.last_position, {}, at=NOON)
        self._record(conn, conversation, row_id, correlation_id, noticed)
        inbox.finish(conn, row_id)

    def _answer(self, conn: Connection, conversation: Conversation, row_id: str, inbound: Inbound, correlation_id: str) -> None:
        text = inbound.text.lower()
        if inbound.press:
            self._pressed(conn, conversation, row_id, inbound.press.choice)
        elif "refund of" in text:
            self._ask_approval(conn, conversation, inbound, correlation_id)
            self._hand_over(conn, conversation, row_id, inbound, correlation_id, "money_over_limit")
        elif "person" in text:
            self._hand_over(conn, conversation, row_id, inbound, correlation_id, "asked_for_human")
        elif "credit" in text:
            self._show_card(conn, conversation, row_id)
        elif "echo" in text:
            self._say(conn, conversation, row_id, [{"text": inbound.text, "citations": []}])
        else:
            start = REFUNDS.index(QUOTE)
            cited = Citation(
                article="how-refunds-work", heading="How long a refund takes", start=start, end=start + len(QUOTE), quote=QUOTE
            )
            self._say(
                conn,
                conversation,
                row_id,
                [
                    {"text": "Refunds go back the way the money came.", "citations": []},
                    {"text": QUOTE, "citations": [asdict(cited)]},
                ],
            )

    def _say(self, conn: Connection, conversation: Conversation, row_id: str, sentences: Sequence[dict[str, Any]]) -> None:
        for sentence in sentences:
            self._append(conn, conversation, row_id, EntryKind.SENTENCE, sentence)
        self._append(conn, conversation, row_id, EntryKind.REPLY_END, {"offer": None})

    def _show_card(self, conn: Connection, conversation: Conversation, row_id: str) -> None:
        rows = (("Amount", "€20.00"), ("For", "The outage on 12 November"), ("Account", "Brightwater Care Homes"))
        card = Card(
            id=f"card-{row_id}",
            title="Give an account credit",
            rows=rows,
            rule="Credits are used on your next invoice and expire after 12 months.",
            action_id=f"action-{row_id}",
            arguments_hash="0" * 64,
        )
        self._append(conn, conversation, row_id, EntryKind.SENTENCE, {"text": "I can give you this credit.", "citations": []})
        self._append(conn, conversation, row_id, EntryKind.CARD, asdict(card))
        self._append(conn, conversation, row_id, EntryKind.REPLY_END, {"offer": None})

    def _pressed(self, conn: Connection, conversation: Conversation, row_id: str, choice: str) -> None:
        if choice != "confirm":
            self._say(conn, conversation, row_id, [{"text": "Nothing was changed.", "citations": []}])
            return
        self._append(conn, conversation, row_id, EntryKind.SENTENCE, {"text": "Your credit is booked.", "citations": []})
        receipt = {"rows": [["Receipt", "CR-1001"], ["Amount", "€20.00"]]}
        self._append(conn, conversation, row_id, EntryKind.RECEIPT, receipt)
        self._append(conn, conversation, row_id, EntryKind.REPLY_END, {"offer": None})

    def _append(self, conn: Connection, conversation: Conversation, row_id: str, kind: EntryKind, body: dict[str, Any]) -> None:
        entry = NewEntry(
            kind=kind,
            author=Author.BOT,
            author_id="bot",
            author_name="Rapport",
            body=body,
            at=self.house.clock.now(),
            turn_id=row_id,
        )
        self.house.threads.append(conn, TENANT.id, conversation.id, entry, epoch=conversation.epoch)

    def _hand_over(
        self, conn: Connection, conversation: Conversation, row_id: str, inbound: Inbound, correlation_id: str, reason: str
    ) -> None:
        packet = Packet(
            summary="The customer wants to speak with somebody about an invoice of October.",
            reason=reason,
            note="They asked for it in words.",
            intents=("refund_payment",),
            slots={"amount": "400"},
            steps=("find_invoices: done",),
            mood=-0.4,
            first_words=inbound.text,
            account_id=conversation.account_id,
            policy_reasons=("cap",),
        )
        opening = Opening(
            conversation=self.house.threads.get(conn, TENANT.id, conversation.id),
            packet=packet,
            at=self.house.clock.now(),
            correlation_id=correlation_id,
            plan="business",
            turn_id=row_id,
        )
        self.house.cases.open(conn, opening)

    def _ask_approval(self, conn: Connection, conversation: Conversation, inbound: Inbound, correlation_id: str) -> None:
        self.house.ask_approval(conn, conversation, inbound.sender, correlation_id)

    def _record(
        self, conn: Connection, conversation: Conversation, row_id: str, correlation_id: str, noticed: Mapping[str, Any]
    ) -> None:
        understood: dict[str, Any] = {
            "intents": [["refund_payment", 0.91]],
            "revenue": ["churn_risk", 0.62, None],
            "language": "en",
            "out_of_scope": 0.02,
            **noticed,
        }
        decided = DecisionRecord(
            id=row_id,
            tenant=TENANT.id,
            kind="turn",
            at=self.house.clock.now(),
            correlation_id=correlation_id,
            conversation_id=conversation.id,
            account_id=conversation.account_id,
            understood=understood,
            recalled=("m1",),
            retrieved=({"passage": "how-refunds-work#2", "score": 0.83},),
            decided=(
                {"skill": "refund_payment", "decision": "needs_approval", "policies": ["refund_cap"], "why": ["Above the cap"]},
            ),
            versions={"policy": "a1b2c3", "model": "embedded-1"},
            timings_ms={"understand": 12.5, "search": 8.1},
        )
        record(conn, decided)


@dataclass
class House:
    """The rooms, and what tests reach for."""

    settings: dict[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        self.clock, self.wall = FixedClock(NOON), FixedClock(NOON)
        self.database = Database.open("sqlite://")
        self.database.create_all()
        self.keys = KeyRing()
        self.vault, self.journal = Vault(self.keys), Journal()
        self.threads = Threads(self.vault, self.journal)
        usual = {"hours": {"mon-fri": "08:00-18:00"}, "first_reply_minutes": 60, "urgent_reply_minutes": 15}
        hours = parse_desk({"zone": "Europe/Dublin", "usual": usual})
        self.promises = Promises(self.vault, self.journal, hours)
        self.cases = Cases(
            CaseRooms(vault=self.vault, journal=self.journal, threads=self.threads, promises=self.promises, desk=hours)
        )
        self.approvals = Approvals(self.vault, self.journal)
        self.live, self.telemetry = Live(), Telemetry()
        self.model = ScriptedModel()
        self.people, self.help, self.memories = HousePeople(), HouseHelp(), HouseMemories()
        self.mail, self.health, self.script = HouseMail(self.clock), HouseHealth(), Script(self)
        self.executed: list[str] = []
        self.durable = MemoryDurable(Runner(database=self.database))
        self.durable.register(TURN, self.script.take)
        self.desk = HouseDesk(self, Roster(agents=(SAM, BEA, ADA, NEIL)), hours)
        self.rooms = self._rooms()

    async def open(self) -> None:
        await self.durable.launch()

    async def close(self) -> None:
        await self.durable.close()
        await self.database.close()
        self.keys.close()

    def ask_approval(self, conn: Connection, conversation: Conversation, asker: Principal, correlation_id: str) -> str:
        said = Provenance(origin=Origin.CUSTOMER, source_id="m1")
        request = ActionRequest(
            id=f"action-{correlation_id}",
            skill="refund_payment",
            effect=Effect.MONEY,
            arguments={
                "invoice": Argument(value="INV-77", provenance=said),
                "amount_minor": Argument(value=40_000, provenance=said),
            },
            principal=asker,
            account_id=conversation.account_id,
            conversation_id=conversation.id,
            correlation_id=correlation_id,
            idempotency_key=f"key-{correlation_id}",
            requested_at=self.clock.now(),
        )
        why = Reason(code="cap", customer="A colleague must agree.", agent="Above the cap of 100 USD.")
        decision = NeedsApproval(approver="billing_lead", policies=("refund_cap",), version="v1", reasons=(why,))
        expires_at = self.clock.now() + timedelta(hours=24)
        return self.approvals.request(conn, request, decision, evidence={}, expires_at=expires_at)

    async def decided(self, approval: Approval, approver: Principal) -> str:
        if approval.state is not ApprovalState.GRANTED:
            return "The customer was told that it was refused."
        self.executed.append(approval.id)
        return "Done: refund RF-2001."

    def _rooms(self) -> Rooms:
        values: dict[str, Any] = {
            "secret": b"s" * 40,
            "company": "Halcyon",
            "bot_name": "Rapport",
            "demo": True,
            "agents": (SAM, BEA, ADA, NEIL),
            "guests": (Guest(contact_id="C-001-1", note="Large account, renewal in 45 days"),),
            "starters": ("How long does a refund take?", "Why was I charged twice?", "Can I add ten seats?"),
        }
        intake = Intake(
            database=self.database,
            durable=self.durable,
            vault=self.vault,
            journal=self.journal,
            threads=self.threads,
            clock=self.clock,
        )
        return Rooms(
            tenant=TENANT,
            settings=Settings(**values | self.settings),
            database=self.database,
            journal=self.journal,
            threads=self.threads,
            cases=self.cases,
            promises=self.promises,
            approvals=self.approvals,
            desk=self.desk.desk(),
            intake=intake,
            people=self.people,
            help=self.help,
            memories=self.memories,
            mail=self.mail,
            health=self.health,
            clock=self.clock,
            wall=self.wall,
            live=self.live,
            telemetry=self.telemetry,
            inviting=self.desk.inviting(),
        )
