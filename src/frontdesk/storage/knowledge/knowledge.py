"""The knowledge base as answering reads it."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Float, and_, column, select
from typing_extensions import override

from frontdesk.interfaces.knowledge import Knowledge
from frontdesk.model.knowledge import Article, ArticleVersion, Audience, Passage, PassageVectors, Product
from frontdesk.storage.engines.database import Database
from frontdesk.storage.knowledge.articles import StoredArticles, may_be_told
from frontdesk.storage.knowledge.products import StoredProducts
from frontdesk.storage.knowledge.rows import as_article, as_passage
from frontdesk.storage.knowledge.stamp import read_stamp
from frontdesk.storage.knowledge.words import with_any
from frontdesk.storage.schema.knowledge import article, passage, passage_vectors
from frontdesk.storage.schema.rows import fact


class StoredKnowledge(Knowledge):
    """The knowledge base on a database."""

    def __init__(self, database: Database, articles: StoredArticles, products: StoredProducts) -> None:
        """Use this database and these stores."""
        self._database, self._articles, self._products = database, articles, products

    @override
    async def stamp(self) -> str:
        return await self._database.read(read_stamp)

    @override
    async def published(self, audiences: Sequence[Audience], on: date) -> Sequence[Article]:
        rows = select(article).where(may_be_told(audiences, on)).order_by(article.c.id)
        return await self._database.read(lambda c: [as_article(row) for row in c.execute(rows).mappings()])

    @override
    async def articles(self, ids: Sequence[str]) -> Mapping[str, Article]:
        rows = select(article).where(article.c.id.in_(ids))
        return await self._database.read(lambda c: {row["id"]: as_article(row) for row in c.execute(rows).mappings()})

    @override
    async def version(self, article: str, version: int) -> ArticleVersion:
        return await self._articles.version(article, version)

    @override
    async def passages(self, audiences: Sequence[Audience], on: date) -> Sequence[Passage]:
        rows = select(passage).join(article, article.c.id == passage.c.article_id).where(may_be_told(audiences, on))
        rows = rows.order_by(passage.c.article_id, passage.c.number)
        return await self._database.read(lambda c: [as_passage(row) for row in c.execute(rows).mappings()])

    @override
    async def vectors(self, encoder: str, audiences: Sequence[Audience], on: date) -> Sequence[PassageVectors]:
        same = and_(passage_vectors.c.article_id == article.c.id, passage_vectors.c.version == article.c.version)
        rows = select(passage_vectors).join(article, same).where(may_be_told(audiences, on))
        rows = rows.where(passage_vectors.c.encoder == encoder).order_by(passage_vectors.c.article_id)
        return await self._database.read(
            lambda c: [
                fact(PassageVectors, row, article=row["article_id"], vectors=bytes(row["vectors"]))
                for row in c.execute(rows).mappings()
            ]
        )

    @override
    async def find(
        self, words: Sequence[str], audiences: Sequence[Audience], on: date, limit: int
    ) -> Sequence[tuple[str, int, float]]:
        found = with_any(self._database.dialect, words)
        if found is None:
            return []
        hits = found.columns(column("passage_id", passage.c.id.type), column("score", Float)).subquery("hits")
        rows = (
            select(passage.c.article_id, passage.c.number, hits.c.score)
            .join(hits, hits.c.passage_id == passage.c.id)
            .join(article, article.c.id == passage.c.article_id)
            .where(may_be_told(audiences, on))
            .order_by(hits.c.score.desc(), passage.c.article_id, passage.c.number)
            .limit(limit)
        )
        return await self._database.read(
            lambda c: [(row.article_id, row.number, float(row.score)) for row in c.execute(rows)]
        )

    @override
    async def products(self) -> Sequence[Product]:
        return await self._products.all()
