"""What has come since 0023, before 0.2.0 is released: databases that are there get what they miss."""

from alembic import op

from frontdesk.storage.schema.migrations.missing import add_missing

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision; the facts of the insights are counted anew, for there are more of them."""
    add_missing()
    op.execute(
        "INSERT INTO insight_change (interaction_id) SELECT id FROM interaction "
        "WHERE id NOT IN (SELECT interaction_id FROM insight_change)"
    )
