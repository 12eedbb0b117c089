"""Drafts of intents and vectors that clients keep with them."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "intent_draft",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100)),
        sa.Column("description", sa.Text()),
        sa.Column("embedding", sa.Text()),
        sa.Column("has_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.UniqueConstraint("code", name="uq_intent_draft_code"),
    )
    op.create_table(
        "intent_vector",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("embedding", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("intent_vector")
    op.drop_table("intent_draft")
