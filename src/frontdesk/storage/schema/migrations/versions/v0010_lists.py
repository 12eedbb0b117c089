"""Indexes of lists: the open ones, and the order of priorities."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LISTED = (
    "status", "updated_at", "id", "category", "channel", "priority", "intent", "sentiment", "team", "tier",
    "confidence", "language", "message_type", "created_at", "customer_id", "route", "merged_into",
)  # fmt: skip


def upgrade() -> None:
    """To this revision."""
    op.drop_index("ix_interaction_status", "interaction")
    op.create_index("ix_interaction_status", "interaction", LISTED)
    op.create_index("ix_interaction_priority", "interaction", ["priority", "id"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_interaction_priority", "interaction")
    op.drop_index("ix_interaction_status", "interaction")
    op.create_index("ix_interaction_status", "interaction", ["status", "updated_at"])
