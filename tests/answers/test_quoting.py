"""How much of an article is quoted around the sentence that fits best."""

import numpy as np

from frontdesk.answers.collection import Collection
from frontdesk.answers.passages import passages_of
from frontdesk.answers.quoting import citation_of
from frontdesk.answers.ranking import Question, Ranking
from frontdesk.model.knowledge import Article

SENTENCES = [f"Sentence number {n} says something about the {n} wheels of bicycles in our shop." for n in range(12)]
LONG = Article("long", "Wheels", " ".join(SENTENCES))


def test_a_long_article_is_quoted_by_its_best_sentence_and_the_better_neighbours() -> None:
    passages = passages_of(LONG)
    scores = np.zeros(len(passages), np.float32)
    scores[[1 + 5, 1 + 6, 1 + 7]] = 3, 2, 1  # the first passage is the whole body
    one = np.ones(1, np.float32)
    ranking = Ranking(Question("Which?", "en", {}), scores, one, {}, {}, scores, one, np.ones(1, bool))
    quoted = citation_of(Collection([LONG], passages, {}, {}), ranking, 0)
    assert LONG.body[quoted.start : quoted.end] == quoted.quote
    assert " ".join(SENTENCES[5:8]) in quoted.quote
    assert 300 < len(quoted.quote) <= 400
