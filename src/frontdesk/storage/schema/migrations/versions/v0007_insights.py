"""Facts of the insights, and the notes of what changed; everything that is there is noted once."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.schema.insights_triggers import remove

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _code(name: str, length: int = 40) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "insight_change",
        sa.Column("id", Key, primary_key=True, autoincrement=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "insight_state",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
    )
    _interaction()
    _messages()
    op.execute("INSERT INTO insight_state (id, epoch, stamp) VALUES (1, 1, 1)")
    op.execute("INSERT INTO insight_change (interaction_id) SELECT id FROM interaction ORDER BY id")


def _interaction() -> None:
    op.create_table(
        "insight_interaction",
        sa.Column("interaction_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _code("customer", 10),
        _code("priority"),
        _code("category"),
        _code("intent"),
        _code("channel"),
        _code("status"),
        _code("sentiment", 11),
        _code("type"),
        _code("language", 10),
        _code("route", 60),
        _code("team"),
        _code("tier", 20),
        sa.Column("answer_seconds", sa.BigInteger(), nullable=False),
        sa.Column("close_seconds", sa.BigInteger(), nullable=False),
        sa.Column("automated", sa.Integer(), nullable=False),
    )
    op.create_index("ix_insight_interaction_stamp", "insight_interaction", ["stamp"])


def _messages() -> None:
    op.create_table(
        "insight_message",
        sa.Column("message_id", sa.String(26), primary_key=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _code("intent"),
        _code("channel"),
        _code("sentiment", 11),
        _code("type"),
        _code("language", 10),
        _code("tier", 20),
        sa.Column("service_calls", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_insight_message_interaction_id", "insight_message", ["interaction_id"])
    op.create_table(
        "insight_reply",
        sa.Column("message_id", sa.String(26), primary_key=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _code("channel"),
    )
    op.create_index("ix_insight_reply_interaction_id", "insight_reply", ["interaction_id"])


def downgrade() -> None:
    """Back to the one before; the triggers, which write into these tables, go with them."""
    remove(op.get_bind())
    for table in ("insight_reply", "insight_message", "insight_interaction", "insight_state", "insight_change"):
        op.drop_table(table)
