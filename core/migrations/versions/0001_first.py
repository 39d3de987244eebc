"""first"""

import sqlalchemy as sa
from alembic import op

import core.database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("action_id", sa.String(length=64), nullable=False),
        sa.Column("skill", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("arguments_hash", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.String(length=200), nullable=False),
        sa.Column("requested_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("policies", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("reasons", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("evidence", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_role", sa.String(length=32), nullable=True),
        sa.Column("decided_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("executed_at", core.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approvals_tenant_action_id"), ["tenant", "action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approvals_tenant_conversation_id"), ["tenant", "conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approvals_tenant_state_role"), ["tenant", "state", "role"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.String(length=32), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(length=200), nullable=True),
        sa.Column("agent_name_id", sa.String(length=32), nullable=True),
        sa.Column("packet_id", sa.String(length=32), nullable=False),
        sa.Column("outcome_id", sa.String(length=32), nullable=True),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("opened_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("due_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("claimed_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("first_reply_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("closed_at", core.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_conversation", ["tenant", "conversation_id"], unique=False)
        batch_op.create_index("ix_cases_queue", ["tenant", "state", "priority", "opened_at"], unique=False)
        batch_op.create_index(
            "uq_cases_live",
            ["tenant", "conversation_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'claimed')"),
            postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
        )

    op.create_table(
        "checkpoints",
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "step", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "contact_refusals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_refusals")),
    )
    with op.batch_alter_table("contact_refusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_refusals_tenant_contact_id"), ["tenant", "contact_id"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contacts_tenant_account_id_channel_at"), ["tenant", "account_id", "channel", "at"], unique=False
        )

    op.create_table(
        "content",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("key_id", sa.String(length=24), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("discarded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
    )
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_tenant_person"), ["tenant", "person"], unique=False)

    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("channel_conversation_id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("visitor_id", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("contact_id", sa.String(length=200), nullable=True),
        sa.Column("assurance", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("last_activity_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("distilled_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("last_position", sa.Integer(), nullable=False),
        sa.Column("last_shown", sa.Integer(), nullable=False),
        sa.Column("dialogue_state_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversations_channel", ["tenant", "channel", "installation", "channel_conversation_id"], unique=False
        )
        batch_op.create_index("ix_conversations_idle", ["state", "last_activity_at"], unique=False)
        batch_op.create_index("ix_conversations_person", ["tenant", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_tenant_account_id"), ["tenant", "account_id"], unique=False)
        batch_op.create_index(
            "uq_conversations_open",
            ["tenant", "channel", "installation", "channel_conversation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=True),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "tenant", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_tenant_conversation_id"), ["tenant", "conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_tenant_correlation_id"), ["tenant", "correlation_id"], unique=False)

    op.create_table(
        "grant_locks",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "account_id", name=op.f("pk_grant_locks")),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("usd_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("tenant", "key", name=op.f("uq_grants_tenant_key")),
    )
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grants_tenant_account_id_at"), ["tenant", "account_id", "at"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("installation", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=600), nullable=False),
        sa.Column("sender", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("content_id", sa.String(length=32), nullable=False),
        sa.Column("press", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("correlation_id", sa.String(length=32), nullable=False),
        sa.Column("received_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("thread_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_inbox")),
        sa.UniqueConstraint("id", name=op.f("uq_inbox_id")),
        sa.UniqueConstraint("tenant", "channel", "installation", "conversation_id", "message_id", name="uq_inbox_message"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_state_lane_number"), ["state", "lane", "number"], unique=False)

    op.create_table(
        "journal",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("causation_id", sa.String(length=64), nullable=True),
        sa.Column("conversation_id", sa.String(length=200), nullable=True),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("contents", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal")),
        sa.UniqueConstraint("id", name=op.f("uq_journal_id")),
        sa.UniqueConstraint("position", name=op.f("uq_journal_position")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_tenant_conversation_id"), ["tenant", "conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_tenant_correlation_id"), ["tenant", "correlation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_tenant_type"), ["tenant", "type"], unique=False)

    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "knowledge_article",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=240), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("updated", sa.String(length=10), nullable=True),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("ingested_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_knowledge_article")),
    )
    op.create_table(
        "knowledge_passage",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("section", sa.String(length=250), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "section", "number", name=op.f("pk_knowledge_passage")),
    )
    with op.batch_alter_table("knowledge_passage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_passage_tenant_article"), ["tenant", "article"], unique=False)

    op.create_table(
        "knowledge_section",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=250), nullable=False),
        sa.Column("article", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_knowledge_section")),
    )
    with op.batch_alter_table("knowledge_section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_section_tenant_article"), ["tenant", "article"], unique=False)

    op.create_table(
        "leases",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("taken_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "epoch", name=op.f("pk_leases")),
    )
    op.create_table(
        "memories",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.String(length=32), nullable=False),
        sa.Column("learned_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("valid_until", core.database.Instant(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memories")),
    )
    with op.batch_alter_table("memories", schema=None) as batch_op:
        batch_op.create_index("ix_memories_account", ["tenant", "account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memories_tenant_person_id"), ["tenant", "person_id"], unique=False)

    op.create_table(
        "outcomes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("action_id", sa.String(length=64), nullable=False),
        sa.Column("skill", sa.String(length=64), nullable=False),
        sa.Column("arguments_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("started_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("finished_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("told_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_outcomes")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_tenant_action_id"), ["tenant", "action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcomes_tenant_state"), ["tenant", "state"], unique=False)

    op.create_table(
        "promises",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("content_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("due_at", core.database.Instant(timezone=True), nullable=True),
        sa.Column("closed_at", core.database.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index("ix_promises_account", ["tenant", "account_id"], unique=False)
        batch_op.create_index("ix_promises_due", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_promises_tenant_conversation_id"), ["tenant", "conversation_id"], unique=False)

    op.create_table(
        "sagas",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("state", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("skills", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("correlation_id", sa.String(length=64), nullable=False),
        sa.Column("raised_by", sa.String(length=16), nullable=False),
        sa.Column("begun_at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("moved_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "tenant", name=op.f("pk_sagas")),
    )
    with op.batch_alter_table("sagas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sagas_tenant_phase"), ["tenant", "phase"], unique=False)

    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "verifications",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("visitor_id", sa.String(length=200), nullable=False),
        sa.Column("contacts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "visitor_id", name=op.f("pk_verifications")),
    )
    op.create_table(
        "versions",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("since", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_versions")),
    )
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_versions_tenant_kind"), ["tenant", "kind"], unique=False)

    op.create_table(
        "entries",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("author_id", sa.String(length=200), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("content_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_entries_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("conversation_id", "position", name=op.f("pk_entries")),
        sa.UniqueConstraint("conversation_id", "shown", name=op.f("uq_entries_conversation_id_shown")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entries_conversation_id_turn_id"), ["conversation_id", "turn_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_conversation_id_turn_id"))

    op.drop_table("entries")
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_versions_tenant_kind"))

    op.drop_table("versions")
    op.drop_table("verifications")
    op.drop_table("tenants")
    op.drop_table("settings")
    with op.batch_alter_table("sagas", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sagas_tenant_phase"))

    op.drop_table("sagas")
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promises_tenant_conversation_id"))
        batch_op.drop_index("ix_promises_due")
        batch_op.drop_index("ix_promises_account")

    op.drop_table("promises")
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcomes_tenant_state"))
        batch_op.drop_index(batch_op.f("ix_outcomes_tenant_action_id"))

    op.drop_table("outcomes")
    with op.batch_alter_table("memories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memories_tenant_person_id"))
        batch_op.drop_index("ix_memories_account")

    op.drop_table("memories")
    op.drop_table("leases")
    with op.batch_alter_table("knowledge_section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_section_tenant_article"))

    op.drop_table("knowledge_section")
    with op.batch_alter_table("knowledge_passage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_passage_tenant_article"))

    op.drop_table("knowledge_passage")
    op.drop_table("knowledge_article")
    op.drop_table("journal_head")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_tenant_type"))
        batch_op.drop_index(batch_op.f("ix_journal_tenant_correlation_id"))
        batch_op.drop_index(batch_op.f("ix_journal_tenant_conversation_id"))

    op.drop_table("journal")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_state_lane_number"))

    op.drop_table("inbox")
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grants_tenant_account_id_at"))

    op.drop_table("grants")
    op.drop_table("grant_locks")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_tenant_correlation_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_tenant_conversation_id"))

    op.drop_table("decisions")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_conversations_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_conversations_tenant_account_id"))
        batch_op.drop_index("ix_conversations_person")
        batch_op.drop_index("ix_conversations_idle")
        batch_op.drop_index("ix_conversations_channel")

    op.drop_table("conversations")
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_tenant_person"))

    op.drop_table("content")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_tenant_account_id_channel_at"))

    op.drop_table("contacts")
    with op.batch_alter_table("contact_refusals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_refusals_tenant_contact_id"))

    op.drop_table("contact_refusals")
    op.drop_table("checkpoints")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cases_live",
            sqlite_where=sa.text("state IN ('waiting', 'claimed')"),
            postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
        )
        batch_op.drop_index("ix_cases_queue")
        batch_op.drop_index("ix_cases_conversation")

    op.drop_table("cases")
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approvals_tenant_state_role"))
        batch_op.drop_index(batch_op.f("ix_approvals_tenant_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_approvals_tenant_action_id"))

    op.drop_table("approvals")
