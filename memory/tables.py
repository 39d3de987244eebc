"""The rows of conversations, their entries, and what is remembered of them. Texts are in the vault; here are only their ids."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from core.conversation import ConversationRef
from core.database import Instant, metadata
from core.people import Assurance

OPEN, ENDED = "open", "ended"
BOT = "bot"

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("installation", String(200), nullable=False),
    Column("channel_conversation_id", String(200), nullable=False),
    Column("lane", String(600), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("person_id", String(200), nullable=False),
    Column("visitor_id", String(200), nullable=False),
    Column("account_id", String(64)),
    Column("contact_id", String(200)),
    Column("assurance", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("last_activity_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("distilled_at", Instant),
    Column("epoch", Integer, nullable=False),
    Column("holder", String(200), nullable=False),
    Column("reopened", Boolean, nullable=False),
    Column("last_position", Integer, nullable=False),
    Column("last_shown", Integer, nullable=False),
    Column("planned", Integer),
    Column("dialogue_state_id", String(32)),
    Index(
        "uq_conversations_open",
        "tenant",
        "channel",
        "installation",
        "channel_conversation_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(None, "tenant", "account_id"),
    Index("ix_conversations_contact", "tenant", "contact_id", "state"),
    Index("ix_conversations_person", "tenant", "person_id"),
    Index("ix_conversations_idle", "state", "last_activity_at"),
    Index(
        "ix_conversations_unplanned",
        "id",
        sqlite_where=text("planned < last_shown"),
        postgresql_where=text("planned < last_shown"),
    ),
)

routes = Table(
    "conversation_routes",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("installation", String(200), nullable=False),
    Column("channel_conversation_id", String(200), nullable=False),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "channel", "installation", "channel_conversation_id", "conversation_id"),
    Index(None, "conversation_id"),
)

entries = Table(
    "entries",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("shown", Integer),
    Column("kind", String(16), nullable=False),
    Column("author", String(16), nullable=False),
    Column("author_id", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("turn_id", String(64)),
    Column("content_id", String(32), nullable=False),
    PrimaryKeyConstraint("conversation_id", "position"),
    UniqueConstraint("conversation_id", "shown"),
    Index(None, "conversation_id", "turn_id"),
)

memories = Table(
    "memories",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("person_id", String(200), nullable=False),
    Column("account_id", String(64)),
    Column("conversation_id", String(32), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_id", String(32), nullable=False),
    Column("learned_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("valid_until", Instant),
    Column("superseded_by", String(32)),
    Index(None, "tenant", "person_id"),
    Index("ix_memories_account", "tenant", "account_id"),
)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A conversation as it stands. `ref` is where the customer wrote last: one who is known may go on elsewhere (`routes`).

    `lane` is that of its first place and never changes: all its turns run there, one at a time. `private`: only the customer and
    we read it. `holder` is who may speak to the customer: `bot`, `desk` (nobody yet), or an agent's id.

    `epoch` grows by one whenever the holder changes. `reopened` says that a person gave it back since the bot last saved its
    state. `person_id` is under whose key its texts are sealed; `visitor_id` who it was before it was known who.
    """

    tenant: str
    id: str
    ref: ConversationRef
    lane: str
    private: bool
    person_id: str
    visitor_id: str
    account_id: str | None
    contact_id: str | None
    assurance: Assurance
    language: str
    state: str
    started_at: datetime
    last_activity_at: datetime
    ended_at: datetime | None
    epoch: int
    holder: str
    reopened: bool
    last_position: int

    @property
    def open(self) -> bool:
        return self.state == OPEN

    @property
    def with_bot(self) -> bool:
        """Whether the bot may speak."""
        return self.open and self.holder == BOT
