"""Insights: the dashboard, whose cards a script fills one by one, and the rows behind each figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get

from frontdesk.insights.cards import CARDS, Shape
from frontdesk.insights.dimensions import DIMENSIONS, FILTERS
from frontdesk.insights.measures import MEASURES, measure
from frontdesk.insights.periods import PERIODS, USUAL
from frontdesk.insights.questions import Question
from frontdesk.insights.reporting import PeriodRequest, Report
from frontdesk.insights.service import Rows
from frontdesk.interfaces import Invalid
from frontdesk.interfaces.insights import MessageRow
from frontdesk.model import CodeList
from frontdesk.ui.console.origins import known
from frontdesk.ui.console.rows_in_list import in_list
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import CodeLabels

PATH = "/console/insights"
ROWS = 50
LONGEST, MOST = 100, 100
FURTHEST = 10_000_000
# The dimensions that the filter bar offers; others are set by links from charts.
OFFERED = ("channel", "intent", "category", "priority", "sentiment", "status", "team", "language", "type", "tier")
EXPLORED = ("intent", "week")
PERIOD = ("period", "since", "until")


@dataclass(frozen=True, slots=True)
class View:
    """The view that the address asks for: period, filters, and the dimensions of the table at the end of the page."""

    asked: PeriodRequest
    where: Mapping[str, tuple[str, ...]]
    measure: str
    by: tuple[str, ...]

    @classmethod
    def of(cls, query: Mapping[str, Sequence[str]]) -> "View":
        """Read an address; missing parts get defaults."""

        def one(name: str, otherwise: str = "") -> str:
            return next(iter(query.get(name, ())), otherwise)[:LONGEST]

        where = {name: tuple(v[:LONGEST] for v in query.get(name, ()))[:MOST] for name in FILTERS if name in query}
        by = tuple(name for name in query.get("by", ()) if name in DIMENSIONS)[:2]
        asked = PeriodRequest(one("period"), one("since"), one("until"))
        return cls(asked, where, one("measure", "inbound"), by or EXPLORED)

    def filters(self) -> str:
        """Period and filters as a query."""
        pairs = [(name, value) for name in PERIOD if (value := getattr(self.asked, name))]
        return urlencode(pairs + [(name, value) for name, values in self.where.items() for value in values])


@get(PATH, opt=AGENT, include_in_schema=False)
async def insights(request: PageRequest, services: Needs) -> Response[str]:
    """The page."""
    view = View.of(_query(request))
    error = ""
    try:
        services.insights.report.span(view.asked)
        measure(view.measure)
    except Invalid as refused:
        view, error = View.of({}), refused.text
    context = {
        "view": view,
        "error": error,
        "cards": [_card(each) for each in CARDS.values()],
        "filters": view.filters(),
        "periods": PERIODS,
        "period": "" if view.asked.since or view.asked.until else view.asked.period or USUAL,
        "offered": await _offered(services.insights.report, view),
        "others": [(name, value) for name, values in view.where.items() if name not in OFFERED for value in values],
        "dimensions": DIMENSIONS,
        "measures": MEASURES,
        "time_zone": str(services.insights.report.service.calendar.zone),
    }
    return services.pages.page(request, "console/insights.html", N_("Insights"), context, status=400 if error else 200)


@get(f"{PATH}/rows", opt=AGENT, include_in_schema=False)
async def rows(request: PageRequest, services: Needs) -> Response[str]:
    """The rows behind a figure, newest first."""
    query = _query(request)
    view = View.of(query)
    offset = _offset(next(iter(query.get("offset", ())), "0"))
    question = Question((view.measure,), (), view.where)
    found = await services.insights.report.rows(question, view.asked, ROWS, offset)
    names = await services.insights.report.names(view.where.get("customer", ()))
    back = next(iter(query.get("view", ())), "")
    address = urlencode({"measure": view.measure}) + (f"&{view.filters()}" if view.filters() else "")
    span = services.insights.report.span(view.asked)
    here = f"{PATH}/rows?{address}" + (f"&{urlencode({'view': back})}" if back else "")
    context = {
        "measure": MEASURES[view.measure],
        "chips": [
            (DIMENSIONS[name].title, [names.name(name, value) for value in values])
            for name, values in view.where.items()
        ],
        "span": span.now,
        "total": found.total,
        "first": offset + 1,
        "last": offset + len(found.rows),
        "rows": await _shown(services, found),
        "of_messages": found.grain != "interaction",
        "address": address,
        "here_now": known(here + (f"&offset={offset}" if offset else "")),
        "in_list": in_list(MEASURES[view.measure], view.where, span.now, known(here), services.zone),
        "back": f"{PATH}?{back}" if back else PATH,
        "newer": _page(address, offset - ROWS, back) if offset else None,
        "older": _page(address, offset + ROWS, back) if offset + ROWS < found.total else None,
    }
    return services.pages.page(request, "console/insight_rows.html", MEASURES[view.measure].title, context)


HANDLERS = (insights, rows)


def _query(request: PageRequest) -> dict[str, list[str]]:
    query: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, []).append(value)
    return query


def _card(each: Any) -> dict[str, Any]:
    question = [("measure", name) for name in each.measures] + [("by", name) for name in each.by]
    if each.top:
        question.append(("top", str(each.top)))
    has_chart = each.shape not in (Shape.FIGURES, Shape.LIST, Shape.CHANGES)
    return {"card": each, "question": urlencode(question), "has_chart": has_chart}


async def _offered(report: Report, view: View) -> list[dict[str, Any]]:
    """Each filter with the values that occur, their names, and which are chosen."""
    asking, names = await report.service.current(), await report.names(())
    offered = []
    for name in OFFERED:
        chosen = view.where.get(name, ())
        values = sorted({*asking.words(name), *chosen}, key=lambda value: (value == "", names.name(name, value)))
        choices = [(value, names.name(name, value), value in chosen) for value in values]
        offered.append({"name": name, "title": DIMENSIONS[name].title, "choices": choices, "count": len(chosen)})
    return offered


async def _shown(services: Any, found: Rows) -> list[dict[str, Any]]:
    names = CodeLabels.of(await services.configuration.codes.all())
    return [_message(row, names) if isinstance(row, MessageRow) else _interaction(row, names) for row in found.rows]


def _message(row: MessageRow, names: CodeLabels) -> dict[str, Any]:
    channel = names.of_code(CodeList.CHANNEL, row.channel)
    return {"reference": row.reference, "at": row.at, "title": row.text, "name": row.name, "channel_name": channel}


def _interaction(row: Any, names: CodeLabels) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "at": row.created_at,
        "title": row.title,
        "name": row.customer_id or "",
        "channel_name": names.of_code(CodeList.CHANNEL, row.channel),
        "status_name": names.of_code(CodeList.STATUS, row.status),
        "priority_name": names.of_code(CodeList.PRIORITY, row.priority),
        "intent_name": names.of_code(CodeList.INTENT, row.intent),
        "sentiment": row.sentiment,
    }


def _offset(text: str) -> int:
    return min(int(text), FURTHEST) if text.isascii() and text.isdecimal() and len(text) < 12 else 0


def _page(address: str, offset: int, back: str) -> str:
    view = f"&{urlencode({'view': back})}" if back else ""
    return f"{PATH}/rows?{address}&offset={max(0, offset)}{view}"
