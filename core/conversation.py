"""What is said, by whom, and in which conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.action import Scalar
from core.people import Principal


@dataclass(frozen=True, kw_only=True)
class ConversationRef:
    """Names a conversation: the tenant, the channel and its installation, and the channel's own id for it."""

    tenant: str
    channel: str
    installation: str
    conversation_id: str

    @property
    def lane(self) -> str:
        """The lane in which this conversation's turns run, in order and one at a time."""
        return f"{self.tenant}/{self.channel}/{self.installation}/{self.conversation_id}"


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message as a channel hands it over: translated, verified, not yet accepted.

    `message_id` is the sender's own id, unique within the conversation: a repeat is recognised by it. `press` carries a
    pressed button (card id and whether it was confirmed) instead of text. `private`: nobody else reads where it was written.
    """

    ref: ConversationRef
    message_id: str
    sender: Principal
    text: str
    received_at: datetime
    press: "Press | None" = None
    private: bool = True


@dataclass(frozen=True, kw_only=True)
class Press:
    """A pressed button of a card: confirm, cancel, dismiss."""

    card_id: str
    choice: str


class Author(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class EntryKind(StrEnum):
    """What an entry of a thread is. The visibility follows from the kind: an internal note can't be customer-visible."""

    TEXT = "text"
    SENTENCE = "sentence"
    REPLY_END = "reply_end"
    CARD = "card"
    RECEIPT = "receipt"
    NOTICE = "notice"
    INTERNAL_NOTE = "internal_note"

    @property
    def internal(self) -> bool:
        return self is EntryKind.INTERNAL_NOTE


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A quoted span of an article. `start` and `end` are character offsets into the article's source text."""

    article: str
    heading: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence of a reply. It stands on citations, on a skill's result (`record_ids`), or is approved wording.

    `original` is what was checked, where the customer is told it in another language.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    record_ids: tuple[str, ...] = ()
    approved: str | None = None
    original: str | None = None


@dataclass(frozen=True, kw_only=True)
class Card:
    """A question with buttons: what will be done, with exactly which arguments, under which rule."""

    id: str
    title: str
    rows: tuple[tuple[str, str], ...]
    rule: str
    action_id: str
    arguments_hash: str
    confirm: str = "Confirm"
    cancel: str = "Cancel"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a thread. `position` grows by one within a conversation; `epoch` is the lease's when it was appended."""

    conversation_id: str
    position: int
    kind: EntryKind
    author: Author
    author_name: str
    at: datetime
    epoch: int
    turn_id: str | None
    body: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A sale in play: its kind (upsell, cross_sell, renewal, referral), the catalogue item, and who brought it up."""

    kind: str
    item: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class HandoffNotice:
    """That a person takes over, why (a triage reason), and what the customer was told."""

    reason: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ActionRecord:
    """What became of one action in a turn, as shown to scripts and in the decision record."""

    skill: str
    effect: str
    arguments: Mapping[str, Scalar]
    decision: str
    reasons: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """All that a turn gives back to the customer, and what a script may see of how it came about.

    `silent` says that a person holds the conversation, so that the bot said nothing; `handoff` then repeats why.
    """

    sentences: tuple[Sentence, ...] = ()
    card: Card | None = None
    receipt: Mapping[str, str] | None = None
    intent: str = "none"
    confidence: float = 0.0
    revenue: Mapping[str, object] = field(default_factory=dict[str, object])
    actions: tuple[ActionRecord, ...] = ()
    offer: Offer | None = None
    handoff: HandoffNotice | None = None
    silent: bool = False

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)
