"""What readers said of articles."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
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


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("article_vote")
