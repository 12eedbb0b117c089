"""What is known: articles, their passages and vectors, products, the embedded order book."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Key

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index_passage USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        "CREATE TABLE search_index_passage (passage_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX ix_search_index_passage_words ON search_index_passage USING gin (words)",
    ),
    "hana": ("CREATE TABLE search_index_passage (passage_id BIGINT NOT NULL PRIMARY KEY, words NCLOB NOT NULL)",),
}
TABLES = ("passage_vectors", "passage", "article_label", "article_version", "article", "product", "customer_order")


def upgrade() -> None:
    """To this revision."""
    _articles()
    _passages()
    _products_and_orders()
    for statement in WORDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Back to the one before; all articles, products and orders are lost."""
    op.drop_table("search_index_passage")
    for table in TABLES:
        op.drop_table(table)


def _articles() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("products", Json, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("review_on", sa.Date()),
        sa.Column("translation_of", sa.String(200), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
    )
    for column in ("review_on", "translation_of", "source"):
        op.create_index(f"ix_article_{column}", "article", [column])
    op.create_index("ix_article_list", "article", ["updated_at", "id"])
    op.create_table(
        "article_version",
        _article_key("article_version", True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("saved_by", sa.String(200), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
    )
    op.create_table(
        "article_label",
        _article_key("article_label", True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("label", sa.String(100), primary_key=True),
    )
    op.create_index("ix_article_label_label", "article_label", ["kind", "label"])


def _passages() -> None:
    op.create_table(
        "passage",
        sa.Column("id", Key, primary_key=True, autoincrement=True),
        _article_key("passage", False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
    )
    op.create_index("ix_passage_article", "passage", ["article_id", "number"], unique=True)
    op.create_table(
        "passage_vectors",
        _article_key("passage_vectors", True),
        sa.Column("encoder", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
    )


def _products_and_orders() -> None:
    op.create_table(
        "product",
        sa.Column("number", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("attributes", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "customer_order",
        sa.Column("number", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("customer_id", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("postal_code", sa.String(20), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("ordered_on", sa.Date()),
        sa.Column("expected_on", sa.Date()),
        sa.Column("shipped_on", sa.Date()),
        sa.Column("delivered_on", sa.Date()),
        sa.Column("carrier", sa.String(100), nullable=False),
        sa.Column("tracking", sa.String(100), nullable=False),
        sa.Column("tracking_url", sa.String(2000), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_customer_order_customer_id", "customer_order", ["customer_id"])
    op.create_index("ix_customer_order_email", "customer_order", ["email"])


def _article_key(table: str, primary: bool) -> sa.Column[str]:
    key = sa.ForeignKey("article.id", ondelete="CASCADE", name=f"fk_{table}_article_id")
    return sa.Column("article_id", sa.String(200), key, primary_key=primary, nullable=False)
