"""Deadlines of interactions, the tier of a customer, and how often an interaction was opened again."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Key

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

TIMES = ("since", "due_at", "wake_at", "near_at", "missed_at", "ended_at")
FACTS = ("person_seconds", "person_worked", "close_worked", "level_kept", "reopened", "one_touch", "open")
INDEXES = {
    "wake": (["wake_at"], "wake_at IS NOT NULL"),
    "due": (["interaction_id", "due_at"], "due_at IS NOT NULL"),
    "fired": (["ended_at"], "outcome = 'fired'"),
}


def upgrade() -> None:
    """To this revision."""
    op.add_column("customer", sa.Column("tier", sa.String(40), nullable=False, server_default=""))
    op.add_column("interaction", sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "deadline",
        sa.Column("interaction_id", Key, sa.ForeignKey("interaction.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("start", sa.String(120), primary_key=True),
        sa.Column("entry", sa.String(40), nullable=False),
        sa.Column("calendar", sa.String(40), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=False),
        *(sa.Column(name, Moment) for name in TIMES),
        sa.Column("outcome", sa.String(10), nullable=False),
    )
    for name in FACTS:
        op.add_column("insight_interaction", sa.Column(name, sa.BigInteger(), nullable=False, server_default="-1"))
    op.execute("INSERT INTO insight_change (interaction_id) SELECT id FROM interaction")
    for name, (columns, only) in INDEXES.items():
        some = sa.text(only)
        op.create_index(f"ix_deadline_{name}", "deadline", columns, sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("deadline")
    for name in FACTS:
        op.drop_column("insight_interaction", name)
    op.drop_column("interaction", "reopened")
    op.drop_column("customer", "tier")
