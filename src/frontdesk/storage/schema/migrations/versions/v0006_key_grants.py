"""Scopes, budgets and a rate of API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("api_key") as key:
        key.add_column(sa.Column("scopes", sa.Text(), nullable=False, server_default=""))
        key.add_column(sa.Column("budget_day", sa.BigInteger(), nullable=False, server_default="0"))
        key.add_column(sa.Column("budget_month", sa.BigInteger(), nullable=False, server_default="0"))
        key.add_column(sa.Column("requests_per_minute", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("api_key") as key:
        for name in ("requests_per_minute", "budget_month", "budget_day", "scopes"):
            key.drop_column(name)
