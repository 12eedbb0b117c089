"""What readers said of articles, and how much people changed of suggested answers."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Ulid

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "article_vote",
        sa.Column("article_id", sa.String(200), sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("not_helped", sa.Integer(), nullable=False),
    )
    op.create_index("ix_article_vote_day", "article_vote", ["day"])
    op.create_table(
        "taken_suggestion",
        sa.Column("message_id", Ulid, primary_key=True),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
    )
    op.create_index("ix_taken_suggestion_created_at", "taken_suggestion", ["created_at"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("taken_suggestion")
    op.drop_table("article_vote")
