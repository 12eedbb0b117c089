"""In which order interactions changed, for programs that keep a copy of them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision: what is there comes before all that changes from now on."""
    op.add_column("interaction", sa.Column("changed", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_interaction_changed", "interaction", ["changed", "id"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_interaction_changed", "interaction")
    op.drop_column("interaction", "changed")
