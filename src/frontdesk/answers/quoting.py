"""Chooses the sentences of an article that answer."""

import numpy as np

from frontdesk.answers.collection import Collection
from frontdesk.answers.passages import whole_of
from frontdesk.answers.ranking import Ranking
from frontdesk.model.answers import Citation, UsedPassage

_SHORT = 350
_LONGEST = 600
# A neighbour of the best sentence is quoted too where it is nearly as good.
_NEAR = 1.2
_USED = 10


def citation_of(collection: Collection, ranking: Ranking, place: int) -> Citation:
    """A short article whole, of a longer one the best sentence with neighbours that are nearly as good."""
    article = collection.articles[place]
    start, end = whole_of(article.body)
    if end - start > _SHORT:
        start, end = _best_part(collection, ranking, place) or (start, end)
    quote = article.body[start:end]
    return Citation(article.id, article.version, article.title, start, end, quote, article.url)


def used_of(collection: Collection, ranking: Ranking) -> tuple[UsedPassage, ...]:
    """The best articles, each by its best passage in the body."""
    found = []
    for place in ranking.order(_USED):
        mine = collection.of(place)
        article = collection.articles[place]
        best = mine.start + int(ranking.scores[mine].argmax())
        passage = collection.passages[best]
        start, end = whole_of(article.body) if passage.question else (passage.start, passage.end)
        score = round(float(ranking.articles[place]), 4)
        found.append(UsedPassage(article.id, article.version, start, end, score))
    return tuple(found)


def _best_part(collection: Collection, ranking: Ranking, place: int) -> tuple[int, int] | None:
    mine = collection.of(place)
    whole = whole_of(collection.articles[place].body)
    at = [
        (collection.passages[i].start, collection.passages[i].end, float(ranking.scores[i]))
        for i in range(mine.start, mine.stop)
        if not collection.passages[i].question and (collection.passages[i].start, collection.passages[i].end) != whole
    ]
    if not at:
        return None
    first = last = int(np.argmax([score for _, _, score in at]))
    least = at[first][2] - _NEAR
    while True:
        after = last + 1 < len(at) and at[last + 1][2] >= least and at[last + 1][1] - at[first][0] <= _LONGEST
        before = first > 0 and at[first - 1][2] >= least and at[last][1] - at[first - 1][0] <= _LONGEST
        if not (before or after):
            return at[first][0], at[last][1]
        last, first = last + bool(after), first - bool(before and not after)
