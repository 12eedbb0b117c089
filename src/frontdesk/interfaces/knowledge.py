"""What answering questions needs: articles with their passages and vectors, encoders, orders."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from frontdesk.model import Lease
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, Asker
from frontdesk.model.knowledge import Article, ArticleVersion, Audience, Order, Passage, PassageVectors, Product

Rows = npt.NDArray[np.float32]


class PassageEncoder(Protocol):
    """Turns texts into vectors of length 1. Another `name` means that all vectors are made anew."""

    name: str

    async def passages(self, texts: Sequence[str]) -> Rows:
        """One row for each text that is searched."""
        ...

    async def questions(self, texts: Sequence[str]) -> Rows:
        """One row for each text that is asked."""
        ...


class Cutter(Protocol):
    """Cuts an article into the passages that are searched."""

    def __call__(self, article: Article) -> Sequence[Passage]:
        """Its parts and its questions, numbered from 0; the same article gives the same passages."""
        ...


class SearchedText(Protocol):
    """Says what is searched of a passage."""

    def __call__(self, article: Article, passage: Passage) -> str:
        """Its question, or the title and its text; white space is normalised."""
        ...


class Knowledge(Protocol):
    """The knowledge base as answering reads it."""

    async def stamp(self) -> str:
        """Changes whenever an article, a product or a vector does; cheap."""
        ...

    async def published(self, audiences: Sequence[Audience], on: date) -> Sequence[Article]:
        """All articles that may be told to these audiences on this day."""
        ...

    async def articles(self, ids: Sequence[str]) -> Mapping[str, Article]:
        """The newest versions of those that are there, by id."""
        ...

    async def version(self, article: str, version: int) -> ArticleVersion:
        """An article as it was. Raises NotFound."""
        ...

    async def passages(self, audiences: Sequence[Audience], on: date) -> Sequence[Passage]:
        """All passages of `published`, ordered by article and number; those that are not cut yet are missing."""
        ...

    async def vectors(self, encoder: str, audiences: Sequence[Audience], on: date) -> Sequence[PassageVectors]:
        """The vectors of `published` that this encoder has made so far, ordered by article."""
        ...

    async def find(
        self, words: Sequence[str], audiences: Sequence[Audience], on: date, limit: int
    ) -> Sequence[tuple[str, int, float]]:
        """Passages with any of the words by the database's full-text index: article, number, score; best first."""
        ...

    async def products(self) -> Sequence[Product]:
        """All products, by number."""
        ...


class VectorStore(Protocol):
    """Where the vectors of passages are made up."""

    async def missing(self, encoder: str, limit: int) -> Sequence[tuple[Article, Sequence[Passage]]]:
        """Articles, with their passages, whose newest version has no vectors of this encoder."""
        ...

    async def keep(self, made: Sequence[PassageVectors]) -> None:
        """Store them; those of a version that is no longer the newest are dropped."""
        ...

    async def end(self, lease: Lease, encoders: Sequence[str]) -> bool:
        """End the work unless something is missing again; whether it ended. Raises LeaseLost."""
        ...


class Answers(Protocol):
    """Answers questions from what is known."""

    async def answer(self, conversation: Sequence[Turn], asker: Asker) -> Answer:
        """Answer the last turn, which is the customer's. Raises ConnectorFailed where the order system does."""
        ...


class Orders(Protocol):
    """Where orders are kept. It answers for any number: who may be told is decided by who asks."""

    async def order(self, number: str) -> Order | None:
        """The order of this number, None where there is none. Raises ConnectorFailed."""
        ...

    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        """The orders of a customer, newest first; empty where the system cannot list them. Raises ConnectorFailed."""
        ...
