"""The port to language models: they understand and phrase; they don't steer.

The embedded model, Claude and any OpenAI-compatible model stand behind the same six methods. What they return is a proposal:
the procedure machine decides what happens next, and the gate whether it may.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.action import Origin
from core.conversation import Citation, Sentence


class Act(StrEnum):
    """What a short message does to the task in hand."""

    AFFIRM = "affirm"
    DENY = "deny"
    CANCEL = "cancel"
    CORRECT = "correct"
    REPEAT = "repeat"
    CLARIFY = "clarify"
    SKIP = "skip"
    RESUME = "resume"
    THANKS = "thanks"
    GREET = "greet"
    GOODBYE = "goodbye"
    BOT_QUESTION = "bot_question"
    PRAISE = "praise"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message of the conversation, as a model sees it: who spoke (customer, bot, agent) and the text."""

    role: str
    text: str
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class SlotSpec:
    """A value that a skill needs. `kind` tells how to find it in text.

    Kinds: seats (a count of people), quantity, money, plan, addon, billing (monthly or annual), currency, term_months,
    months, percent, date, invoice, email, phone, code, text, choice (one of `choices`), account, time. Text is content that is
    passed on, unless it `steers` what is done.
    """

    name: str
    kind: str
    ask: str
    required: bool = True
    choices: tuple[str, ...] = ()
    steers: bool = False

    @property
    def content(self) -> bool:
        """Whether the value is only passed on."""
        return self.kind == "text" and not self.steers


@dataclass(frozen=True, kw_only=True)
class IntentSpec:
    """An intent as a skill declares it: what it is called, how people ask for it, which slots it has."""

    name: str
    description: str
    examples: tuple[str, ...]
    slots: tuple[SlotSpec, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SlotValue:
    """A value found in the customer's words, and where: offsets into the message with id `message_id`.

    One that a skill hands on to the next keeps its `origin`; `message_id` then names its source (a record), without offsets.
    """

    name: str
    value: str | int | bool
    message_id: str
    start: int
    end: int
    origin: Origin = Origin.CUSTOMER


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing that a message asks for: an intent with its slots, or `question` for the help centre."""

    intent: str
    confidence: float
    text: str
    slots: tuple[SlotValue, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RevenueSignal:
    """upsell, cross_sell, renewal, churn_risk, referral or none, and the catalogue item that fits."""

    label: str
    confidence: float
    item: str | None = None


@dataclass(frozen=True, kw_only=True)
class TriageSignal:
    """A model's judgement whether a person is needed, and for which reason (`none` when not)."""

    reason: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What a model makes of the last message. `mood` is -1 to 1, `frustration` 0 to 1, `repeats` how often it was said before."""

    act: Act
    act_confidence: float
    asked: tuple[Asked, ...]
    out_of_scope: float
    language: str
    revenue: RevenueSignal
    triage: TriageSignal
    mood: float
    model: str
    slots: tuple[SlotValue, ...] = ()
    frustration: float = 0.0
    repeats: int = 0

    @property
    def intent(self) -> str:
        return self.asked[0].intent if self.asked else "none"

    @property
    def confidence(self) -> float:
        return self.asked[0].confidence if self.asked else 0.0


@dataclass(frozen=True, kw_only=True)
class UnderstandRequest:
    """The conversation so far, last message last, and the intents that exist. `expecting` is the slot just asked for."""

    said: Sequence[Said]
    intents: Sequence[IntentSpec]
    expecting: SlotSpec | None = None
    active_intent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """A passage to answer from. A higher `score` is better; `leads`: it belongs to what fits the question, or a part, best."""

    text: str
    citation: Citation
    score: float
    leads: bool = False


@dataclass(frozen=True, kw_only=True)
class PhraseRequest:
    """A question to be answered from `sources` alone, in `language`, mindful of `recalled` facts about the customer."""

    question: str
    language: str
    sources: Sequence[Source]
    recalled: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class FactDraft:
    """A lasting fact about a customer, in a sentence, with the message that shows it."""

    text: str
    kind: str
    confidence: float
    message_id: str


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """A tool that a model may call: its id, what it is for, and the JSON schema of its arguments (closed, all keys required)."""

    name: str
    description: str
    schema: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """A call that a model proposes. `arguments` is whatever it wrote, checked by nobody yet."""

    id: str
    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """What came of a call: words for the model, which are data and no instructions, and passages that it may cite."""

    call_id: str
    text: str
    sources: Sequence[Source] = ()
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One round of this turn: what the model said, which calls it made, and what came of them."""

    said: str
    calls: Sequence[ToolCall]
    results: Sequence[ToolResult]


@dataclass(frozen=True, kw_only=True)
class ConverseRequest:
    """One round of an answer, with tools: the conversation (last message last), what was found, and the rounds so far.

    `already` are sentences that the customer has been shown in this turn: never to be said again. `mend` is one that didn't
    stand, with the reason: to be put in other words that do, or left out. `plan` is what was understood to be wanted, in steps.
    `doubtful`: the sources may be beside the point. Without `may_call` the tools are there only for the calls that were made.
    """

    said: Sequence[Said]
    tools: Sequence[ToolSpec] = ()
    may_call: bool = True
    sources: Sequence[Source] = ()
    exchanges: Sequence[Exchange] = ()
    already: Sequence[Sentence] = ()
    recalled: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    mend: tuple[str, str] | None = None
    plan: Sequence[str] = ()
    doubtful: bool = False


class Stop(StrEnum):
    """Why a round ended: all is said, calls wait for results, cut at a limit, the model refuses, or it will go on."""

    END = "end"
    CALLS = "calls"
    CUT = "cut"
    REFUSED = "refused"
    PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The end of a round, and by which model."""

    stop: Stop
    model: str


Uttered = Sentence | ToolCall | Ended
"""What a round brings, in order: sentences as soon as each is whole, not yet checked; calls; the end, once and last."""


class LanguageModel(Protocol):
    """Understands and phrases. Raises `core.errors.Unavailable` when it can't in time.

    `fluent`: it answers in its own words, calls tools and translates; one that isn't quotes, and `translate` gives None.
    """

    name: str

    @property
    def fluent(self) -> bool: ...

    async def understand(self, request: UnderstandRequest) -> Understanding: ...

    def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        """One round of an answer in English: sentences, then calls, then `Ended`. Cited sentences carry their citations."""
        ...

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        """The texts in another language (a two-letter code), in order; None when the model doesn't translate."""
        ...

    def phrase(self, request: PhraseRequest) -> AsyncIterator[Sentence]:
        """The answer, a sentence at a time, each with the citations it stands on. Nothing when the sources don't answer."""
        ...

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]: ...

    async def summarise(self, said: Sequence[Said]) -> str: ...
