"""Rows of the knowledge base as facts."""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.model.knowledge import Article, ArticleVersion, Attribute, Order, OrderLine, Passage, Product
from frontdesk.storage.schema.rows import Columns, fact

NOT_CONTENT = ("id", "version")


def as_article(row: Columns) -> Article:
    """An article row."""
    lists = {name: tuple(row[name]) for name in ("questions", "products", "tags")}
    return fact(Article, row, **lists)


def content_of(article: Article) -> dict[str, Any]:
    """All that a person writes of it, as plain JSON values."""
    found: dict[str, Any] = msgspec.to_builtins(article)
    return {name: value for name, value in found.items() if name not in NOT_CONTENT}


def as_version(row: Columns) -> ArticleVersion:
    """An article_version row."""
    whole: Mapping[str, Any] = {**row["content"], "id": row["article_id"], "version": row["version"]}
    return ArticleVersion(msgspec.convert(whole, Article), row["saved_at"], row["saved_by"], row["note"])


def as_passage(row: Columns) -> Passage:
    """A passage row."""
    return fact(Passage, row, article=row["article_id"])


def as_product(row: Columns) -> Product:
    """A product row."""
    attributes = tuple(msgspec.convert(each, Attribute) for each in row["attributes"])
    return fact(Product, row, aliases=tuple(row["aliases"]), attributes=attributes)


def as_order(row: Columns) -> Order:
    """A customer_order row."""
    return fact(Order, row, lines=tuple(msgspec.convert(each, OrderLine) for each in row["lines"]))
