"""Answers what a person asks within a conversation, from articles and orders; says so where nothing answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from frontdesk.answers.collection import Collection, names_in, words_in
from frontdesk.answers.concerns import Concern, concerns_of
from frontdesk.answers.evidence import Weights, evidence
from frontdesk.answers.following import asked_as, depends, means_another
from frontdesk.answers.guessing import Guesses
from frontdesk.answers.orders import (
    MOST_TRIES,
    STATUS_TOPICS,
    has_tried,
    is_theirs,
    numbers_in,
    shows_knowledge,
    status_of,
)
from frontdesk.answers.passages import even, readable
from frontdesk.answers.quoting import citation_of, used_of
from frontdesk.answers.ranking import Question, Ranking, rank
from frontdesk.answers.reordering import ENGINE, Covers, best_places, reordered
from frontdesk.answers.word_vectors import WordVectors
from frontdesk.answers.worded import Sentence, supported
from frontdesk.answers.wording import joined, say
from frontdesk.answers.words import folded
from frontdesk.interfaces.knowledge import Orders, PassageEncoder
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, AnswerKind, Asker
from frontdesk.model.knowledge import Order

_LONGEST = 4_000
_CHOICES = 4
# Asking back costs less than a wrong answer: so much of the limit is enough for it.
_SURE_ENOUGH = 0.5
# A message that says little more than a number or an address tells it about an order.
_FEW_WORDS = 4
# How sure it is at least that an article answers a question that its author wrote down for it.
_SAID_SO = 0.97
LanguageOf = Callable[[str], Awaitable[str]]
WantsPerson = Callable[[str], Awaitable[bool]]
# Words an answer from passages: question, language, passages; sentences with the number of their passage.
Word = Callable[[str, str, Sequence[str]], Awaitable[Sequence[tuple[str, int]]]]


@dataclass(frozen=True, slots=True)
class Found:
    """The best article for a question, perhaps a second, with how sure it is that one of them answers."""

    ranking: Ranking
    places: tuple[int, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers questions from one collection; it keeps nothing of what is asked.

    `limit` is the least confidence at which it answers. `orders` is None where there is no order book, `word` where no
    language model words answers: then they are quotes.
    """

    collection: Collection
    encoders: Mapping[str, PassageEncoder]
    words: WordVectors
    weights: Weights
    limit: float
    language_of: LanguageOf
    wants_person: WantsPerson
    guesses: Guesses
    orders: Orders | None = None
    word: Word | None = None

    async def answer(self, conversation: Sequence[Turn], asker: Asker) -> Answer:
        """Answer the last turn, which is the customer's. Raises ConnectorFailed where the order system does."""
        text = even(conversation[-1].text[:_LONGEST])
        before = [turn.text[:_LONGEST] for turn in conversation[:-1] if turn.role == "customer"]
        read = (await self.language_of(" ".join([*before[-1:], text])))[:2]
        language = asker.language[:2] or read
        if await self.wants_person(text):
            return Answer(say("handed_over", language), AnswerKind.HANDED_OVER, language, 1.0, concerns=(text,))
        about_order = await self._order(conversation, asker, language, read)
        if about_order is not None:
            return about_order
        concerns = concerns_of(conversation[-1].text[:_LONGEST])
        parts = [await self._part(concern, before, language, read) for concern in concerns]
        if len(parts) == 1:
            return parts[0]
        return _together(parts, language)

    async def find(self, text: str, before: Sequence[str], language: str = "") -> Found | None:
        """The best article for one question after these earlier ones; None where there is none at all."""
        asked, allowed = asked_as(text, before), self._everything()
        if before and means_another(text) and (last := await self._search(before[-1], language, allowed)):
            told = self.collection.groups[last.places[0]]
            allowed = np.array([group != told for group in self.collection.groups])
        found = [await self._search(each, language, allowed) for each in asked.texts]
        worth = [asked.alone, 1.0][-len(found) :]
        there = [
            (one.confidence * share, place, one)
            for place, (one, share) in enumerate(zip(found, worth, strict=True))
            if one
        ]
        return max(there)[2] if there else None

    def _everything(self) -> npt.NDArray[np.bool_]:
        return np.ones(len(self.collection.articles), bool)

    async def _part(self, concern: Concern, before: Sequence[str], language: str, read: str) -> Answer:
        earlier = [concern.before] if concern.before else before
        found = await self.find(concern.text, earlier, read)
        if found is None:
            return Answer(say("not_known", language), AnswerKind.NOT_KNOWN, language, concerns=(concern.text,))
        used = used_of(self.collection, found.ranking)
        choices = await self._choices(found)
        if found.confidence >= self.limit and not choices:
            answered = await self._answered(found, concern.text, language)
            return replace(answered, used=used, concerns=(concern.text,))
        if choices:
            back = say("asks_product", language, choices=joined(choices, language))
            kind, about = AnswerKind.ASKS_BACK, (concern.text,)
            return Answer(back, kind, language, found.confidence, (), used, about, choices=tuple(choices))
        unknown = say("not_known", language)
        return Answer(unknown, AnswerKind.NOT_KNOWN, language, found.confidence, (), used, (concern.text,))

    async def _answered(self, found: Found, question: str, language: str) -> Answer:
        places = [self._in_language(found.ranking, place, language) for place in found.places]
        citations = [citation_of(self.collection, found.ranking, place, len(places)) for place in places]
        bodies = [self.collection.articles[place].body for place in places]
        quotes = [readable(body, c.start, c.end) for body, c in zip(bodies, citations, strict=True)]
        worded = await self._worded(
            [f"{c.title}: {q}" for c, q in zip(citations, quotes, strict=True)], question, language
        )
        lines = [worded] if worded else []
        for name, cited, quoted in zip(("answered", "answered_too"), citations, quotes, strict=False):
            lines += [] if worded else [say(name, language, title=cited.title), quoted]
            lines += [say("source", language, url=cited.url)] if cited.url else []
        return Answer("\n\n".join(lines), AnswerKind.ANSWERED, language, round(found.confidence, 4), tuple(citations))

    async def _worded(self, quotes: Sequence[str], question: str, language: str) -> str:
        """What a language model made of the quotes, without what they do not say; empty where nothing is left."""
        if self.word is None:
            return ""
        sentences = [Sentence(*each) for each in await self.word(question, language, quotes)]
        return " ".join(each.text.strip() for each in supported(sentences, quotes, question, language))

    def _in_language(self, ranking: Ranking, place: int, language: str) -> int:
        """The translation of an article in this language, where there is one."""
        group, articles = self.collection.groups[place], self.collection.articles
        if articles[place].language[:2] == language:
            return place
        same = (i for i, each in enumerate(self.collection.groups) if each == group)
        return next((i for i in same if articles[i].language[:2] == language and ranking.allowed[i]), place)

    async def _choices(self, found: Found) -> list[str]:
        """Models to ask back about: where one of a few articles, which differ by the model, would surely answer."""
        articles = self.collection.articles
        if names_in(found.ranking.question.text):
            return []
        best = found.places[0]
        rivals = [place for place in found.ranking.order(_CHOICES + 1) if names_in(articles[place].title)]
        near = [p for p in rivals if found.ranking.articles[best] - found.ranking.articles[p] < 1.5]
        if len(near) < 2 or best not in near or len(near) > _CHOICES:
            return []
        allowed = self._everything()
        allowed[[place for place in near if place != best]] = False
        alone = await self._search(found.ranking.question.text, found.ranking.question.language, allowed)
        if alone is None or alone.confidence < self.limit * _SURE_ENOUGH:
            return []
        return list(dict.fromkeys(name_of(articles[place].title) for place in near))

    async def _search(self, text: str, language: str, allowed: npt.NDArray[np.bool_]) -> Found | None:
        if not allowed.any():
            return None
        text = even(text)
        vectors = {name: (await encoder.questions([text]))[0] for name, encoder in self.encoders.items()}
        question = Question(text, language or (await self.language_of(text))[:2], vectors)
        ranking = rank(self.collection, question, allowed)
        places = best_places(self.collection, ranking)
        words = [words_in(text), *(self.collection.words_of(place) for place in places)]
        rows = await self.words.of_all(words)
        covers = Covers(rows[0], dict(zip(places, rows[1:], strict=True)))
        found = reordered(self.collection, ranking, covers, self.weights.order)
        sure = self.weights.confidence(evidence(self.collection, found, covers))
        if self.collection.is_said_to_answer(found.places[0], text):
            return Found(found.ranking, found.places[:1], max(sure, _SAID_SO))
        return Found(found.ranking, found.told, sure)

    async def _order(self, conversation: Sequence[Turn], asker: Asker, language: str, read: str) -> Answer | None:
        """What is said about an order, if the last turn asks about one."""
        if self.orders is None:
            return None
        mine = [turn for turn in conversation if turn.role == "customer"]
        text = even(conversation[-1].text[:_LONGEST])
        numbers = tuple(dict.fromkeys(n for turn in reversed(mine) for n in numbers_in(turn.text)))
        if not await self._asks_about_order(mine, numbers):
            return None
        if not numbers:
            part = await self._part(Concern(text), [], language, read)
            if part.kind is AnswerKind.ANSWERED:
                return None
            return replace(part, text=say("asks_order_number", language), kind=AnswerKind.ASKS_BACK, choices=())
        for number in numbers[:MOST_TRIES]:
            order = await self.orders.order(number)
            if order is not None and (is_theirs(order, asker) or self._shows(order, mine)):
                told = status_of(order, language)
                return Answer(told, AnswerKind.ORDER_STATUS, language, 1.0, concerns=(text,), order=number)
        # One that is not theirs and one that does not exist are spoken of in the same words.
        tried = has_tried(numbers, mine)
        if has_tried(numbers, mine[-1:]):
            self.guesses.note(numbers[-1])
        back = say("not_proven" if tried else "asks_proof", language, number=numbers[-1])
        return Answer(back, AnswerKind.ASKS_BACK, language, concerns=(text,), order=numbers[-1])

    def _shows(self, order: Order, mine: Sequence[Turn]) -> bool:
        return not self.guesses.too_many(order.number) and shows_knowledge(order, mine)

    async def _asks_about_order(self, mine: Sequence[Turn], numbers: Sequence[str]) -> bool:
        """Whether the last turn does, by itself or as a follow-up, or tells what we need to know of an order."""
        text = even(mine[-1].text[:_LONGEST])
        own = [word for word in words_in(text) if word not in {number.lower() for number in numbers}]
        if numbers and len(own) <= _FEW_WORDS and (numbers_in(text) or has_tried(numbers, mine[-1:])):
            return True
        if not own and not numbers:
            return False
        texts = [text]
        if numbers and len(mine) > 1 and depends(text):
            texts.append(f"{even(mine[-2].text)} {text}")
        rows = await self.encoders[ENGINE].questions(texts)
        return any(self.collection.topics[ENGINE].nearest(row) in STATUS_TOPICS for row in rows)


def _together(parts: Sequence[Answer], language: str) -> Answer:
    """Several concerns in order: what is known of each, and of which nothing is."""
    known = [part for part in parts if part.kind is not AnswerKind.NOT_KNOWN]
    concerns = tuple(concern for part in parts for concern in part.concerns)
    used = tuple(each for part in parts for each in part.used)
    if not known:
        return replace(parts[0], concerns=concerns, used=used)
    texts = []
    for part in parts:
        unknown = part.kind is AnswerKind.NOT_KNOWN
        texts.append(say("part_not_known", language, question=part.concerns[0]) if unknown else part.text)
    return Answer(
        "\n\n".join(dict.fromkeys(texts)),
        known[0].kind,
        language,
        min(part.confidence for part in known),
        tuple(dict.fromkeys(citation for part in known for citation in part.citations)),
        used,
        concerns,
    )


def name_of(title: str) -> str:
    """The name of the model in a title as it is written there."""
    words, known = [word.strip("–-:,()") for word in title.split()], names_in(title)
    runs = (" ".join(words[i : i + many]) for many in (2, 1) for i in range(len(words)))
    return next((run for run in runs if folded(run) in known), title).strip("–-:,()")
