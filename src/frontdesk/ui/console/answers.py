"""Answers: how questions were answered, what that came to, and what is missing in the knowledge base."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from frontdesk.insights.dimensions import DIMENSIONS
from frontdesk.knowledge.grouping import grouped
from frontdesk.model.answers import Answered, AnswerKind
from frontdesk.model.knowledge import Article, ArticleFilter, Audience
from frontdesk.ui.console.accuracy import PERIODS
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest

KINDS = {
    AnswerKind.ANSWERED: N_("Answered from an article"),
    AnswerKind.ORDER_STATUS: N_("Told about an order"),
    AnswerKind.ASKS_BACK: N_("Asked back"),
    AnswerKind.HANDED_OVER: N_("Handed over to a person"),
    AnswerKind.NOT_KNOWN: N_("Not known"),
}
ORIGINS = ("channel", "language", "intent")
QUIET = timedelta(days=7)
MOST_ROWS, MOST_GROUPED = 20, 100
FROM_THE_BEGINNING = 36_500


@get("/console/answers", opt=AGENT, include_in_schema=False)
async def answers(
    request: PageRequest,
    services: Needs,
    days: FromQuery[str] = "30",
    article: FromQuery[str] = "",
    kind: FromQuery[str] = "",
) -> Response[str]:
    """The page; with an article or a kind the conversations behind its count."""
    period, now = days if days in PERIODS else "30", services.clock()
    since = now - timedelta(days=int(period or FROM_THE_BEGINNING))
    asked = await services.knowledge.answered.since(since)
    articles = await services.knowledge.base.published(list(Audience), now.date())
    behind = [each for each in asked if (article and article in each.articles) or (kind and kind == each.kind)]
    due = await services.knowledge.articles.page(ArticleFilter(review_until=now.date()), MOST_ROWS)
    names = {each.value: label for each, label in KINDS.items()}
    context: dict[str, Any] = {
        "days": period,
        "periods": PERIODS,
        "kinds": [(each.value, label, sum(a.kind is each for a in asked)) for each, label in KINDS.items()],
        "count": len(asked),
        "quiet_days": QUIET.days,
        "resolved": _resolved(asked, now),
        "taken": await services.knowledge.answered.taken(since),
        "behind": behind[: 5 * MOST_ROWS] if article or kind else None,
        "behind_name": next((a.title for a in articles if a.id == article), article[:200]) or names.get(kind, ""),
        "missing": await _missing(services, asked),
        "due": [row.article for row in due.rows],
        "by": await _by_origin(services, asked, now),
        **await _by_article(services, asked, articles, since),
    }
    return services.pages.page(request, "console/answers.html", N_("Answers"), context)


def _resolved(asked: Sequence[Answered], now: datetime) -> dict[str, int]:
    """Of what was answered: who said that it helped or was quiet long enough; who said no; who is quiet so far."""
    told = [each for each in asked if each.sent and each.kind in (AnswerKind.ANSWERED, AnswerKind.ORDER_STATUS)]
    known = [each for each in told if each.helped is not None or each.at + QUIET <= now]
    return {
        "proven": sum(_proven(each) for each in known),
        "of": len(known),
        "no": sum(each.helped is False for each in told),
        "silent": sum(each.back_at is None for each in told),
        "told": len(told),
    }


def _proven(answer: Answered) -> bool:
    """Whether a reader said so, or nothing more came from them for the time that proves it."""
    quiet = answer.back_at is None or answer.back_at > answer.at + QUIET
    return quiet if answer.helped is None else answer.helped


async def _missing(services: Needs, asked: Sequence[Answered]) -> list[list[str]]:
    """Questions that nothing answered, near ones together."""
    open_ones = (each.question for each in asked if each.kind is AnswerKind.NOT_KNOWN and each.question)
    texts = list(dict.fromkeys(open_ones))[:MOST_GROUPED]
    return grouped(texts, await services.knowledge.encoders[0].questions(texts))[:MOST_ROWS] if texts else []


async def _by_origin(
    services: Needs, asked: Sequence[Answered], now: datetime
) -> list[tuple[Any, list[dict[str, Any]]]]:
    """By channel, language and intent, the most frequent first: how many were asked, answered, and proven to be."""
    names = await services.insights.report.names(())
    tables = []
    for of in ORIGINS:
        groups: defaultdict[str, list[Answered]] = defaultdict(list)
        for each in asked:
            groups[getattr(each, of)].append(each)
        largest = sorted(groups.items(), key=lambda item: -len(item[1]))[:MOST_ROWS]
        rows = [{"name": names.name(of, value), "count": len(a), **_resolved(a, now)} for value, a in largest]
        tables.append((DIMENSIONS[of].title, rows))
    return tables


async def _by_article(
    services: Needs, asked: Sequence[Answered], articles: Sequence[Article], since: datetime
) -> dict[str, Any]:
    """Each article that answered or was judged, and those that nobody used."""
    used = Counter(each for a in asked for each in a.articles)
    came_back = Counter(each for a in asked if a.back_at and a.back_at <= a.at + QUIET for each in a.articles)
    helped: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for vote in await services.knowledge.votes.since(since.date()):
        helped[vote.article] += vote.helped
        judged[vote.article] += vote.helped + vote.not_helped
    by_use = sorted(articles, key=lambda a: (-used[a.id], -judged[a.id]))
    rows = [
        {"article": a, "used": used[a.id], "back": came_back[a.id], "helped": helped[a.id], "judged": judged[a.id]}
        for a in by_use
        if used[a.id] or judged[a.id]
    ]
    unused = [each for each in articles if not used[each.id] and not judged[each.id]]
    return {"by_article": rows[: 5 * MOST_ROWS], "unused": unused[:MOST_ROWS], "unused_count": len(unused)}


HANDLERS = (answers,)
