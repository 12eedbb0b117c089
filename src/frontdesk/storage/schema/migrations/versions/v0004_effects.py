"""Effects that wait for others and have work of their own; what back ends report."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("effect") as effect:
        effect.add_column(sa.Column("waits_for", Json, nullable=False, server_default=sa.text("'[]'")))
        effect.add_column(sa.Column("apart", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("effect") as effect:
        effect.drop_column("apart")
        effect.drop_column("waits_for")
