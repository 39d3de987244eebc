"""What agents are shown, in words and values: a surface only lays it out. Nothing here is a vendor's.

Texts are plain text. Times are aware UTC; a surface shows them in the reader's zone. `Row` is a label and a value.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.conversation import Citation
from handoff.desk.promise_views import Promised, PromiseView

Row = tuple[str, str]


class LineKind(StrEnum):
    """Who said a line of a case. Whether a customer may see it follows from the kind and from nothing else."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    NOTICE = "notice"
    CARD = "card"
    RECEIPT = "receipt"
    INTERNAL_NOTE = "internal_note"

    @property
    def internal(self) -> bool:
        return self is LineKind.INTERNAL_NOTE


class Arrived(StrEnum):
    """What became of a customer-visible line on the customer's channel."""

    NOT_SENT = ""
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class LineView:
    """A line of the case's conversation, at its position among all lines.

    Of a customer's line `language` is its own, and `signs` says in words what was noticed in it besides. `english` is what it
    says in English: what a translated reply was checked as, or a translation of the customer's words.
    """

    position: int
    kind: LineKind
    author: str
    text: str
    at: datetime
    arrived: Arrived = Arrived.NOT_SENT
    citations: tuple[Citation, ...] = ()
    rows: tuple[Row, ...] = ()
    edited: bool = False
    deleted: bool = False
    language: str = ""
    signs: tuple[str, ...] = ()
    english: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case as its card shows it. `reason` is in words; `mood` from -1 (upset) to 1; `summary` at most three lines.

    `state` is waiting, claimed, resolved, returned, or promised: done but for a promise. `channel` is where the customer writes
    now; `planned` is every step of a request with several, and where it stood when people took over; `signs` says in words what
    was noticed in their latest message.
    """

    id: str
    conversation_id: str
    correlation_id: str
    state: str
    customer: str
    account: str
    account_id: str | None
    plan: str
    channel: str
    language: str
    assurance: str
    reason: str
    priority: int
    mood: float
    summary: tuple[str, ...]
    tried: tuple[str, ...]
    first_words: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    owner_id: str | None = None
    owner: str = ""
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    promises: tuple[PromiseView, ...] = ()
    pending_approval: str | None = None
    signs: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        return self.state in ("waiting", "claimed")


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """A value of an action that an agent may change before it is run. `kind` as in `core.language.SlotSpec`."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[str, ...] = ()
    required: bool = True


class Verdict(StrEnum):
    """What policy says to an action."""

    ALLOW = "allow"
    NEEDS_APPROVAL = "needs_approval"
    DENY = "deny"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True)
class ActionView:
    """An action with its parameters filled in, as policy sees it now; `id` names the prepared request until it is run.

    `rows` are the exact arguments in words. `verdict` ASK means that `question` is open: a field is missing. After it ran,
    `result` says in words what came of it, `receipt` holds label and value, and `state` is done, failed, unsettled or asked
    (approval was asked for); before, it is proposed. `approver` is the role whose yes is needed.
    """

    id: str
    case_id: str
    skill: str
    title: str
    rows: tuple[Row, ...]
    fields: tuple[FieldView, ...]
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    rule: str = ""
    approver: str = ""
    question: str = ""
    state: str = "proposed"
    result: str = ""
    receipt: tuple[Row, ...] = ()
    approval_id: str | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class HintView:
    """An expansion that the agent may bring up, only while support is healthy. Never sent to a customer by itself."""

    kind: str
    item: str
    reason: str
    points: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SuggestionView:
    """A reply that the copilot drafted for the owner of a case, to the customer's line at `position`.

    `confidence` 0 to 1; `why` says in a few lines what it rests on; `verdict` in words what policy says to sending it.
    `state` is offered, accepted, edited, dismissed or stale (the customer wrote again, or somebody answered). `shorter` says
    that it was shortened already.
    """

    id: str
    case_id: str
    owner_id: str
    position: int
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    verdict: str
    why: tuple[str, ...]
    intent: str
    state: str = "offered"
    action: ActionView | None = None
    hint: HintView | None = None
    shorter: bool = False


@dataclass(frozen=True, kw_only=True)
class ApprovalView:
    """A request that waits for somebody's yes or no. `rows` are the exact arguments from the policy layer.

    `state` is open, granted, refused, expired or executed. `result` says what came of it once it was decided.
    """

    id: str
    title: str
    customer: str
    account: str
    account_id: str | None
    conversation_id: str
    case_id: str | None
    rows: tuple[Row, ...]
    evidence: tuple[Row, ...]
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    role: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    state: str
    decided_by: str = ""
    decided_at: datetime | None = None
    result: str = ""

    @property
    def open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, kw_only=True)
class CustomerView:
    """A customer all round: who, what they have, what to mind, what is promised, what is remembered, what was said lately."""

    account_id: str
    name: str
    contact: str
    rows: tuple[Row, ...]
    flags: tuple[str, ...]
    tickets: tuple[Row, ...]
    promises: tuple[PromiseView, ...]
    memories: tuple[str, ...]
    recent: tuple[str, ...]
    health: str
    consent: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Exactly what a customer will be sent, and where: shown before it is sent. `token` binds case, agent, text and epoch.

    `original` is what the agent wrote in English, where the text is a translation; `promises` are yours once it is sent.
    """

    token: str
    case_id: str
    to: str
    channel: str
    text: str
    warnings: tuple[str, ...] = ()
    original: str = ""
    promises: tuple[Promised, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnswerView:
    """An answer for an agent's eyes, with its sources; internal ones too. `sure` is False when nothing stands."""

    text: str
    citations: tuple[Citation, ...]
    confidence: float
    sure: bool


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """A message to a customer that didn't certainly arrive. `again` says that sending it again can't double it.

    `position` is that of the line in the case, 0 for a message that is no line.
    """

    id: str
    conversation_id: str
    case_id: str | None
    channel: str
    text: str
    arrived: Arrived
    error: str
    at: datetime
    again: bool
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of suggestions with one intent or article: counts, mean edit distance (0 to 1), seconds saved, reasons."""

    name: str
    offered: int
    accepted: int
    edited: int
    dismissed: int
    distance: float
    saved_s: float
    reasons: tuple[tuple[str, int], ...] = ()
