"""The answers of a running process: keeps the articles as arrays, and has them made anew when what is known changes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from frontdesk.answers.answering import Answering, LanguageOf, WantsPerson, Word
from frontdesk.answers.collection import Collection
from frontdesk.answers.evidence import shipped_weights
from frontdesk.answers.guessing import Guesses
from frontdesk.answers.reordering import E5, ENGINE
from frontdesk.answers.topics import Rows, shipped_topics
from frontdesk.answers.word_vectors import WordVectors
from frontdesk.interfaces import Clock
from frontdesk.interfaces.knowledge import Knowledge, Orders, PassageEncoder
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, Asker
from frontdesk.model.knowledge import Article, Audience, Passage


@dataclass(frozen=True, slots=True)
class Known:
    """The articles that some audiences may be told of on a day, in a state of the knowledge base."""

    state: tuple[str, date]
    collection: Collection


class AnswerService:
    """Answers questions from what is known now. Articles whose vectors are not made yet do not answer."""

    def __init__(
        self,
        knowledge: Knowledge,
        encoders: Sequence[PassageEncoder],
        orders: Orders | None,
        language_of: LanguageOf,
        wants_person: WantsPerson,
        clock: Clock,
        wrong_rate: float = 0.03,
        word: Word | None = None,
    ) -> None:
        """`wrong_rate` is what share of all questions may be answered wrongly. The engine's encoder is needed."""
        self._knowledge, self._orders, self._clock, self.wrong_rate = knowledge, orders, clock, wrong_rate
        self._encoders = {each.name: each for each in encoders if each.name in (E5, ENGINE)}
        self._language_of, self._wants_person = language_of, wants_person
        self._words = WordVectors(self._encoders[ENGINE])
        self._known: dict[tuple[Audience, ...], Known] = {}
        self._building = asyncio.Lock()
        self._guesses, self._word = Guesses(clock), word

    async def answer(self, conversation: Sequence[Turn], asker: Asker, wrong_rate: float | None = None) -> Answer:
        """Answer the last turn. Raises ConnectorFailed where the system with the orders does."""
        answering = await self.current(asker.audiences)
        if wrong_rate is not None:
            answering = replace(answering, limit=answering.weights.limit(wrong_rate))
        return await answering.answer(conversation, asker)

    async def current(self, audiences: Sequence[Audience]) -> Answering:
        """What answers these audiences now."""
        collection = await self._collection(tuple(sorted(audiences)))
        weights = shipped_weights(E5 in collection.vectors)
        return Answering(
            collection,
            {name: self._encoders[name] for name in collection.vectors},
            self._words,
            weights,
            weights.limit(self.wrong_rate),
            self._language_of,
            self._wants_person,
            self._guesses,
            self._orders,
            self._word,
        )

    async def _collection(self, audiences: tuple[Audience, ...]) -> Collection:
        state = (await self._knowledge.stamp(), self._clock().date())
        known = self._known.get(audiences)
        if known is None or known.state != state:
            async with self._building:
                known = self._known.get(audiences)
                if known is None or known.state != state:
                    known = Known(state, await self._built(audiences, state[1]))
                    self._known[audiences] = known
        return known.collection

    async def _built(self, audiences: Sequence[Audience], on: date) -> Collection:
        articles = await self._knowledge.published(audiences, on)
        passages = await self._knowledge.passages(audiences, on)
        stored = {name: await self._stored(name, audiences, on) for name in self._encoders}
        return await asyncio.to_thread(_collection, articles, passages, stored)

    async def _stored(self, name: str, audiences: Sequence[Audience], on: date) -> dict[tuple[str, int], Rows]:
        rows = await self._knowledge.vectors(name, audiences, on)
        return {
            (each.article, each.version): np.frombuffer(each.vectors, np.float32).reshape(-1, each.size)
            for each in rows
            if each.size
        }


def _collection(
    articles: Sequence[Article], passages: Sequence[Passage], stored: Mapping[str, Mapping[tuple[str, int], Rows]]
) -> Collection:
    """Articles that both encoders have read, or the engine alone while e5 has not read all of them."""
    by_article: dict[tuple[str, int], list[Passage]] = {}
    for passage in passages:
        by_article.setdefault((passage.article, passage.version), []).append(passage)
    names = [ENGINE, *([E5] if stored.get(E5, {}).keys() >= stored[ENGINE].keys() and stored[ENGINE] else [])]
    versions = {(each.id, each.version) for each in articles}

    def is_ready(key: tuple[str, int]) -> bool:
        mine = by_article[key]
        return key in versions and all(key in stored[n] and len(stored[n][key]) == len(mine) for n in names)

    ready = [key for key in by_article if is_ready(key)]
    vectors = {
        name: np.concatenate([stored[name][key] for key in ready]) if ready else np.zeros((0, _SIZES[name]), np.float32)
        for name in names
    }
    kept = [passage for key in ready for passage in by_article[key]]
    return Collection(articles, kept, vectors, shipped_topics())


_SIZES = {ENGINE: 512, E5: 384}
