"""Work of one interaction one at a time: a lock key, and who waits for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")
# As the model says it, so that a database that was migrated is the same as a new one.
CLAIMABLE = {
    "sqlite": sa.text("state = 'open' AND blocked = 0"),
    "postgresql": sa.text("state = 'open' AND NOT blocked"),
}
KEYS = """
UPDATE work SET lock_key = 'message:' || (SELECT m.interaction_id FROM inbound_message m WHERE m.id = work.subject)
WHERE state IN ('open', 'failed') AND kind IN ('message', 'edit')
AND EXISTS (SELECT 1 FROM inbound_message m WHERE m.id = work.subject)
"""
BLOCKED = """
UPDATE work SET blocked = TRUE WHERE state = 'open' AND lock_key <> '' AND EXISTS (
    SELECT 1 FROM work older WHERE older.lock_key = work.lock_key AND older.state = 'open'
    AND (older.created_at < work.created_at OR (older.created_at = work.created_at AND older.id < work.id)))
"""


def upgrade() -> None:
    """To this revision."""
    op.add_column("work", sa.Column("lock_key", sa.String(60), nullable=False, server_default=""))
    op.add_column("work", sa.Column("blocked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_work_due", "work")
    op.create_index(
        "ix_work_due",
        "work",
        ["due_at", "id"],
        sqlite_where=CLAIMABLE["sqlite"],
        postgresql_where=CLAIMABLE["postgresql"],
    )
    op.create_index(
        "ix_work_order", "work", ["lock_key", "blocked", "created_at", "id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.execute(KEYS)
    op.execute(BLOCKED)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_work_order", "work")
    op.drop_index("ix_work_due", "work")
    op.create_index("ix_work_due", "work", ["due_at", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_column("work", "blocked")
    op.drop_column("work", "lock_key")
