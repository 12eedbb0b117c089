"""Takes in what a source has, again and again: some articles in each transaction, so that others can write between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from frontdesk.model.knowledge import Article
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.rows import as_article, content_of
from frontdesk.storage.knowledge.saving import Cutting, save, say
from frontdesk.storage.pipeline.journal import note
from frontdesk.storage.schema.knowledge import article

PORTION = 100


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


async def take_in(
    database: Database, cutting: Cutting, source: str, given: Sequence[Imported], by: str, now: datetime
) -> ImportResult:
    """Store what a source has. What stands there as it did at the last import stays, whatever people made of it."""
    told = {"updated_at": now, "updated_by": by, "source": source}
    theirs = select(article.c.id).where(article.c.source == source)
    came = await database.read(lambda c: set(c.execute(theirs).scalars()))
    done = ImportResult()
    for at in range(0, len(given), PORTION):
        store = partial(_portion, cutting=cutting, given=given[at : at + PORTION], told=told)
        part = await database.write(store)
        done = ImportResult(done.added + part.added, done.changed + part.changed, done.unchanged + part.unchanged)
    gone = tuple(sorted(came - {each.article.id for each in given}))
    return ImportResult(done.added, done.changed, done.unchanged, gone)


def _portion(
    connection: Connection, cutting: Cutting, given: Sequence[Imported], told: Mapping[str, Any]
) -> ImportResult:
    rows = select(article).where(article.c.id.in_([each.article.id for each in given])).with_for_update()
    before = {row["id"]: row for row in connection.execute(rows).mappings()}
    outcomes: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
    for each in given:
        row = before.get(each.article.id)
        if row is not None and _stands(row, each):
            here = update(article).where(article.c.id == row["id"])
            connection.execute(here.values(source=told["source"], digest=each.digest))
            outcomes["unchanged"].append(row["id"])
            continue
        save(connection, cutting, each.article, row, {**told, "digest": each.digest}, str(told["source"]))
        outcomes["added" if row is None else "changed"].append(each.article.id)
    if outcomes["added"] or outcomes["changed"]:
        counts = {name: len(outcomes[name]) for name in ("added", "changed")}
        by, detail = told["updated_by"], {"source": told["source"], **counts}
        note(connection, told["updated_at"], "articles_imported", by=by, detail=detail)
        say(connection, told["updated_at"])
    return ImportResult(**{name: tuple(ids) for name, ids in outcomes.items()})


def _stands(row: RowMapping, given: Imported) -> bool:
    """Whether the source says what it said at the last import, or what is stored anyway."""
    return bool(row["digest"] == given.digest) or content_of(as_article(row)) == content_of(given.article)
