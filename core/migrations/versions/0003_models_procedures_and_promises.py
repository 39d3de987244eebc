"""models procedures and promises"""

import sqlalchemy as sa
from alembic import op

import core.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_translations",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.String(length=32), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "conversation_id", "position", name=op.f("pk_desk_translations")),
    )
    op.create_table(
        "knowledge_answer",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("knowledge", sa.String(length=32), nullable=False),
        sa.Column("sentences", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("made_at", core.database.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_knowledge_answer")),
    )
    op.create_table(
        "knowledge_answer_day",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day", name=op.f("pk_knowledge_answer_day")),
    )
    op.create_table(
        "model_calls",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("process", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cached", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("cost_micros", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Float(), nullable=False),
        sa.Column("first_ms", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_model_calls")),
    )
    with op.batch_alter_table("model_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_calls_tenant_conversation_id"), ["tenant", "conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_model_calls_tenant_day"), ["tenant", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_model_calls_tenant_turn_id"), ["tenant", "turn_id"], unique=False)

    op.create_table(
        "procedures",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", core.database.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "version", name=op.f("pk_procedures")),
    )
    with op.batch_alter_table("procedures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_procedures_tenant_state"), ["tenant", "state"], unique=False)

    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("skill", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("alert_at", core.database.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("alerted_at", core.database.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.drop_column("alerted_at")
        batch_op.drop_column("alert_at")
        batch_op.drop_column("skill")
        batch_op.drop_column("owner")

    with op.batch_alter_table("procedures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procedures_tenant_state"))

    op.drop_table("procedures")
    with op.batch_alter_table("model_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_calls_tenant_turn_id"))
        batch_op.drop_index(batch_op.f("ix_model_calls_tenant_day"))
        batch_op.drop_index(batch_op.f("ix_model_calls_tenant_conversation_id"))

    op.drop_table("model_calls")
    op.drop_table("knowledge_answer_day")
    op.drop_table("knowledge_answer")
    op.drop_table("desk_translations")
