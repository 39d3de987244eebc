"""The places where hostile outputs are put: a conversation of the small house, its help centre, and whatever its desk is told."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import cycle
from typing import Any, cast

from aiohttp import web
from sqlalchemy import Connection

from bot.http.fence import Handler
from bot.rooms import ArticleLine, ArticlePage, Letter, Remembered
from core.conversation import Author, Card, Citation, ConversationRef, EntryKind
from core.errors import BadInput
from core.people import Assurance, Principal, PrincipalKind
from governance.audit import DecisionRecord, record
from handoff.desk.views import HintView
from handoff.packet import Opening, Packet
from knowledge.render import render
from memory.tables import Conversation
from memory.threads import NewEntry
from tests.browser.hostile.grammar import FAMILIES, Output
from tests.fakes.console_desk import stuck
from tests.fakes.web_house import HELEN, NOON, SAM, TENANT, House

BY_BOT = (
    *("sentence", "split", "citation", "card title", "card row", "card rule", "card button", "receipt"),
    *("receipt label", "notice", "customer", "assistant's name"),
)
BY_PEOPLE = ("agent", "agent's name", "note")
SLOTS = (*BY_BOT, *BY_PEOPLE)
END = "Here the conversation ends."
ASKED = "So how long does a refund take?"

# Values by which pages tell one thing from another; no person, model or tool writes them.
CODES = frozenset(
    {"id", "csrf", "state", "kind", "arrived", "turn", "holder", "token", "delivery", "author", "language", "now", "at", "since"}
)
VERDICTS = frozenset({"allow", "needs_approval", "deny", "ask"})
NAMED = frozenset({"slots", "versions", "facts", "attributes", "data", "detail"})


def slot_of(output: Output) -> str:
    """Where an output is shown in the conversation: every family comes to every slot."""
    turn, place = divmod(output.number, len(FAMILIES))
    return SLOTS[(turn + place) % len(SLOTS)]


@dataclass
class Stage:
    """A house in which these outputs are told. `evil` is the other origin; `troubled` are paths that fail with hostile words."""

    house: House
    outputs: Sequence[Output]
    evil: str
    troubled: set[str] = field(default_factory=set[str])
    case_id: str = ""
    conversation_id: str = ""
    next_words: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.texts = [each.at(self.evil) for each in self.outputs]
        self.next_words = cycle(self.texts)
        self.poisoned = 0
        house = self.house
        house.rooms = replace(house.rooms, help=HostileHelp(self.texts))
        house.memories.facts[HELEN.contact_id] = [
            Remembered(id=f"m{n}", text=text, since=NOON) for n, text in enumerate(self.texts)
        ]
        house.mail.letters = [Letter(to=text, subject=text, body=text, at=NOON) for text in self.texts]
        house.desk.drafting.hint = HintView(kind="upsell", item="seats", reason="x", points=("x",))
        house.desk.arrivals.stuck.append(stuck(1))

    async def begin(self) -> None:
        """The conversation as far as the assistant holds it."""
        await self.house.database.write(self._with_bot)
        self.house.live.publish_all([self._ref().lane])

    async def hand_over(self) -> None:
        """What people say once they hold it, with all that a case has."""
        await self.house.database.write(self._with_people)
        self.house.live.publish_all([self._ref().lane])

    async def poison(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Between rooms and pages: every text that a page is told as data becomes hostile; the thread's are so already."""
        if request.path in self.troubled:
            raise BadInput(next(self.next_words))
        response = await handler(request)
        if not isinstance(response, web.Response) or response.content_type != "application/json":
            return response
        data = self._hostile(json.loads(str(response.text)), "")
        response.text = json.dumps(data)
        return response

    def shown(self, slots: Sequence[str]) -> list[str]:
        """What must be readable, letter by letter, once the conversation is shown."""
        found = list[str]()
        for each in self.outputs:
            if slot_of(each) in slots:
                found += each.parts(self.evil) if slot_of(each) == "split" else [each.at(self.evil)]
        return found

    def _hostile(self, data: Any, name: str) -> Any:
        if isinstance(data, dict):
            found = cast("dict[str, Any]", data)
            return {self._word() if name in NAMED else key: self._hostile(value, key) for key, value in found.items()}
        if isinstance(data, list):
            listed = cast("list[Any]", data)
            return listed if name == "entries" else [self._hostile(each, name) for each in listed]
        code = name in CODES or name.endswith(("_id", "_at", "_hash")) or (name == "verdict" and data in VERDICTS)
        return self._word() if isinstance(data, str) and data and name != "html" and not code else data

    def _word(self) -> str:
        self.poisoned += 1
        return next(self.next_words)

    def _ref(self) -> ConversationRef:
        name = f"contact-{HELEN.contact_id}"
        return ConversationRef(tenant=TENANT.id, channel="web_chat", installation="main", conversation_id=name)

    def _with_bot(self, conn: Connection) -> None:
        helen = Principal(
            kind=PrincipalKind.CUSTOMER,
            id=HELEN.contact_id,
            tenant=TENANT,
            name=HELEN.name,
            account_id=HELEN.account_id,
            contact_id=HELEN.contact_id,
            assurance=Assurance.VERIFIED,
        )
        begun = self.house.threads.open_or_create(conn, self._ref(), helen, at=NOON, correlation_id="c1")
        self.conversation_id = begun.id
        waiting = [f"card-t{each.number}" for each in self.outputs]
        put = Putting(self.house, conn, begun, self.evil, waiting)
        for each in self.outputs:
            if slot_of(each) in BY_BOT:
                put.put(each)
        put.cited("end", END, "any", self.texts[0])
        words = self.texts[0]
        record(
            conn,
            DecisionRecord(
                id="t-end",
                tenant=TENANT.id,
                kind="turn",
                at=NOON,
                correlation_id="c1",
                conversation_id=begun.id,
                account_id=HELEN.account_id,
                understood={"intents": [[words, 0.9]], "revenue": [words, 0.6, words], "said": words},
                recalled=(words,),
                retrieved=({"passage": words, "score": 0.8},),
                decided=({"skill": words, "decision": "deny", "policies": [words], "why": [words], "facts": {words: words}},),
                versions={words: words},
            ),
        )
        self.house.ask_approval(conn, begun, helen, "c1")

    def _with_people(self, conn: Connection) -> None:
        house, sam, words = self.house, SAM.principal(TENANT), self.texts
        talk = house.threads.get(conn, TENANT.id, self.conversation_id)
        packet = Packet(
            summary=words[0],
            reason="asked_for_human",
            note=words[1],
            intents=(words[2],),
            slots={words[3]: words[4]},
            steps=(words[5],),
            policy_reasons=(words[6],),
            first_words=words[7],
            account_id=talk.account_id,
            contact_name=words[8],
        )
        opened = house.cases.open(conn, Opening(conversation=talk, packet=packet, at=NOON, correlation_id="c1", plan="business"))
        self.case_id = opened.case.id
        house.cases.claim(conn, self.case_id, sam, at=NOON)
        talk = house.threads.get(conn, TENANT.id, self.conversation_id)
        for text in words[:20]:
            house.promises.record(conn, talk, text, made_by=SAM.id, at=NOON, due_at=None)
        put = Putting(house, conn, talk, self.evil)
        for each in self.outputs:
            if slot_of(each) in BY_PEOPLE:
                put.put(each)
        put.people("Sam Okafor", EntryKind.TEXT, {"text": END + END})
        put.customer("asked", ASKED)


@dataclass(frozen=True)
class Putting:
    """Writes one output after the other into a conversation, each into its slot."""

    house: House
    conn: Connection
    talk: Conversation
    evil: str
    waiting: Sequence[str] = ()

    def put(self, output: Output) -> None:
        text, turn = output.at(self.evil), f"t{output.number}"
        ways: dict[str, Callable[[], None]] = {
            "sentence": lambda: self.bot(turn, EntryKind.SENTENCE, {"text": text, "citations": []}),
            "split": lambda: self._split(turn, output.parts(self.evil)),
            "citation": lambda: self.cited(turn, "So it says.", text, text),
            "card title": lambda: self._card(turn, title=text),
            "card row": lambda: self._card(turn, rows=((text, text),)),
            "card rule": lambda: self._card(turn, rule=text),
            "card button": lambda: self._card(turn, confirm=text, cancel=text),
            "receipt": lambda: self.bot(turn, EntryKind.RECEIPT, {"title": text, "rows": [["Number", text]]}),
            "receipt label": lambda: self.bot(turn, EntryKind.RECEIPT, {"rows": {text: "R-1"}}),
            "notice": lambda: self.bot(turn, EntryKind.NOTICE, {"text": text, "change": "waiting", "agent": text}),
            "customer": lambda: self.customer(turn, text),
            "assistant's name": lambda: self.bot(turn, EntryKind.SENTENCE, {"text": "Hello.", "citations": []}, name=text),
            "agent": lambda: self.people("Sam Okafor", EntryKind.TEXT, {"text": text}),
            "agent's name": lambda: self.people(text, EntryKind.TEXT, {"text": "Hello."}),
            "note": lambda: self.people("Sam Okafor", EntryKind.INTERNAL_NOTE, {"text": text}),
        }
        ways[slot_of(output)]()

    def bot(self, turn: str, kind: EntryKind, body: dict[str, Any], *, name: str = "Rapport") -> None:
        self._append(turn, kind, Author.BOT, "bot", name, body)

    def customer(self, turn: str, text: str) -> None:
        body = {"text": text, "message_id": f"m-{turn}"}
        self._append(turn, EntryKind.TEXT, Author.CUSTOMER, HELEN.contact_id, HELEN.name, body)

    def people(self, name: str, kind: EntryKind, body: dict[str, Any]) -> None:
        self._append(None, kind, Author.AGENT, SAM.id, name, body)

    def _split(self, turn: str, parts: tuple[str, str]) -> None:
        for part in parts:
            self.bot(turn, EntryKind.SENTENCE, {"text": part, "citations": []})

    def cited(self, turn: str, said: str, article: str, text: str) -> None:
        fields = asdict(Citation(article=article, heading=text, start=0, end=9, quote=text))
        self.bot(turn, EntryKind.SENTENCE, {"text": said, "citations": [fields]})
        self.bot(turn, EntryKind.REPLY_END, {"offer": None, "cards": {"waiting": self.waiting}})

    def _card(self, turn: str, **said: Any) -> None:
        usual: dict[str, Any] = {"title": "Refund", "rows": (("Amount", "1"),), "rule": "Once."}
        card = Card(id=f"card-{turn}", action_id="a", arguments_hash="h", **(usual | said))
        self.bot(turn, EntryKind.CARD, asdict(card))

    def _append(self, turn: str | None, kind: EntryKind, author: Author, who: str, name: str, body: dict[str, Any]) -> None:
        entry = NewEntry(kind=kind, author=author, author_id=who, author_name=name, body=body, at=NOON, turn_id=turn)
        self.house.threads.append(self.conn, TENANT.id, self.talk.id, entry, epoch=self.talk.epoch)


@dataclass(frozen=True)
class HostileHelp:
    """Articles that somebody filled with what should never work, made into pages as every article is."""

    texts: Sequence[str]

    async def articles(self, audience: frozenset[str]) -> Sequence[ArticleLine]:
        return [ArticleLine(id=text, title=text, summary=text) for text in self.texts]

    async def article(self, article_id: str, audience: frozenset[str], span: tuple[int, int] | None) -> ArticlePage:
        whole = "".join(render(text, start=3, end=9) + render(text, form="text") for text in self.texts)
        return ArticlePage(id=article_id, title=self.texts[0], html=whole, updated=self.texts[1])
