"""Articles with all their versions. Saving one cuts its passages anew and asks for their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, column, delete, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from frontdesk.interfaces import Clock, NotFound, Stale
from frontdesk.interfaces.knowledge import Cutter, SearchedText
from frontdesk.model import Page
from frontdesk.model.knowledge import Article, ArticleFilter, ArticleState, ArticleVersion, Audience
from frontdesk.model.translatable import tr
from frontdesk.storage.engines import paging
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.indexing import ask_for_vectors
from frontdesk.storage.knowledge.rows import as_article, as_version, content_of
from frontdesk.storage.knowledge.stamp import touch
from frontdesk.storage.knowledge.words import forget_passages, index_passages, with_all
from frontdesk.storage.schema.knowledge import article, article_label, article_version, passage
from frontdesk.storage.schema.rows import columns
from frontdesk.storage.search.words import SearchTerms, wanted_of

PRODUCT, TAG = "product", "tag"


@dataclass(frozen=True, slots=True)
class Imported:
    """An article as a source has it; `digest` is of what stands there."""

    article: Article
    digest: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, by ids. `gone` came from the same source before and are left as they are."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in a list."""

    article: Article
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class _Cutting:
    cut: Cutter
    text_of: SearchedText


class StoredArticles:
    """Articles on a database."""

    def __init__(self, database: Database, clock: Clock, cut: Cutter, text_of: SearchedText) -> None:
        """Use this database and clock; `cut` and `text_of` say which passages are searched, and by which words."""
        self._database, self._clock, self._cutting = database, clock, _Cutting(cut, text_of)

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

    async def remove(self, article_id: str, version: int | None = None) -> None:
        """Delete it with its versions. Raises NotFound, Stale."""
        await self._database.write(lambda c: _remove(c, article_id, version))

    async def take_in(self, source: str, given: Sequence[Imported], by: str) -> ImportResult:
        """Store what a source has. What stands there as it did at the last import stays, whatever people made of it."""
        now = self._clock()
        return await self._database.write(lambda c: _take_in(c, self._cutting, source, given, by, now))

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
    connection: Connection, cutting: _Cutting, wanted: Article, by: str, note: str, version: int | None, now: datetime
) -> tuple[Article, bool]:
    row = connection.execute(_one(wanted.id).with_for_update()).mappings().first()
    _check_version(row, wanted.id, version)
    if row is not None and content_of(as_article(row)) == content_of(wanted):
        return as_article(row), False
    stored = _save(connection, cutting, wanted, row, {"updated_at": now, "updated_by": by}, note)
    _say(connection, now)
    return stored, row is None


def _check_version(row: RowMapping | None, article_id: str, version: int | None) -> None:
    if version is not None and version != (row["version"] if row is not None else 0):
        raise Stale(tr("article {article} was changed meanwhile: read it again", article=article_id))


def _remove(connection: Connection, article_id: str, version: int | None) -> None:
    row = _get(connection, article_id)
    _check_version(row, article_id, version)
    _forget_passages(connection, article_id)
    connection.execute(delete(article).where(article.c.id == article_id))
    touch(connection)


def _take_in(
    connection: Connection, cutting: _Cutting, source: str, given: Sequence[Imported], by: str, now: datetime
) -> ImportResult:
    wanted = {each.article.id: each for each in given}
    before = {row["id"]: row for row in connection.execute(select(article)).mappings()}
    came = {key for key, row in before.items() if row["source"] == source}
    added: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    for key, each in wanted.items():
        row = before.get(key)
        if row is not None and row["digest"] == each.digest and row["source"] == source:
            unchanged.append(key)
            continue
        told = {"updated_at": now, "updated_by": by, "source": source, "digest": each.digest}
        _save(connection, cutting, each.article, row, told, source)
        (added if row is None else changed).append(key)
    if added or changed:
        _say(connection, now)
    gone = tuple(sorted(came - wanted.keys()))
    return ImportResult(tuple(added), tuple(changed), tuple(unchanged), gone)


def _say(connection: Connection, now: datetime) -> None:
    touch(connection)
    ask_for_vectors(connection, now)


def _save(
    connection: Connection, cutting: _Cutting, wanted: Article, row: RowMapping | None, told: dict[str, Any], note: str
) -> Article:
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


def _cut(connection: Connection, cutting: _Cutting, stored: Article) -> None:
    _forget_passages(connection, stored.id)
    passages = cutting.cut(stored)
    if not passages:
        return
    rows = [
        {
            "article_id": stored.id,
            "version": stored.version,
            "number": each.number,
            "start": each.start,
            "end": each.end,
            "question": each.question,
        }
        for each in passages
    ]
    connection.execute(insert(passage), rows)
    theirs = select(passage.c.id, passage.c.number).where(passage.c.article_id == stored.id)
    keys = {row.number: row.id for row in connection.execute(theirs)}
    index_passages(connection, [(keys[each.number], cutting.text_of(stored, each)) for each in passages])


def _forget_passages(connection: Connection, article_id: str) -> None:
    theirs = connection.execute(select(passage.c.id).where(passage.c.article_id == article_id)).scalars().all()
    forget_passages(connection, theirs)
    connection.execute(delete(passage).where(passage.c.article_id == article_id))
