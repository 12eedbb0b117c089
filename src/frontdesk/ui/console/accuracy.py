"""Accuracy: how often people left an analysis as it was, and how sure that is."""

from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from frontdesk.llm.agreement import Agreement
from frontdesk.model import CodeList
from frontdesk.model.set_up import AccuracyFigure
from frontdesk.ui.console.set_up import SUPERVISOR
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.thread_view import LANGUAGES, CodeLabels

FIELDS = {
    "intent": N_("Intent"),
    "message_type": N_("Type"),
    "sentiment": N_("Sentiment"),
    "language": N_("Language"),
    "title": N_("Title"),
    "summary": N_("Summary"),
    "entities": N_("Entities"),
}
GROUPS = {"value": N_("As it was read"), "language": N_("By language"), "channel": N_("By channel")}
PERIODS = {"30": N_("30 days"), "90": N_("90 days"), "365": N_("A year"), "": N_("All time")}
CODED = ("intent", "message_type", "sentiment", "language")
CODES = {"intent": CodeList.INTENT, "message_type": CodeList.MESSAGE_TYPE}


@get("/console/accuracy", opt=SUPERVISOR, include_in_schema=False)
async def accuracy(
    request: PageRequest, services: Needs, field: FromQuery[str] = "intent", days: FromQuery[str] = ""
) -> Response[str]:
    """The page: all fields together, and one of them by value, language and channel."""
    chosen = field if field in FIELDS else "intent"
    period = days if days in PERIODS else ""
    since = services.clock() - timedelta(days=int(period)) if period else None
    names = CodeLabels.of(await services.configuration.codes.all())
    whole = []
    for name, label in FIELDS.items():
        found = await services.insights.accuracy.of_field(name, "all", since)
        whole.append({"field": name, "label": label, **_shown(found[0] if found else AccuracyFigure("", 0, 0), "")})
    groups = [
        (
            label,
            [
                _shown(each, _name(each.group, by, chosen, names))
                for each in await services.insights.accuracy.of_field(chosen, by, since)
            ],
        )
        for by, label in GROUPS.items()
        if by != "value" or chosen in CODED
    ]
    context: dict[str, Any] = {
        "whole": whole,
        "groups": groups,
        "field": chosen,
        "field_label": FIELDS[chosen],
        "days": period,
        "periods": PERIODS,
        "limits": await services.configuration.rules.limits(await services.insights.accuracy.corrected_messages()),
    }
    return services.pages.page(request, "console/accuracy.html", N_("Accuracy"), context)


def _shown(judged: AccuracyFigure, name: str) -> dict[str, Any]:
    found = Agreement(judged.reviewed, judged.agreed)
    low, high = found.interval()
    return {
        "name": name,
        "reviewed": found.reviewed,
        "agreed": found.agreed,
        "share": found.share,
        "low": low,
        "high": high,
    }


def _name(group: str, by: str, field: str, names: CodeLabels) -> str:
    if by == "channel":
        return names.of_code(CodeList.CHANNEL, group)
    if by == "language" or field == "language":
        return LANGUAGES.get(group, group)
    if by == "value" and field in CODES:
        return names.of_code(CODES[field], group) or N_("None of the list fits")
    return group
