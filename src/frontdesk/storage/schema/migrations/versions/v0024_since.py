"""What has come since 0023, before 0.2.0 is released: databases that are there get what they miss."""

from frontdesk.storage.schema.migrations.missing import add_missing

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    add_missing()
