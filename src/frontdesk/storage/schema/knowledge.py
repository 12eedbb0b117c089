"""Tables of what is known: articles with their versions, passages and vectors; products; the embedded order book."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Key, Name, metadata

ArticleId = String(200)

# `source` and `digest` say where it was imported from, and what stood there then.
article = Table(
    "article",
    metadata,
    Column("id", ArticleId, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("title", String(300), nullable=False),
    Column("body", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("questions", Json, nullable=False),
    Column("audience", String(10), nullable=False),
    Column("url", String(2000), nullable=False, default=""),
    Column("products", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("owner", Name, nullable=False, default=""),
    Column("review_on", Date, index=True),
    Column("translation_of", ArticleId, nullable=False, default="", index=True),
    Column("source", String(200), nullable=False, default="", index=True),
    Column("digest", String(64), nullable=False, default=""),
    Column("updated_at", Moment, nullable=False),
    Column("updated_by", Name, nullable=False, default=""),
    Index("ix_article_list", "updated_at", "id"),
)

# `content` is all of the article as it was saved.
article_version = Table(
    "article_version",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Json, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("saved_by", Name, nullable=False, default=""),
    Column("note", String(200), nullable=False, default=""),
)

# Products and tags of articles, to filter by.
article_label = Table(
    "article_label",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("label", String(100), primary_key=True),
    Index("ix_article_label_label", "kind", "label"),
)

# Of the newest version of each article. Their words are in `search_index_passage`, see storage.knowledge.words.
passage = Table(
    "passage",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Index("ix_passage_article", "article_id", "number", unique=True),
)

# What readers said of a version.
article_vote = Table(
    "article_vote",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("helped", Integer, nullable=False),
    Column("not_helped", Integer, nullable=False),
    Index("ix_article_vote_day", "day"),
)

passage_vectors = Table(
    "passage_vectors",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("encoder", String(60), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("vectors", LargeBinary, nullable=False),
)

product = Table(
    "product",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("aliases", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("version", Integer, nullable=False),
)

customer_order = Table(
    "customer_order",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("customer_id", String(10), nullable=False, default="", index=True),
    Column("name", String(200), nullable=False, default=""),
    Column("email", String(320), nullable=False, default="", index=True),
    Column("phone", String(40), nullable=False, default=""),
    Column("postal_code", String(20), nullable=False, default=""),
    Column("lines", Json, nullable=False),
    Column("ordered_on", Date),
    Column("expected_on", Date),
    Column("shipped_on", Date),
    Column("delivered_on", Date),
    Column("carrier", String(100), nullable=False, default=""),
    Column("tracking", String(100), nullable=False, default=""),
    Column("tracking_url", String(2000), nullable=False, default=""),
    Column("blocked", Boolean, nullable=False, default=False),
)
