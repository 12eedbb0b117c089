"""Answers: milliseconds for one question on one core, without a language model, and for searching 100,000 passages."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from benchmarks.measure import Figure, percentile
from frontdesk.answers.answering import Answering
from frontdesk.answers.collection import Collection
from frontdesk.answers.evidence import shipped_weights
from frontdesk.answers.guessing import Guesses
from frontdesk.answers.passages import passages_of, text_of
from frontdesk.answers.ranking import Question, rank
from frontdesk.answers.reordering import E5, ENGINE
from frontdesk.answers.topics import shipped_topics
from frontdesk.answers.word_vectors import WordVectors
from frontdesk.interfaces.knowledge import PassageEncoder
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Asker
from frontdesk.model.knowledge import Article
from frontdesk.providers.builtin import Builtin, BuiltinEncoder
from frontdesk.providers.e5 import e5_encoder
from frontdesk.wiring.container import now

BASES = Path(__file__).resolve().parent.parent / "training" / "answers"
PASSAGES, OF_ONE = 100_000, 5


async def answers() -> AsyncIterator[Figure]:
    """Pinned to one core: questions of the training's knowledge bases, then a collection that is made up."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    builtin, e5 = Builtin(), e5_encoder()
    try:
        encoders: dict[str, PassageEncoder] = {ENGINE: BuiltinEncoder(builtin)}
        if e5 is not None:
            encoders[E5] = e5
        async for figure in _questions(builtin, encoders):
            yield figure
        async for figure in _large():
            yield figure
    finally:
        os.sched_setaffinity(0, cores)
        builtin.close()
        if e5 is not None:
            e5.close()


async def _questions(builtin: Builtin, encoders: dict[str, PassageEncoder]) -> AsyncIterator[Figure]:
    articles, questions = [], []
    for file in sorted(BASES.glob("*.yaml")):
        raw = yaml.safe_load(file.read_text("utf-8"))
        for each in raw["articles"] if isinstance(raw, dict) else ():
            language = next(key for key in each if len(key) == 2 and key != "id")
            articles.append(Article(f"{file.stem}-{each['id']}", each[language], each["body"], language))
            questions += each["ask"]
    owner = {article.id: article for article in articles}
    passages = [passage for article in articles for passage in passages_of(article)]
    texts = [text_of(owner[passage.article], passage) for passage in passages]
    began = time.perf_counter()
    vectors = {name: await encoder.passages(texts) for name, encoder in encoders.items()}
    yield Figure("answers_vectors", sum(map(len, texts)) / (time.perf_counter() - began), "characters/s/core")
    weights = shipped_weights(E5 in encoders)
    collection = Collection(articles, passages, vectors, shipped_topics())
    words = WordVectors(encoders[ENGINE])
    answering = Answering(
        collection, encoders, words, weights, weights.limit(0.03), builtin.language, _nobody, Guesses(now)
    )
    waits = []
    for question in questions:
        began = time.perf_counter()
        await answering.answer([Turn("customer", question)], Asker())
        waits.append(time.perf_counter() - began)
    yield Figure("answers_p50", percentile(waits, 50) * 1000, "ms", "≤ 60 ms")
    yield Figure("answers_p99", percentile(waits, 99) * 1000, "ms")


async def _nobody(_text: str) -> bool:
    return False


async def _large() -> AsyncIterator[Figure]:
    """Vectors at random and bodies of common words: what is measured is the search, not what it finds."""
    chance = np.random.default_rng(7)
    drawn = chance.integers(0, 20_000, (PASSAGES // OF_ONE, OF_ONE - 1, 9))
    articles = [
        Article(f"a{n}", f"Title {n}", " ".join(f"Word{' word'.join(map(str, one))}." for one in rows))
        for n, rows in enumerate(drawn)
    ]
    passages = [passage for article in articles for passage in passages_of(article)]
    vectors = {name: _units(chance.standard_normal((len(passages), size))) for name, size in ((E5, 384), (ENGINE, 512))}
    collection = Collection(articles, passages, vectors, shipped_topics())
    allowed = np.ones(len(collection.articles), bool)
    waits = []
    for n in range(40):
        row = {name: rows[n] for name, rows in vectors.items()}
        began = time.perf_counter()
        rank(collection, Question(" ".join(f"word{w}" for w in drawn[n, 0, :6]), "en", row), allowed).order(10)
        waits.append(time.perf_counter() - began)
    yield Figure("answers_passages", len(passages), "")
    yield Figure("answers_search_p50", percentile(waits, 50) * 1000, "ms", "≤ 50 ms")


def _units(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
