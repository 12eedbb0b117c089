"""Saves a version of an article, in one transaction with its labels, its passages and their words."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from frontdesk.interfaces.knowledge import Cutter, SearchedText
from frontdesk.model.knowledge import Article
from frontdesk.storage.knowledge.indexing import ask_for_vectors
from frontdesk.storage.knowledge.rows import content_of
from frontdesk.storage.knowledge.stamp import touch
from frontdesk.storage.knowledge.words import forget_passages, index_passages
from frontdesk.storage.schema.knowledge import article, article_label, article_version, passage
from frontdesk.storage.schema.rows import columns

PRODUCT, TAG = "product", "tag"


@dataclass(frozen=True, slots=True)
class Cutting:
    """Which passages of an article are searched, and by which words."""

    cut: Cutter
    text_of: SearchedText


def say(connection: Connection, now: datetime) -> None:
    """Say that articles changed, so that they are read anew and their vectors made."""
    touch(connection)
    ask_for_vectors(connection, now)


def save(
    connection: Connection, cutting: Cutting, wanted: Article, row: RowMapping | None, told: dict[str, Any], note: str
) -> Article:
    """Store an article as the next version of its row (None: as the first), with its labels, passages and words."""
    stored = replace(wanted, version=row["version"] + 1 if row is not None else 1)
    values = columns(stored) | told
    if row is None:
        connection.execute(insert(article), [values])
    else:
        connection.execute(update(article).where(article.c.id == stored.id).values(**values))
    saved = {"saved_at": told["updated_at"], "saved_by": told["updated_by"], "note": note[:200]}
    version = {"article_id": stored.id, "version": stored.version, "content": content_of(stored)}
    connection.execute(insert(article_version), [version | saved])
    _label(connection, stored)
    _cut(connection, cutting, stored)
    return stored


def _label(connection: Connection, stored: Article) -> None:
    connection.execute(delete(article_label).where(article_label.c.article_id == stored.id))
    labels = [(PRODUCT, each) for each in stored.products] + [(TAG, each) for each in stored.tags]
    if labels:
        rows = [{"article_id": stored.id, "kind": kind, "label": label} for kind, label in dict.fromkeys(labels)]
        connection.execute(insert(article_label), rows)


def _cut(connection: Connection, cutting: Cutting, stored: Article) -> None:
    forget_all(connection, stored.id)
    passages = cutting.cut(stored)
    if not passages:
        return
    key = {"article_id": stored.id, "version": stored.version}
    own = ("number", "start", "end", "question")
    rows = [key | {name: getattr(each, name) for name in own} for each in passages]
    connection.execute(insert(passage), rows)
    theirs = select(passage.c.id, passage.c.number).where(passage.c.article_id == stored.id)
    keys = {row.number: row.id for row in connection.execute(theirs)}
    index_passages(connection, [(keys[each.number], cutting.text_of(stored, each)) for each in passages])


def forget_all(connection: Connection, article_id: str) -> None:
    """Forget the passages of an article and their words."""
    theirs = connection.execute(select(passage.c.id).where(passage.c.article_id == article_id)).scalars().all()
    forget_passages(connection, theirs)
    connection.execute(delete(passage).where(passage.c.article_id == article_id))
