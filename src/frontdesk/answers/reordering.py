"""Puts the best articles into a better order: by the words of the question that each has a counterpart for, too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from frontdesk.answers.collection import Collection, words_in
from frontdesk.answers.ranking import Ranking
from frontdesk.answers.topics import Rows
from frontdesk.answers.words import stem_of

_FEW, _TRANSLATIONS = 12, 4
ENGINE, E5 = "builtin-512", "e5-small-q4"
# What is weighed of each article, in order; the weights are made by training/answers.py.
FACTS = """alike_e5 alike_engine whole_e5 words named other_language passages cover least_cover passage_cover
raw_e5 raw_engine second_engine title_cover title_used""".split()  # noqa: SIM905
# From this share of the odds on, the second article is told as well: it may answer instead.
_MAY_ANSWER = 0.05


@dataclass(frozen=True, slots=True)
class Covers:
    """Vectors of words: of the question, and of each of the best articles by its place."""

    question: Rows
    articles: Mapping[int, Rows]

    def of(self, place: int) -> Rows:
        """For each word of the question and of an article how alike they are."""
        rows = self.articles[place]
        if not len(self.question) or not len(rows):
            return np.full((max(len(self.question), 1), max(len(rows), 1)), 0.4, np.float32)
        return np.asarray(self.question @ rows.T, np.float32)


@dataclass(frozen=True, slots=True)
class Reordered:
    """A ranking whose best articles are scored anew, and the facts of these: one row each, best first."""

    ranking: Ranking
    places: tuple[int, ...]
    facts: Rows

    @property
    def told(self) -> tuple[int, ...]:
        """The best article, and the second where that may answer instead."""
        scores = self.ranking.articles[list(self.places)]
        odds = np.exp(scores - scores.max())
        return self.places[: 1 + int(len(odds) > 1 and odds[1] >= _MAY_ANSWER * odds.sum())]


def best_places(collection: Collection, ranking: Ranking) -> list[int]:
    """The best articles, best first; of several that say the same in other languages the best alone."""
    found: dict[str, int] = {}
    for place in ranking.order(_FEW * _TRANSLATIONS):
        found.setdefault(collection.groups[place], place)
    return list(found.values())[:_FEW]


def reordered(collection: Collection, ranking: Ranking, covers: Covers, weights: Sequence[float] | Rows) -> Reordered:
    """Score those in `covers` anew: the difference of two scores is the logarithm of the odds between them."""
    places = list(covers.articles)
    facts = facts_of(collection, ranking, covers)
    found = facts @ np.asarray(weights, np.float32)
    order = np.argsort(-found, kind="stable")
    # The others stay behind them, as far as they were.
    articles = np.minimum(ranking.articles - min(ranking.articles[places]), 0) + found.min()
    articles[places] = found
    best = tuple(places[i] for i in order)
    return Reordered(replace(ranking, articles=articles.astype(np.float32)), best, facts[order])


def facts_of(collection: Collection, ranking: Ranking, covers: Covers) -> Rows:
    """One row of FACTS for each article in `covers`."""
    words = words_in(ranking.question.text)
    rarity = np.array([collection.words.rarity(stem_of(word)) for word in words] or [1.0], np.float32)
    share = rarity / max(float(rarity.sum()), 1e-6)
    return np.array([_facts(collection, ranking, covers, place, share) for place in covers.articles], np.float32)


def _facts(collection: Collection, ranking: Ranking, covers: Covers, place: int, share: Rows) -> list[float]:
    mine, alike = collection.of(place), covers.of(place)
    each = alike.max(axis=1)
    best = mine.start + int(ranking.scores[mine].argmax())
    said = [i for i in collection.words_of_passage(best) if i < alike.shape[1]]
    in_passage = alike[:, said].max(axis=1) if said else each
    measured = {name: rows[mine] for name, rows in ranking.measured.items()}
    # The words of the title come first.
    title = alike[:, : max(len(words_in(collection.articles[place].title)), 1)]
    values = {
        "words": float(ranking.words[mine].max()),
        "named": float(ranking.named[place]),
        "other_language": float(collection.articles[place].language[:2] != ranking.question.language),
        "passages": float(np.log(mine.stop - mine.start + 1)),
        "cover": float(each @ share),
        "least_cover": float(each.min()),
        "passage_cover": float((in_passage**2).sum()),
        "title_cover": float(title.max(axis=1) @ share),
        "title_used": float(title.max(axis=0).mean()),
    }
    if E5 in measured:
        values |= {"alike_e5": float(measured[E5].max()), "whole_e5": float(measured[E5][0])}
        values["raw_e5"] = float(ranking.alike[E5][mine].max())
    if ENGINE in measured:
        first, second = np.sort(np.append(measured[ENGINE], measured[ENGINE].min()))[:-3:-1]
        values |= {"alike_engine": float(first), "second_engine": float(second)}
        values["raw_engine"] = float(ranking.alike[ENGINE][mine].max())
    return [values.get(name, 0.0) for name in FACTS]
