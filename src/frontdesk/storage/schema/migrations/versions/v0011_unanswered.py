"""An index of what nobody has answered yet."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN = sa.text("first_answer_at IS NULL AND closed_at IS NULL")


def upgrade() -> None:
    """To this revision."""
    op.create_index(
        "ix_interaction_unanswered", "interaction", ["created_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_interaction_unanswered", "interaction")
