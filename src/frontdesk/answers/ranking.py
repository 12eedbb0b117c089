"""Ranks articles for a question: encoders and words, each measured against the topics, added up."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from frontdesk.answers.collection import Collection, names_in
from frontdesk.answers.topics import Rows
from frontdesk.answers.words import folded

_WORDS = 3.0
_OTHER_LANGUAGE = 0.3
_NAMED, _OTHER_NAME = 1.0, 2.0
_OUT = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with its vector by each encoder."""

    text: str
    language: str
    vectors: Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of all passages and articles for a question. What was not allowed has a very low one.

    `alike` holds the plain likeness (cosine) of passages by each encoder, `measured` the same against the topics,
    `named` what the names in the question say for or against each article.
    """

    question: Question
    scores: Rows
    articles: Rows
    alike: Mapping[str, Rows]
    measured: Mapping[str, Rows]
    words: Rows
    named: Rows
    allowed: npt.NDArray[np.bool_]

    def order(self, most: int) -> list[int]:
        """The best articles, best first."""
        found = np.argsort(-self.articles, kind="stable")[:most]
        return [int(place) for place in found if self.allowed[place]]


def rank(collection: Collection, question: Question, allowed: npt.NDArray[np.bool_]) -> Ranking:
    """Rank the allowed articles (one truth for each)."""
    mine = allowed[collection.owner]
    alike = {name: collection.vectors[name] @ row for name, row in question.vectors.items()}
    measured = {name: _measured(collection, name, alike[name], question, mine) for name in alike}
    words = collection.words.scores(question.text)
    total = _WORDS * words + _OTHER_LANGUAGE * _is_other(collection, question)
    for scores in measured.values():
        total = total + scores * (2 / len(measured))
    named = _names(collection, question)
    total = np.where(mine, total + named[collection.owner], _OUT).astype(np.float32)
    return Ranking(question, total, collection.best(total), alike, measured, words, named, allowed)


def named_in(collection: Collection, text: str) -> frozenset[str]:
    """Models that a question names: those that articles know, and others of the same make."""
    found = names_in(text)
    small = {folded(word) for word in text.replace("?", " ").split()} & collection.names
    return frozenset(name for name in found if " " not in name or name.split(" ")[0] in collection.series) | small


def _measured(collection: Collection, name: str, alike: Rows, question: Question, mine: npt.NDArray[np.bool_]) -> Rows:
    """How far beyond the topics: seen from the question and from the passage, half each."""
    middle, spread = collection.topics[name].question_scale(question.vectors[name])
    own_middle, own_spread = collection.scales[name]
    both = ((alike - middle) / spread + (alike - own_middle) / own_spread) / 2
    return collection.levelled(np.asarray(both, np.float32), mine)


def _is_other(collection: Collection, question: Question) -> npt.NDArray[np.bool_]:
    if question.language not in collection.languages:
        return np.zeros(len(collection.owner), bool)
    return np.asarray(collection.language != collection.languages.index(question.language))


def _names(collection: Collection, question: Question) -> Rows:
    """More for articles that name what the question names, less for those that are about something else."""
    wanted = named_in(collection, question.text) & collection.names
    if not wanted:
        return np.zeros(len(collection.articles), np.float32)
    found = np.where(collection.is_about_model, np.float32(-_OTHER_NAME), np.float32(0))
    for name in wanted:
        found[collection.places_of_name[name]] = _NAMED
    return found
