"""The audit trail."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.audit import guard, unguard
from frontdesk.storage.schema.base import Key

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "audit_record",
        sa.Column("id", Key, primary_key=True, autoincrement=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(400), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_record_at", "audit_record", ["at"])
    guard(op.get_bind())


def downgrade() -> None:
    """Back to the one before; the trail is lost."""
    op.drop_table("audit_record")
    unguard(op.get_bind())
