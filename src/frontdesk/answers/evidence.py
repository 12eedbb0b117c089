"""How sure it is that the best article answers: what speaks for and against it, and the probability that follows."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from frontdesk.answers.collection import Collection, words_in
from frontdesk.answers.ranking import Ranking, named_in
from frontdesk.answers.reordering import E5, ENGINE, FACTS, Covers, Reordered
from frontdesk.answers.topics import Rows
from frontdesk.answers.words import folded, stop_words, tokens_of

RUNNERS_UP = 3
# From this likeness on a question is nearly one that an article is said to answer.
_NEARLY_SAME = {E5: 0.9, ENGINE: 0.6}
_PARTS = ("middle", "spread", "weights")
# What is weighed, in order; the weights are made by training/answers.py.
NAMES = (
    *"""share lead lead_over_few lead_e5 lead_engine agreement least_cover second_cover mean_cover
    cover_lead name_cover topic_lead topic_is_same other_language alike_e5 whole_e5 alike_engine
    mean_e5 words unknown_name other_name length by_question few same_question""".split(),  # noqa: SIM905
    *(f"top_{name}" for name in FACTS),
    *(f"over_{name}" for name in FACTS),
)


def evidence(collection: Collection, found: Reordered, covers: Covers) -> Rows:
    """The numbers of NAMES for the best article; an encoder that is not there gives zeros."""
    ranking, top = found.ranking, found.places[0]
    values = {
        **_leads(collection, ranking, top),
        **_cover(collection, found, covers),
        **_names(collection, ranking, top),
    }
    values |= _likeness(collection, ranking, top) | _topics(collection, ranking, top)
    values["other_language"] = float(collection.articles[top].language[:2] != ranking.question.language)
    values["few"] = 1 / len(found.places)
    over = found.facts[0] - found.facts.mean(axis=0)
    values |= {f"top_{name}": float(value) for name, value in zip(FACTS, found.facts[0], strict=True)}
    values |= {f"over_{name}": float(value) for name, value in zip(FACTS, over, strict=True)}
    return np.array([values.get(name, 0.0) for name in NAMES], np.float32)


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over the evidence, and what follows from its confidence.

    `order` are the weights of FACTS that put articles in order. `limits` maps a wrong-answer rate (wrong answers as a
    share of all questions) to the least confidence that keeps it.
    """

    middle: Rows
    spread: Rows
    weights: Rows
    order: Rows
    bias: float
    limits: tuple[tuple[float, float], ...]

    def confidence(self, found: Rows) -> float:
        """The probability that the best article answers."""
        total = float(((found - self.middle) / self.spread) @ self.weights) + self.bias
        return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))

    def limit(self, wrong_rate: float) -> float:
        """The least confidence at which to answer; between two known rates, in proportion."""
        rates, limits = zip(*self.limits, strict=True)
        return float(np.interp(wrong_rate, rates, limits))


@cache
def shipped_weights(with_e5: bool) -> Weights:
    """The weights for both encoders, or for the engine's alone."""
    text = resources.files(__package__).joinpath("weights", "evidence.json").read_bytes()
    raw = msgspec.json.decode(text)["both" if with_e5 else "engine"]
    middle, spread, weights = (np.array([raw[part][name] for name in NAMES], np.float32) for part in _PARTS)
    order = np.array([raw["order"][name] for name in FACTS], np.float32)
    return Weights(middle, spread, weights, order, raw["bias"], tuple((float(a), float(b)) for a, b in raw["limits"]))


def _leads(collection: Collection, ranking: Ranking, top: int) -> dict[str, float]:
    """How far the best article is ahead of those that say something else, by all and by each encoder."""
    others = _others(collection, ranking, top)
    found = ranking.articles[others]
    if not len(found):
        return {"share": 1.0, "lead": 3.0, "lead_over_few": 3.0, "lead_e5": 1.0, "lead_engine": 1.0, "agreement": 2.0}
    mine = float(ranking.articles[top])
    few = np.sort(found)[::-1][:4]
    values = {
        "share": float(1 / (1 + np.exp(np.clip(found - mine, -30, 30)).sum())),
        "lead": min(mine - float(few[0]), 8.0),
        "lead_over_few": min(mine - float(few.mean()), 10.0),
        "agreement": 0.0,
    }
    for name, key in ((E5, "lead_e5"), (ENGINE, "lead_engine")):
        if name in ranking.measured:
            best = collection.best(ranking.measured[name])
            values[key] = float(np.clip(best[top] - best[others].max(), -3, 4))
            values["agreement"] += float(values[key] > 0)
    return values


def _others(collection: Collection, ranking: Ranking, top: int) -> npt.NDArray[np.int64]:
    group = collection.groups[top]
    if len(collection.articles) > 2_000:
        places = np.argpartition(-ranking.articles, 200)[:200]
    else:
        places = np.arange(len(collection.articles))
    return np.array([p for p in places if ranking.allowed[p] and collection.groups[p] != group], np.int64)


def _cover(collection: Collection, found: Reordered, covers: Covers) -> dict[str, float]:
    """Whether each word of the question that says something has a counterpart in the article, in any language."""
    question, group = found.ranking.question, collection.groups[found.places[0]]
    words = words_in(question.text)
    if not len(covers.question):
        return {"least_cover": 0.4, "second_cover": 0.4, "mean_cover": 0.4, "name_cover": 1.0}
    mine = covers.of(found.places[0]).max(axis=1)
    others = [place for place in found.places if collection.groups[place] != group][:RUNNERS_UP]
    ordered, mean = np.sort(mine), float(mine.mean())
    names = _capitals(question.text, question.language)
    named = [float(mine[i]) for i, word in enumerate(words) if word in names]
    return {
        "least_cover": float(ordered[0]),
        "second_cover": float(ordered[min(1, len(ordered) - 1)]),
        "mean_cover": mean,
        "cover_lead": mean - max((float(covers.of(p).max(axis=1).mean()) for p in others), default=mean - 0.1),
        "name_cover": min(named, default=1.0),
        "length": float(min(len(words), 10)),
    }


def _capitals(text: str, language: str) -> set[str]:
    """Words with a capital within a sentence, which are names except in German, in small letters."""
    tokens = tokens_of(text)
    found = {
        after.lower()
        for before, after in pairwise(tokens)
        if after[0].isupper() and before[0].islower() and (language != "de" or after.isupper())
    }
    return {word for word in found if len(word) > 1 and folded(word) not in stop_words()}


def _names(collection: Collection, ranking: Ranking, top: int) -> dict[str, float]:
    """Models that no article knows, or that this article is not about."""
    wanted = named_in(collection, ranking.question.text)
    return {
        "unknown_name": float(bool(wanted - collection.names)),
        "other_name": float(bool((wanted & collection.names) - collection.names_of_article[top])),
    }


def _likeness(collection: Collection, ranking: Ranking, top: int) -> dict[str, float]:
    mine = collection.of(top)
    best = mine.start + int(ranking.scores[mine].argmax())
    values = {"words": float(ranking.words[best]), "by_question": float(bool(collection.passages[best].question))}
    asked = [i for i in range(mine.start, mine.stop) if collection.passages[i].question]
    if asked:
        nearest = [
            float((ranking.alike[name][asked].max() - least) / (1 - least))
            for name, least in _NEARLY_SAME.items()
            if name in ranking.alike
        ]
        values["same_question"] = max(float(np.mean(nearest)), 0.0)
    if ENGINE in ranking.alike:
        values["alike_engine"] = float(ranking.alike[ENGINE][mine].max())
    if E5 in ranking.alike:
        values["alike_e5"] = float(ranking.alike[E5][mine].max())
        values["whole_e5"] = float(ranking.alike[E5][mine.start])
        values["mean_e5"] = float(ranking.measured[E5][mine].mean())
    return values


def _topics(collection: Collection, ranking: Ranking, top: int) -> dict[str, float]:
    """How much more the question is like a common topic than like the article, and whether both are the same."""
    mine = collection.of(top)
    leads: list[float] = []
    total: Rows | None = None
    for name, row in ranking.question.vectors.items():
        topics = collection.topics[name]
        middle, spread = topics.question_scale(row)
        found = (topics.searched @ row - middle) / spread
        total = found if total is None else total + found
        leads.append(float(found.max()) - (float(ranking.alike[name][mine].max()) - middle) / spread)
    if total is None:
        return {}
    nearest = int(total.argmax())
    alike = [
        float((collection.vectors[name][mine] @ collection.topics[name].searched[nearest]).max())
        for name in ranking.question.vectors
    ]
    return {"topic_lead": float(np.mean(leads)), "topic_is_same": float(np.mean(alike))}
