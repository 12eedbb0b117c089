"""Chooses the sentences of an article that answer."""

from frontdesk.answers.collection import Collection
from frontdesk.answers.passages import whole_of
from frontdesk.answers.ranking import Ranking
from frontdesk.answers.reordering import E5
from frontdesk.model.answers import Citation, UsedPassage

# Of one article, and of each of two.
_LONGEST = (400, 300)
_WORDS = 3.0
# Beyond this length a neighbour is quoted only if it fits nearly as well as the best sentence.
_ENOUGH, _NEARLY = 300, 4.0
_USED = 10


def citation_of(collection: Collection, ranking: Ranking, place: int, of: int = 1) -> Citation:
    """A short article whole, of a longer one the best sentence with its better neighbours, as far as there is room.

    There is less where two articles are told: `of` says how many are.
    """
    longest = _LONGEST[of - 1]
    article = collection.articles[place]
    start, end = whole_of(article.body)
    if end - start > longest:
        start, end = _best_part(collection, ranking, place, longest) or (start, end)
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


def _best_part(collection: Collection, ranking: Ranking, place: int, longest: int) -> tuple[int, int] | None:
    mine = collection.of(place)
    # Within an article e5 knows better than both encoders together.
    scores = 2 * ranking.measured[E5] + _WORDS * ranking.words if E5 in ranking.measured else ranking.scores
    whole = whole_of(collection.articles[place].body)
    at = [
        (collection.passages[i].start, collection.passages[i].end, float(scores[i]))
        for i in range(mine.start, mine.stop)
        if not collection.passages[i].question and (collection.passages[i].start, collection.passages[i].end) != whole
    ]
    if not at:
        return None
    most = max(score for _, _, score in at)
    first = last = [score for _, _, score in at].index(most)
    while True:
        near = [i for i in (first - 1, last + 1) if 0 <= i < len(at)]
        room = {i: longest if at[i][2] >= most - _NEARLY else min(_ENOUGH, longest) for i in near}
        fit = [i for i in near if at[max(i, last)][1] - at[min(i, first)][0] <= room[i]]
        if not fit:
            return at[first][0], at[last][1]
        best = max(fit, key=lambda i: at[i][2])
        first, last = min(first, best), max(last, best)
