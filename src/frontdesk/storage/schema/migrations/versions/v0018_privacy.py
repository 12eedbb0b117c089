"""Erasures; numbers that are never used twice; an audit trail that can be shortened from its beginning."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.audit import guard, unguard

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

HIGHEST = """
INSERT INTO meta (key, value) SELECT 'last_interaction', CAST(COALESCE(MAX(id), 0) AS VARCHAR(20)) FROM (
    SELECT MAX(id) AS id FROM interaction UNION ALL SELECT MAX(interaction_id) FROM journal) AS numbers
"""


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("contacts", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
    )
    op.add_column("inbound_message", sa.Column("erased_at", Moment))
    op.create_index("ix_inbound_message_erased_at", "inbound_message", ["erased_at"])
    op.execute(HIGHEST)
    _count_up(always=True)
    unguard(op.get_bind())
    guard(op.get_bind())


def downgrade() -> None:
    """Back to the one before."""
    _count_up(always=False)
    op.execute("DELETE FROM meta WHERE key = 'last_interaction'")
    op.drop_index("ix_inbound_message_erased_at", "inbound_message")
    op.drop_column("inbound_message", "erased_at")
    op.drop_table("erasure")


def _count_up(*, always: bool) -> None:
    """SQLite takes the number of a deleted last row again, unless the table says AUTOINCREMENT."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("contact", "service_call"):
            with op.batch_alter_table(name, recreate="always", table_kwargs={"sqlite_autoincrement": always}):
                pass
