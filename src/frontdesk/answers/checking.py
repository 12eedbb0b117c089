"""Checks a knowledge base against questions whose answers are known: how often the right article comes first."""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, AnswerKind
from frontdesk.model.shares import wilson

NONE = "none"


@dataclass(frozen=True, slots=True)
class Expected:
    """A question with the ids or addresses of the articles that answer it; none of them: nothing does.

    `before` is what was said before it.
    """

    question: str
    articles: frozenset[str]
    language: str = ""
    before: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A share of so many questions, with its 95 % interval (Wilson's)."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 where there is no question."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """From and to."""
        return wilson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The figures of a check. `wrong` are wrong answers of all questions, `answered` right ones of the answerable."""

    hit_1: Share
    hit_3: Share
    mrr: float
    answered: Share
    wrong: Share
    silent: Share


def judged(asked: Sequence[tuple[Expected, Answer]], addresses: dict[str, str]) -> CheckResult:
    """The figures; `addresses` maps the ids of articles to their addresses, by either of which one is expected."""

    def fits(article: str, expected: Expected) -> bool:
        return article in expected.articles or addresses.get(article, "") in expected.articles - {""}

    answerable = [(each, answer) for each, answer in asked if each.articles]
    others = [answer for each, answer in asked if not each.articles]
    ranks = [_rank([fits(used.article, each) for used in answer.used]) for each, answer in answerable]
    right = [_is_right(answer, [fits(c.article, each) for c in answer.citations]) for each, answer in answerable]
    said = [answer.kind is AnswerKind.ANSWERED for _, answer in answerable]
    wrong = sum(told and not good for told, good in zip(said, right, strict=True))
    spoken = sum(answer.kind is AnswerKind.ANSWERED for answer in others)
    return CheckResult(
        hit_1=Share(sum(rank == 1 for rank in ranks), len(ranks)),
        hit_3=Share(sum(0 < rank <= 3 for rank in ranks), len(ranks)),
        mrr=sum(1 / rank for rank in ranks if rank) / len(ranks) if ranks else 0.0,
        answered=Share(sum(right), len(right)),
        wrong=Share(wrong + spoken, len(asked)),
        silent=Share(len(others) - spoken, len(others)),
    )


def _rank(fits: Sequence[bool]) -> int:
    """The place of the first that fits, from 1; 0 where none does."""
    return next((place for place, one in enumerate(fits, 1) if one), 0)


def _is_right(answer: Answer, fits: Sequence[bool]) -> bool:
    return answer.kind is AnswerKind.ANSWERED and any(fits)
