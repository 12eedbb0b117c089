"""The schema of 0.1.0, where the oldest databases start from. It makes nothing: a new database gets today's tables."""

revision = "0011"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: a database that is here has it all."""
