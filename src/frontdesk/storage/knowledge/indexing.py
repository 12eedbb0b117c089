"""The vectors of passages: which are missing, their one work row, and how far they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, select
from typing_extensions import override

from frontdesk.interfaces import Clock
from frontdesk.interfaces.knowledge import VectorStore
from frontdesk.model import Lease, WorkState
from frontdesk.model.knowledge import Article, Passage, PassageVectors
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.rows import as_article, as_passage
from frontdesk.storage.knowledge.stamp import touch
from frontdesk.storage.pipeline.locking import keep_open
from frontdesk.storage.pipeline.work_queue import VECTOR_WORK, pass_fence
from frontdesk.storage.schema.knowledge import article, passage, passage_vectors
from frontdesk.storage.schema.pipeline import work
from frontdesk.storage.schema.rows import columns

VECTOR_ID = "00000000000000000000VECT01"


class StoredVectors(VectorStore):
    """Vectors on a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use this database and clock."""
        self._database, self._clock = database, clock

    @override
    async def missing(self, encoder: str, limit: int) -> Sequence[tuple[Article, Sequence[Passage]]]:
        return await self._database.read(lambda c: _missing(c, encoder, limit))

    @override
    async def keep(self, made: Sequence[PassageVectors]) -> None:
        await self._database.write(lambda c: _keep(c, made))

    @override
    async def end(self, lease: Lease, encoders: Sequence[str]) -> bool:
        return await self._database.write(lambda c: _end(c, lease, encoders))

    async def begin(self, encoders: Sequence[str]) -> None:
        """Ask for what is missing: for the start of a process, which may have encoders that the last one had not."""
        progress, now = await self.progress(encoders), self._clock()
        if any(done < of for done, of in progress.values()):
            await self._database.write(lambda c: ask_for_vectors(c, now))

    async def progress(self, encoders: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """For each encoder how many articles have their vectors, of how many."""
        return await self._database.read(lambda c: {each: _progress(c, each) for each in encoders})


def ask_for_vectors(connection: Connection, now: datetime) -> None:
    """Have the work row there and open. It is locked, so that it does not end without seeing what was saved here."""
    keep_open(connection, VECTOR_ID, VECTOR_WORK, "vectors", now, now)


def _end(connection: Connection, lease: Lease, encoders: Sequence[str]) -> bool:
    connection.execute(select(work.c.state).where(work.c.id == VECTOR_ID).with_for_update())
    if any(_missing(connection, each, 1) for each in encoders):
        return False
    pass_fence(connection, lease, "", WorkState.DONE)
    return True


def _missing(connection: Connection, encoder: str, limit: int) -> list[tuple[Article, list[Passage]]]:
    made = and_(
        passage_vectors.c.article_id == article.c.id,
        passage_vectors.c.encoder == encoder,
        passage_vectors.c.version == article.c.version,
    )
    # Published ones first: drafts answer nobody.
    wanted = (
        select(article)
        .where(~select(passage_vectors.c.article_id).where(made).exists())
        .order_by(article.c.state.desc(), article.c.updated_at, article.c.id)
        .limit(limit)
    )
    articles = [as_article(row) for row in connection.execute(wanted).mappings()]
    theirs = select(passage).where(passage.c.article_id.in_([each.id for each in articles])).order_by(passage.c.number)
    found: dict[str, list[Passage]] = {each.id: [] for each in articles}
    for row in connection.execute(theirs).mappings():
        found[row["article_id"]].append(as_passage(row))
    return [(each, found[each.id]) for each in articles]


def _keep(connection: Connection, made: Sequence[PassageVectors]) -> None:
    """Those of a version that is no longer the newest are dropped."""
    newest = select(article.c.id, article.c.version).where(article.c.id.in_([each.article for each in made]))
    versions = {row.id: row.version for row in connection.execute(newest.with_for_update())}
    rows = [
        {"article_id": values.pop("article"), **values}
        for each in made
        if versions.get(each.article) == each.version
        for values in [columns(each)]
    ]
    for row in rows:
        key = (passage_vectors.c.article_id == row["article_id"], passage_vectors.c.encoder == row["encoder"])
        connection.execute(delete(passage_vectors).where(*key))
    if rows:
        connection.execute(insert(passage_vectors), rows)
        touch(connection)


def _progress(connection: Connection, encoder: str) -> tuple[int, int]:
    every = connection.execute(select(func.count()).select_from(article)).scalar_one()
    same = and_(passage_vectors.c.article_id == article.c.id, passage_vectors.c.version == article.c.version)
    made = select(func.count()).select_from(passage_vectors).join(article, same)
    return connection.execute(made.where(passage_vectors.c.encoder == encoder)).scalar_one(), every
