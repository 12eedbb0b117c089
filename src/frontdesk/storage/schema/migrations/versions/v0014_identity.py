"""How senders were proven, in which interaction a merged message was written, and what an interaction may belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = (
    ("interaction", "merged_to", sa.String(8), ""),
    ("interaction", "may_belong_to", sa.String(8), ""),
    ("interaction", "customer_proven", sa.Boolean(), sa.false()),
    ("inbound_message", "identity", sa.String(20), "unproven"),
    ("inbound_message", "merged_from", KEY, "0"),
)
LEADS = sa.text(
    "UPDATE interaction SET merged_to = (SELECT other.reference FROM interaction AS other "
    "WHERE other.id = interaction.merged_into) WHERE merged_into IS NOT NULL"
)


def upgrade() -> None:
    """To this revision. Of messages that are there nobody knows how their senders were proven: they are not."""
    for table, name, kind, default in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    op.execute(LEADS)


def downgrade() -> None:
    """Back to the one before."""
    for table, name, *_ in ADDED:
        op.drop_column(table, name)
