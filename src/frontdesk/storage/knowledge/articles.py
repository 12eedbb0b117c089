"""Articles with all their versions. Saving one cuts its passages anew and asks for their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, column, delete, or_, select
from sqlalchemy.engine import RowMapping

from frontdesk.interfaces import Clock, NotFound, Stale
from frontdesk.interfaces.knowledge import Cutter, SearchedText
from frontdesk.model import Page
from frontdesk.model.knowledge import Article, ArticleFilter, ArticleState, ArticleVersion, Audience
from frontdesk.model.translatable import tr
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.importing import Imported, ImportResult, take_in
from frontdesk.storage.knowledge.rows import as_article, as_version, content_of
from frontdesk.storage.knowledge.saving import PRODUCT, TAG, Cutting, forget_all, save, say
from frontdesk.storage.knowledge.stamp import touch
from frontdesk.storage.knowledge.words import with_all
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.knowledge import article, article_label, article_version, passage
from frontdesk.storage.search.words import SearchTerms, wanted_of


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in a list."""

    article: Article
    updated_at: datetime
    updated_by: str


class StoredArticles:
    """Articles on a database."""

    def __init__(self, database: Database, clock: Clock, cut: Cutter, text_of: SearchedText) -> None:
        """Use this database and clock; `cut` and `text_of` say which passages are searched, and by which words."""
        self._database, self._clock, self._cutting = database, clock, Cutting(cut, text_of)

    async def page(self, wanted: ArticleFilter, limit: int, cursor: str = "") -> Page[ArticleRow]:
        """Those changed last come first. Raises Invalid (cursor)."""
        rows = select(article).where(*_filters(wanted, self._database.dialect))
        rows = rows.order_by(article.c.updated_at.desc(), article.c.id.desc()).limit(limit + 1)
        if cursor:
            place = paging.decode(cursor, (datetime, str))
            rows = rows.where(paging.after(article.c.updated_at, article.c.id, place, down=True))
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return paging.page(found, limit, _row, lambda row: (paging.stamp(row["updated_at"]), row["id"]))

    async def get(self, article_id: str) -> Article:
        """Raises NotFound."""
        return as_article(await self._database.read(lambda c: _get(c, article_id)))

    async def translations(self, of: Article) -> tuple[Article, ...]:
        """The same in other languages, by language."""
        group = of.translation_of or of.id
        theirs = or_(article.c.id == group, article.c.translation_of == group)
        rows = select(article).where(theirs, article.c.id != of.id).order_by(article.c.language, article.c.id)
        return tuple(map(as_article, await self._database.read(lambda c: c.execute(rows).mappings().all())))

    async def versions(self, article_id: str) -> tuple[ArticleVersion, ...]:
        """All, newest first. Raises NotFound."""
        rows = (
            select(article_version)
            .where(article_version.c.article_id == article_id)
            .order_by(article_version.c.version.desc())
        )
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        if not found:
            raise _absent(article_id)
        return tuple(map(as_version, found))

    async def version(self, article_id: str, version: int) -> ArticleVersion:
        """Raises NotFound."""
        key = (article_version.c.article_id == article_id, article_version.c.version == version)
        row = await self._database.read(lambda c: c.execute(select(article_version).where(*key)).mappings().first())
        if row is None:
            missing = tr("there is no version {version} of article {article}", version=version, article=article_id)
            raise NotFound(missing)
        return as_version(row)

    async def put(self, wanted: Article, by: str, note: str = "", version: int | None = None) -> tuple[Article, bool]:
        """Store it as a new version, or leave it as it is where nothing changes; and whether it is new.

        Raises Stale where it is not at `version` (None: any; 0: it must not be there yet).
        """
        now = self._clock()
        return await self._database.write(lambda c: _put(c, self._cutting, wanted, by, note, version, now))

    async def remove(self, article_id: str, by: str, version: int | None = None) -> None:
        """Delete it with its versions. Raises NotFound, Stale."""
        now = self._clock()
        await self._database.write(lambda c: _remove(c, article_id, by, version, now))

    async def take_in(self, source: str, given: Sequence[Imported], by: str) -> ImportResult:
        """Store what a source has. What stands there as it did at the last import stays, whatever people made of it."""
        return await take_in(self._database, self._cutting, source, given, by, self._clock())

    async def labels(self) -> dict[str, tuple[str, ...]]:
        """The products and tags that articles name, and their languages."""
        labels = select(article_label.c.kind, article_label.c.label).distinct().order_by(article_label.c.label)
        languages = select(article.c.language).distinct().order_by(article.c.language)
        found, spoken = await self._database.read(
            lambda c: (c.execute(labels).all(), c.execute(languages).scalars().all())
        )
        kinds = {kind: tuple(row.label for row in found if row.kind == kind) for kind in (PRODUCT, TAG)}
        return kinds | {"language": tuple(spoken)}


def may_be_told(audiences: Sequence[Audience], on: date) -> ColumnElement[bool]:
    """Articles that may be told to these audiences on this day."""
    return and_(article.c.audience.in_([each.value for each in audiences]), *_valid(on))


def _valid(on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        article.c.state == ArticleState.PUBLISHED.value,
        or_(article.c.valid_from.is_(None), article.c.valid_from <= on),
        or_(article.c.valid_to.is_(None), article.c.valid_to >= on),
    )


def _filters(wanted: ArticleFilter, dialect: str) -> list[ColumnElement[bool]]:
    chosen = {"audience": wanted.audience, "state": wanted.state, "language": wanted.language}
    found: list[ColumnElement[bool]] = [
        article.c[name].in_(list(map(str, values))) for name, values in chosen.items() if values
    ]
    for kind, labels in ((PRODUCT, wanted.product), (TAG, wanted.tag)):
        if labels:
            with_label = select(article_label.c.article_id).where(
                article_label.c.kind == kind, article_label.c.label.in_(labels)
            )
            found.append(article.c.id.in_(with_label))
    if wanted.on is not None:
        found += _valid(wanted.on)
    if wanted.review_until is not None:
        found.append(article.c.review_on <= wanted.review_until)
    if (terms := wanted_of(wanted.text)).terms:
        found.append(_has_words(dialect, terms) | (article.c.id == wanted.text.strip()))
    return found


def _has_words(dialect: str, terms: SearchTerms) -> ColumnElement[bool]:
    hits = with_all(dialect, terms).columns(column("passage_id", passage.c.id.type)).subquery()
    return article.c.id.in_(select(passage.c.article_id).where(passage.c.id.in_(select(hits.c.passage_id))))


def _row(row: RowMapping) -> ArticleRow:
    return ArticleRow(as_article(row), row["updated_at"], row["updated_by"])


def _get(connection: Connection, article_id: str) -> RowMapping:
    row = connection.execute(_one(article_id)).mappings().first()
    if row is None:
        raise _absent(article_id)
    return row


def _one(article_id: str) -> Select[Any]:
    return select(article).where(article.c.id == article_id)


def _absent(article_id: str) -> NotFound:
    return NotFound(tr("there is no article {article}", article=article_id))


def _put(
    connection: Connection, cutting: Cutting, wanted: Article, by: str, why: str, version: int | None, now: datetime
) -> tuple[Article, bool]:
    row = connection.execute(_one(wanted.id).with_for_update()).mappings().first()
    _check_version(row, wanted.id, version)
    if row is not None and content_of(as_article(row)) == content_of(wanted):
        return as_article(row), False
    stored = save(connection, cutting, wanted, row, {"updated_at": now, "updated_by": by}, why)
    note(connection, now, "article_changed", by=by, detail={"article": stored.id, "version": stored.version})
    say(connection, now)
    return stored, row is None


def _check_version(row: RowMapping | None, article_id: str, version: int | None) -> None:
    if version is not None and version != (row["version"] if row is not None else 0):
        raise Stale(tr("article {article} was changed meanwhile: read it again", article=article_id))


def _remove(connection: Connection, article_id: str, by: str, version: int | None, now: datetime) -> None:
    row = _get(connection, article_id)
    _check_version(row, article_id, version)
    forget_all(connection, article_id)
    connection.execute(delete(article).where(article.c.id == article_id))
    note(connection, now, "article_removed", by=by, detail={"article": article_id, "version": row["version"]})
    touch(connection)
