"""What the Slack adapter keeps: workspaces that installed the app, begun installations, and threads that it takes part in."""

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, String, Table

from core.database import Instant, metadata

installs = Table(
    "slack_installs",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("team", String(64), nullable=False),
    Column("app", String(64), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("bot_user", String(64), nullable=False),
    Column("scopes", String(2_000), nullable=False),
    Column("sealed_token", LargeBinary, nullable=False),
    Column("installed_by", String(64), nullable=False),
    Column("installed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "team"),
)

begun = Table(
    "slack_begun_installs",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "digest"),
)

threads = Table(
    "slack_threads",
    metadata,
    Column("tenant", String(64), nullable=False),
    Column("team", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("root", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("user_team", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "team", "channel", "root"),
)
