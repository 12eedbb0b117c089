"""Which person has taken an interaction over, and whether an answer helped."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.schema.base import Name

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Whoever answered last has what is open.
BACK_FILL = (
    "UPDATE interaction SET assignee = COALESCE((SELECT o.processed_by FROM outbound_message o "
    "WHERE o.interaction_id = interaction.id AND o.effect_key IS NULL AND o.type <> 'IM' "
    "ORDER BY o.sequence DESC LIMIT 1), '') WHERE closed_at IS NULL"
)


def upgrade() -> None:
    """To this revision."""
    op.add_column("interaction", sa.Column("assignee", Name, nullable=False, server_default=""))
    op.add_column("outbound_message", sa.Column("helped", sa.Boolean()))
    op.execute(BACK_FILL)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("outbound_message", "helped")
    op.drop_column("interaction", "assignee")
