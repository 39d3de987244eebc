"""slack_teams_and_the_desk"""

import sqlalchemy as sa
from alembic import op

import core.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_links",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("contact_id", sa.String(length=200), nullable=True),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("assurance", sa.String(length=16), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "channel", "installation", "user_id", name=op.f("pk_channel_links")),
    )
    with op.batch_alter_table("channel_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_links_tenant_contact_id"), ["tenant", "contact_id"], unique=False)

    op.create_table(
        "channel_seats",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "channel", "installation", "user_id", name=op.f("pk_channel_seats")),
    )
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("channel_conversation_id", sa.String(length=200), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("created_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("settled_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=True),
        sa.Column("card_id", sa.String(length=64), nullable=True),
        sa.Column("card_message_id", sa.String(length=300), nullable=True),
        sa.Column("card_state", sa.String(length=16), nullable=True),
        sa.Column("choice", sa.String(length=16), nullable=True),
        sa.Column("chosen_at", core.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("id", name=op.f("uq_deliveries_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_cards", ["card_state"], unique=False)
        batch_op.create_index(
            "ix_deliveries_place", ["tenant", "channel", "installation", "channel_conversation_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_deliveries_state_due_at"), ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_tenant_conversation_id"), ["tenant", "conversation_id"], unique=False)

    op.create_table(
        "desk_cursors",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("began_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "surface", name=op.f("pk_desk_cursors")),
    )
    op.create_table(
        "desk_notes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "case_id", "message_id", name=op.f("pk_desk_notes")),
    )
    op.create_table(
        "desk_places",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("surface", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "surface", name=op.f("pk_desk_places")),
    )
    op.create_table(
        "desk_posts",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("place", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "surface", "kind", "subject", name=op.f("pk_desk_posts")),
    )
    op.create_table(
        "desk_previews",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("sent_position", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_previews")),
    )
    with op.batch_alter_table("desk_previews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_previews_tenant_case_id"), ["tenant", "case_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "digest", name=op.f("pk_invitations")),
    )
    op.create_table(
        "link_attempts",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_link_attempts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("link_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_attempts_tenant_what_who"), ["tenant", "what", "who"], unique=False)

    op.create_table(
        "link_codes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "channel", "installation", "user_id", name=op.f("pk_link_codes")),
    )
    op.create_table(
        "prepared_actions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("skill", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("approval_id", sa.String(length=64), nullable=True),
        sa.Column("view_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("prepared_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("settled_at", core.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_actions")),
    )
    with op.batch_alter_table("prepared_actions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prepared_actions_tenant_case_id"), ["tenant", "case_id"], unique=False)

    op.create_table(
        "seat_codes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "digest", name=op.f("pk_seat_codes")),
    )
    op.create_table(
        "seen_events",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("event_id", sa.String(length=300), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "channel", "installation", "event_id", name=op.f("pk_seen_events")),
    )
    with op.batch_alter_table("seen_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_events_at"), ["at"], unique=False)

    op.create_table(
        "slack_begun_installs",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "digest", name=op.f("pk_slack_begun_installs")),
    )
    op.create_table(
        "slack_installs",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=64), nullable=False),
        sa.Column("bot", sa.String(length=64), nullable=False),
        sa.Column("bot_user", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=2000), nullable=False),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=False),
        sa.Column("installed_by", sa.String(length=64), nullable=False),
        sa.Column("installed_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "team", name=op.f("pk_slack_installs")),
    )
    op.create_table(
        "slack_threads",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("user_team", sa.String(length=64), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "team", "channel", "root", name=op.f("pk_slack_threads")),
    )
    op.create_table(
        "suggestions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.String(length=32), nullable=True),
        sa.Column("action_id", sa.String(length=64), nullable=True),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("articles", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("shorter", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reason_id", sa.String(length=32), nullable=True),
        sa.Column("distance", sa.Float(), nullable=True),
        sa.Column("created_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("settled_at", core.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
        sa.UniqueConstraint("tenant", "case_id", "position", "owner_id", name="uq_suggestions_line"),
    )
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.create_index("ix_suggestions_learned", ["tenant", "state"], unique=False)

    op.create_table(
        "teams_people",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.String(length=1000), nullable=False),
        sa.Column("place_id", sa.String(length=200), nullable=False),
        sa.Column("private_id", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "installation", "user_id", name=op.f("pk_teams_people")),
    )
    op.create_table(
        "teams_places",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("place_id", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=1000), nullable=False),
        sa.Column("root", sa.String(length=200), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("service_url", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("bot_id", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.String(length=1000), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("spoken_to", sa.Boolean(), nullable=False),
        sa.Column("seen_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "place_id", name=op.f("pk_teams_places")),
    )
    with op.batch_alter_table("teams_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teams_places_tenant_root"), ["tenant", "root"], unique=False)

    op.create_table(
        "teams_told",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_id", sa.String(length=200), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "digest", name=op.f("pk_teams_told")),
    )
    with op.batch_alter_table("teams_told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teams_told_at"), ["at"], unique=False)

    op.create_table(
        "conversation_routes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("channel_conversation_id", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("since", core.database.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_routes_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint(
            "tenant", "channel", "installation", "channel_conversation_id", "conversation_id", name=op.f("pk_conversation_routes")
        ),
    )
    with op.batch_alter_table("conversation_routes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_routes_conversation_id"), ["conversation_id"], unique=False)

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lane", sa.String(length=600), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("private", sa.Boolean(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("planned", sa.Integer(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_conversations_channel"))
        batch_op.create_index("ix_conversations_contact", ["tenant", "contact_id", "state"], unique=False)
        batch_op.create_index(
            "ix_conversations_unplanned",
            ["id"],
            unique=False,
            sqlite_where=sa.text("planned < last_shown"),
            postgresql_where=sa.text("planned < last_shown"),
        )

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("private", sa.Boolean(), nullable=False, server_default="1"))
        batch_op.create_index(batch_op.f("ix_inbox_tenant_thread_id"), ["tenant", "thread_id"], unique=False)

    op.execute(
        "UPDATE conversations SET lane = tenant || '/' || channel || '/' || installation || '/' || channel_conversation_id"
    )
    op.execute(
        "INSERT INTO conversation_routes (tenant, channel, installation, channel_conversation_id, conversation_id, since)"
        " SELECT tenant, channel, installation, channel_conversation_id, id, started_at FROM conversations"
    )


def downgrade() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_tenant_thread_id"))
        batch_op.drop_column("private")

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_conversations_unplanned",
            sqlite_where=sa.text("planned < last_shown"),
            postgresql_where=sa.text("planned < last_shown"),
        )
        batch_op.drop_index("ix_conversations_contact")
        batch_op.create_index(
            batch_op.f("ix_conversations_channel"), ["tenant", "channel", "installation", "channel_conversation_id"], unique=False
        )
        batch_op.drop_column("planned")
        batch_op.drop_column("private")
        batch_op.drop_column("lane")

    with op.batch_alter_table("conversation_routes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_routes_conversation_id"))

    op.drop_table("conversation_routes")
    with op.batch_alter_table("teams_told", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_teams_told_at"))

    op.drop_table("teams_told")
    with op.batch_alter_table("teams_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_teams_places_tenant_root"))

    op.drop_table("teams_places")
    op.drop_table("teams_people")
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.drop_index("ix_suggestions_learned")

    op.drop_table("suggestions")
    op.drop_table("slack_threads")
    op.drop_table("slack_installs")
    op.drop_table("slack_begun_installs")
    with op.batch_alter_table("seen_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_events_at"))

    op.drop_table("seen_events")
    op.drop_table("seat_codes")
    with op.batch_alter_table("prepared_actions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prepared_actions_tenant_case_id"))

    op.drop_table("prepared_actions")
    op.drop_table("link_codes")
    with op.batch_alter_table("link_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_attempts_tenant_what_who"))

    op.drop_table("link_attempts")
    op.drop_table("invitations")
    with op.batch_alter_table("desk_previews", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_previews_tenant_case_id"))

    op.drop_table("desk_previews")
    op.drop_table("desk_posts")
    op.drop_table("desk_places")
    op.drop_table("desk_notes")
    op.drop_table("desk_cursors")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_tenant_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_deliveries_state_due_at"))
        batch_op.drop_index("ix_deliveries_place")
        batch_op.drop_index("ix_deliveries_cards")

    op.drop_table("deliveries")
    op.drop_table("channel_seats")
    with op.batch_alter_table("channel_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_links_tenant_contact_id"))

    op.drop_table("channel_links")
