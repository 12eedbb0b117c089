"""Calls of language models, money and limits, remembered answers, use case versions, messages to read again."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Json, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "model_call",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("run_id", sa.String(length=26), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.Column("use_case", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("caller", sa.String(length=100), nullable=False),
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("priced", sa.Boolean(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.Column("cached", sa.Boolean(), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=True),
        sa.Column("answered", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_call")),
    )
    op.create_index("ix_model_call_at", "model_call", ["at"], unique=False)
    op.create_index("ix_model_call_day", "model_call", ["day", "use_case", "model", "caller"], unique=False)
    op.create_index(op.f("ix_model_call_message_id"), "model_call", ["message_id"], unique=False)
    op.create_table(
        "money_pot",
        sa.Column("name", sa.String(length=170), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "period", name=op.f("pk_money_pot")),
    )
    op.create_table(
        "service_rate",
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("requests_due", sa.Float(), nullable=False),
        sa.Column("tokens_due", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_service_rate")),
    )
    op.create_table(
        "call_permit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("pots", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_permit")),
    )
    op.create_index(op.f("ix_call_permit_service"), "call_permit", ["service"], unique=False)
    op.create_index(op.f("ix_call_permit_until"), "call_permit", ["until"], unique=False)
    op.create_table(
        "kept_answer",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("used_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_answer")),
    )
    op.create_index(op.f("ix_kept_answer_used_at"), "kept_answer", ["used_at"], unique=False)
    op.create_table(
        "use_case_version",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_use_case_version")),
    )
    op.create_table(
        "published_use_case",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_published_use_case")),
    )
    op.create_table(
        "to_reread",
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("marked_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_to_reread")),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("to_reread")
    op.drop_table("published_use_case")
    op.drop_table("use_case_version")
    op.drop_table("kept_answer")
    op.drop_table("call_permit")
    op.drop_table("service_rate")
    op.drop_table("money_pot")
    op.drop_table("model_call")
