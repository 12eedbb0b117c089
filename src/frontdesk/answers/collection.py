"""All articles that may be searched, as arrays: built once for each state of the knowledge base, then only read."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from frontdesk.answers.passages import even, text_of
from frontdesk.answers.topics import Rows, Topics
from frontdesk.answers.words import WordIndex, content_of, folded, tokens_of
from frontdesk.model.knowledge import Article, Passage

# Scores of a language are moved towards the mean of all the more, the more passages it has.
_FEW = 20
_MODEL = re.compile(r"(?=.*[^\W\d_])(?=.*\d)")
_NUMBER = re.compile(r"\d+")


class Collection:
    """Articles with their passages (in the order of the articles) and the vectors of these by each encoder."""

    def __init__(
        self,
        articles: Sequence[Article],
        passages: Sequence[Passage],
        vectors: Mapping[str, Rows],
        topics: Mapping[str, Topics],
    ) -> None:
        """`vectors` has one row for each passage; an article without passages is left out."""
        have = {passage.article for passage in passages}
        self.articles = tuple(article for article in articles if article.id in have)
        places = {article.id: place for place, article in enumerate(self.articles)}
        order = sorted(
            (i for i, p in enumerate(passages) if p.article in places), key=lambda i: places[passages[i].article]
        )
        self.passages = tuple(passages[i] for i in order)
        self.owner = np.array([places[passage.article] for passage in self.passages], np.int64)
        self.starts = np.searchsorted(self.owner, np.arange(len(self.articles)))
        self.vectors = {name: np.ascontiguousarray(rows[order], np.float32) for name, rows in vectors.items()}
        self.topics = {name: topics[name] for name in self.vectors}
        self.scales = {name: topics[name].passage_scale(rows) for name, rows in self.vectors.items()}
        self.languages = sorted({article.language[:2] for article in self.articles})
        spoken = np.array([self.languages.index(article.language[:2]) for article in self.articles], np.int64)
        self.language = spoken[self.owner] if len(self.owner) else np.zeros(0, np.int64)
        self.groups = tuple(article.translation_of or article.id for article in self.articles)
        texts = [text_of(self.articles[i], p) for i, p in zip(self.owner, self.passages, strict=True)]
        self.words = WordIndex(texts)
        self._words: dict[int, list[str]] = {}
        self._said: dict[int, list[int]] = {}

    def of(self, place: int) -> slice:
        """Where the passages of an article are."""
        end = self.starts[place + 1] if place + 1 < len(self.starts) else len(self.owner)
        return slice(int(self.starts[place]), int(end))

    def best(self, scores: Rows) -> Rows:
        """For each article the highest score of its passages."""
        if not len(self.starts):
            return np.zeros(0, np.float32)
        return np.asarray(np.maximum.reduceat(scores, self.starts), np.float32)

    def levelled(self, scores: Rows, allowed: npt.NDArray[np.bool_]) -> Rows:
        """Encoders prefer texts in the language of the question: each language is moved to the mean of all."""
        if len(self.languages) < 2 or not allowed.any():
            return scores
        kinds, kept = self.language[allowed], scores[allowed]
        count = np.bincount(kinds, minlength=len(self.languages))
        mean = np.bincount(kinds, weights=kept, minlength=len(self.languages)) / np.maximum(count, 1)
        shift = (mean - kept.mean()) * count / (count + _FEW)
        return np.asarray(scores - shift[self.language], np.float32)

    @cached_property
    def asked(self) -> Mapping[str, str]:
        """For each question that an article is said to answer, in even words, the group of the article."""
        questions = ((_even(text), i) for i, article in enumerate(self.articles) for text in article.questions)
        return {text: self.groups[i] for text, i in questions}

    def is_said_to_answer(self, place: int, question: str) -> bool:
        """Whether the question is one of the article's or of its translations', but for case, accents and signs."""
        return self.asked.get(_even(question)) == self.groups[place]

    @cached_property
    def names(self) -> frozenset[str]:
        """What products and models are called in the articles, folded: `x200`, `volta 5`."""
        return frozenset(self.places_of_name)

    @cached_property
    def names_of_article(self) -> tuple[frozenset[str], ...]:
        """For each article the names of products and models in it."""
        return tuple(names_in(_all_of(article)) | set(map(folded, article.products)) for article in self.articles)

    @cached_property
    def places_of_name(self) -> Mapping[str, npt.NDArray[np.int64]]:
        """For each name the articles that have it."""
        found: dict[str, list[int]] = {}
        for place, names in enumerate(self.names_of_article):
            for name in names:
                found.setdefault(name, []).append(place)
        return {name: np.array(places) for name, places in found.items()}

    @cached_property
    def is_about_model(self) -> npt.NDArray[np.bool_]:
        """For each article whether it is about certain models: named in the title, or products."""
        return np.array([bool(names_in(each.title) or each.products) for each in self.articles], bool)

    @cached_property
    def series(self) -> frozenset[str]:
        """Words that stand before a number in names of models: `volta`."""
        return frozenset(name.split(" ")[0] for name in self.names if " " in name)

    def words_of(self, place: int) -> list[str]:
        """The different words of an article that say something, in small letters."""
        if place not in self._words:
            self._words[place] = words_in(_all_of(self.articles[place]))
        return self._words[place]

    def words_of_passage(self, number: int) -> list[int]:
        """Which of the words of its article are in a passage or its title."""
        if number not in self._said:
            place = int(self.owner[number])
            there = {word: i for i, word in enumerate(self.words_of(place))}
            text = text_of(self.articles[place], self.passages[number])
            self._said[number] = [there[word] for word in words_in(text) if word in there]
        return self._said[number]


def words_in(text: str) -> list[str]:
    """The different words of a text that say something, in small letters, in order."""
    return list(dict.fromkeys(word.lower() for word in content_of(text)))


def names_in(text: str) -> frozenset[str]:
    """Names of models: words of letters and digits (`X200`), and a word with a capital before a number (`Volta 5`)."""
    tokens = tokens_of(text)
    found = {folded(token) for token in tokens if _is_model(token)}
    for before, after in pairwise(tokens):
        if before[:1].isupper() and len(before) > 2 and _NUMBER.fullmatch(after) and len(after) < 4:
            found.add(f"{folded(before)} {after}")
    return frozenset(found)


def _even(text: str) -> str:
    return " ".join(map(folded, tokens_of(text)))


def _is_model(token: str) -> bool:
    letters = [c for c in token if c.isalpha()]
    return bool(_MODEL.match(token)) and any(c.isupper() for c in letters) and len(token) < 20


def _all_of(article: Article) -> str:
    return even(" \n ".join([article.title, article.body, *article.questions, *article.products]))
