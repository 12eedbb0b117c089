"""What an analysis says of signals, of concerns, of the part that was read, and what a second reader says."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Json

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ADDED = ("signals", "concerns", "reads")


def upgrade() -> None:
    """To this revision. What was read before has none of them."""
    for name in ADDED:
        op.add_column("analysis", sa.Column(name, Json, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("analysis", sa.Column("second", Json))


def downgrade() -> None:
    """Back to the one before."""
    for name in (*ADDED, "second"):
        op.drop_column("analysis", name)
