"""The rows of who is who on Slack and Teams: ids and digests only, no name and no address."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table

from core.database import Instant, Json, metadata


def _user() -> list[Column[str]]:
    return [
        Column("tenant", String(64), nullable=False),
        Column("channel", String(64), nullable=False),
        Column("installation", String(200), nullable=False),
        Column("user_id", String(200), nullable=False),
    ]


links = Table(
    "channel_links",
    metadata,
    *_user(),
    Column("contact_id", String(200)),
    Column("account_id", String(64)),
    Column("how", String(16), nullable=False),
    Column("assurance", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    PrimaryKeyConstraint("tenant", "channel", "installation", "user_id"),
    Index(None, "tenant", "contact_id"),
)

seats = Table(
    "channel_seats",
    metadata,
    *_user(),
    Column("agent_id", String(200), nullable=False),
    Column("how", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "channel", "installation", "user_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("contact_id", String(200), nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("by", String(200), nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "digest"),
)

seat_codes = Table(
    "seat_codes",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("agent_id", String(200), nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "digest"),
)

link_codes = Table(
    "link_codes",
    metadata,
    *_user(),
    Column("choices", Json, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "channel", "installation", "user_id"),
)

link_attempts = Table(
    "link_attempts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("what", String(16), nullable=False),
    Column("who", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "tenant", "what", "who"),
    sqlite_autoincrement=True,
)
