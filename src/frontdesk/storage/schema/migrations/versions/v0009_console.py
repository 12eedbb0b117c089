"""The console: full-text search (opening.upgrade fills it), what lists filter by, saved views, merged interactions."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LISTED = (
    "updated_at", "id", "status", "category", "channel", "priority", "intent", "sentiment", "team", "tier",
    "confidence", "language", "message_type", "created_at", "customer_id", "route", "merged_into",
)  # fmt: skip


def upgrade() -> None:
    """To this revision."""
    op.add_column("interaction", sa.Column("tier", sa.String(20)))
    op.add_column("interaction", sa.Column("confidence", sa.Float(), nullable=False, server_default=sa.text("-1")))
    op.add_column("interaction", sa.Column("language", sa.String(10)))
    op.add_column("interaction", sa.Column("message_type", sa.String(40)))
    op.add_column("interaction", sa.Column("merged_into", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.UniqueConstraint("owner", "name", name="uq_saved_view_owner_name"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE search_index (interaction_id bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_search_index_words ON search_index USING gin (words)")
    else:
        op.execute("CREATE VIRTUAL TABLE search_index USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0')")
    op.create_index("ix_interaction_list", "interaction", LISTED)
    op.create_index("ix_interaction_created", "interaction", ["created_at", "id"])
    op.create_index("ix_interaction_confidence", "interaction", ["confidence", "id"])
    op.drop_index("ix_interaction_updated", "interaction")


def downgrade() -> None:
    """Back to the one before."""
    op.create_index("ix_interaction_updated", "interaction", ["updated_at", "id"])
    for name in ("list", "created", "confidence"):
        op.drop_index(f"ix_interaction_{name}", "interaction")
    op.drop_table("search_index")
    op.drop_table("saved_view")
    for name in ("merged_into", "message_type", "language", "confidence", "tier"):
        op.drop_column("interaction", name)
