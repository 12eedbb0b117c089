"""What a message quotes of earlier ones is kept beside its text."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("inbound_message", sa.Column("quoted", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("inbound_message", "quoted")
