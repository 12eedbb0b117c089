"""What readers said of articles: whether it helped, counted by version and day; who said so is not kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select, update

from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.knowledge import article_vote


@dataclass(frozen=True, slots=True)
class Votes:
    """How many readers a version of an article helped, and how many it did not."""

    article: str
    version: int
    helped: int
    not_helped: int


class StoredVotes:
    """Votes on a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    async def add(self, article: str, version: int, on: date, *, helped: bool) -> None:
        """Count one."""
        key = {"article_id": article, "version": version, "day": on}
        of = article_vote.c.helped if helped else article_vote.c.not_helped
        mine = update(article_vote).where(*(article_vote.c[name] == value for name, value in key.items()))

        def operation(connection: Connection) -> None:
            insert_if_new(connection, article_vote, key | {"helped": 0, "not_helped": 0})
            connection.execute(mine.values({of: of + 1}))

        await self._database.write(operation)

    async def since(self, day: date) -> Sequence[Votes]:
        """All of this day and later, by article and version."""
        of = (article_vote.c.article_id, article_vote.c.version)
        rows = select(*of, func.sum(article_vote.c.helped), func.sum(article_vote.c.not_helped))
        rows = rows.where(article_vote.c.day >= day).group_by(*of).order_by(*of)
        return await self._database.read(lambda c: [Votes(a, v, int(y), int(n)) for a, v, y, n in c.execute(rows)])
