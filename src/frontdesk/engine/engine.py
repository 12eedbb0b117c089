"""The engine's interface: reads a message and returns everything about it in one `Reading`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from . import concerns, entities, intents, settling, summarising
from .encoder import SAID, Encoder, Vectors, said
from .features import Features
from .heads import NEUTRAL, Heads
from .intents import IntentIndex
from .language import LanguageReader
from .reading import SENTIMENTS, Concern, IntentSpec, Reading, Turn, Vocabulary
from .settling import Thread
from .signals import SignalReader
from .text import EMBED_LIMIT, Prepared, is_greeting, prepare

_NO_NAMES = Vocabulary()
_BATCH = 64
_TURNS = 6


class Engine:
    """Reads messages; keeps none of them, opens no connection; threads may share it."""

    def __init__(self, encoder: Encoder, heads: Heads, languages: LanguageReader) -> None:
        """Use `Engine.load()`."""
        self._encoder = encoder
        self._heads = heads
        self._languages = languages
        self._features = Features()
        self._signals = SignalReader(self._features.names)

    @classmethod
    def load(cls, cache: Path | None = None) -> "Engine":
        """Load all weights from installed packages, about 2 seconds; nothing is fetched.

        `cache` is a folder where the largest table is kept so that processes share it instead of each holding it.
        """
        return cls(Encoder(cache), Heads.load(), LanguageReader(cache))

    def intent_index(self, intents_: Sequence[IntentSpec], learned: Sequence[tuple[str, str]] = ()) -> IntentIndex:
        """Prepare the configured intents; `learned` holds (text, code) of corrections, which act as examples.

        Texts seen before are remembered, so an index that differs by one correction is made in milliseconds.
        """
        return intents.build(self._encoder, self._heads, intents_, learned)

    def read(
        self,
        text: str,
        index: IntentIndex,
        vocabulary: Vocabulary = _NO_NAMES,
        before: Sequence[Turn] = (),
        second: Callable[[str], Vectors] | None = None,
    ) -> Reading:
        """Read one message: any string, of which at most the first 20,000 characters are looked at.

        `before` is what was written before it, oldest first; the last six count. `second` makes a vector of a text by
        multilingual-e5-small: a second opinion on what the engine is unsure of.
        """
        prepared = prepare(text)
        earlier = [prepare(turn.text) for turn in before[-_TURNS:]]
        vectors, *said_before = self._vectors([prepared, *earlier])
        thread = Thread(tuple(before[-_TURNS:]), tuple(said_before))
        return self._reading(text, prepared, vectors, index, vocabulary, thread, second)

    def read_many(self, texts: Sequence[str], index: IntentIndex, vocabulary: Vocabulary = _NO_NAMES) -> list[Reading]:
        """Read many messages, which is quicker than one at a time: without second opinions; answers keep the order."""
        readings: list[Reading] = []
        for first in range(0, len(texts), _BATCH):
            batch = texts[first : first + _BATCH]
            prepared = [prepare(text) for text in batch]
            for text, one, vectors in zip(batch, prepared, self._vectors(prepared), strict=True):
                readings.append(self._reading(text, one, vectors, index, vocabulary, Thread()))
        return readings

    def summarise(self, texts: Sequence[str]) -> tuple[str, str]:
        """Title (at most 100 characters) and summary (at most 300) of messages, oldest first."""
        whole = "\n".join(_joined(texts))
        prepared = prepare(whole)
        vectors = self._vectors([prepared])[0]
        return summarising.title_of(whole, prepared, vectors), summarising.summary_of(whole, prepared, vectors)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector of 512 numbers for each text: the mean over its sentences."""
        prepared = [prepare(text) for text in texts]
        rows = [_mean(vectors[:, :SAID]) for vectors in self._vectors(prepared)]
        return np.stack(rows) if rows else np.zeros((0, SAID), np.float32)

    def language(self, text: str) -> str:
        """The ISO 639-1 code of the language of a text, `und` where it has no words."""
        return self._languages.read(text)

    def _vectors(self, prepared: Sequence[Prepared]) -> list[Vectors]:
        sentences = [_embeddable(one) for one in prepared]
        flat = self._encoder.recall_spoken([s for part in sentences for s in part])
        ends = np.cumsum([len(part) for part in sentences])
        return np.split(flat, ends[:-1]) if len(ends) else []

    def _reading(
        self,
        text: str,
        prepared: Prepared,
        vectors: Vectors,
        index: IntentIndex,
        vocabulary: Vocabulary,
        thread: Thread,
        second: Callable[[str], Vectors] | None = None,
    ) -> Reading:
        start, end = prepared.body
        body = prepared.own[start:end]
        language = self._languages.read(body)
        whole = self._features.of(body)
        traits = [self._features.of(sentence.text) for sentence in prepared.sentences[: len(vectors)]]
        look = self._heads.look(vectors, whole.row, [each.row for each in traits], self._signals.by_part)
        if second is not None and len(vectors) and not look.is_sure:
            look = self._heads.again(look, second(body))
        signals = self._signals.read(prepared, look, whole, traits, thread.goes_on)
        present = {s.name: s.probability for s in signals if s.probability >= self._signals.limits[s.name]}
        felt = NEUTRAL if is_greeting(prepared.own) or not len(vectors) else look.sentiment
        feeling = settling.feeling(felt, language, present)
        type_, type_probability = self._heads.message_type(prepared, vectors, feeling)
        rows = vectors[concerns.speaking(prepared, len(vectors))]
        lean = float(feeling[2] - feeling[0])
        scored = index.score(rows, lean, look.concerns)
        chosen, probability, ranked = settling.intent(*scored, language, present, index.threshold)
        if thread.turns and settling.needs_thread(prepared, probability):
            chosen, probability, ranked = settling.in_thread(rows, thread, lean, index, (chosen, probability, ranked))
        whole_one = Concern(chosen, probability, ranked, prepared.sentences[0].start if vectors.size else 0, end, type_)
        parts = concerns.part(prepared, vectors, look, index, self._heads, ranked) if chosen is not None else ()
        pressing = concerns.most_pressing(parts, ranked) if parts else whole_one
        return Reading(
            language=language,
            sentiment=SENTIMENTS[int(feeling.argmax())],
            sentiment_probability=float(feeling.max()),
            title=summarising.title_of(text, prepared, said(vectors)),
            summary=summarising.summary_of(text, prepared, said(vectors)),
            entities=entities.find(text, prepared, language, vocabulary, thread.turns),
            message_type=type_,
            type_probability=type_probability,
            intent=pressing.intent,
            intent_probability=pressing.probability,
            intents=pressing.intents,
            signals=signals,
            concerns=parts or ((whole_one,) if vectors.size else ()),
            reads=prepared.reads,
        )


def _embeddable(prepared: Prepared) -> list[str]:
    chosen: list[str] = []
    space_left = EMBED_LIMIT
    for sentence in prepared.sentences:
        space_left -= len(sentence.text)
        if space_left < 0 and chosen:
            break
        chosen.append(sentence.words)
    return chosen


def _mean(vectors: Vectors) -> Vectors:
    if not len(vectors):
        return np.zeros(SAID, np.float32)
    mean = vectors.mean(axis=0)
    return np.asarray(mean / (float(np.linalg.norm(mean)) or 1.0), np.float32)


def _joined(texts: Sequence[str]) -> list[str]:
    bodies = []
    for text in texts:
        prepared = prepare(text)
        bodies.append("\n".join(s.text for s in prepared.sentences) or prepared.plain)
    return bodies
