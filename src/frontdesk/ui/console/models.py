"""The page of model calls: number, duration, cost, callers and errors."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from frontdesk.model.llm import CallReport
from frontdesk.ui.console.set_up import SUPERVISOR
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest

PERIODS = {"1": N_("24 hours"), "7": N_("7 days"), "30": N_("30 days"), "": N_("All time")}
TABLES = (
    (N_("By service and model"), ("service", "model")),
    (N_("By use case"), ("use_case",)),
    (N_("Read by"), ("tier",)),
    (N_("By caller"), ("caller",)),
    (N_("By outcome"), ("outcome",)),
    (N_("By day"), ("day",)),
)
MILLIONTHS = 1_000_000


@get("/console/models", opt=SUPERVISOR, include_in_schema=False)
async def models(request: PageRequest, services: Needs, days: FromQuery[str] = "7") -> Response[str]:
    """The page."""
    period = days if days in PERIODS else "7"
    since = services.clock() - timedelta(days=int(period)) if period else None
    tables = [
        (label, [_row(each, groups) for each in await services.llm.calls.report(groups, since)])
        for label, groups in TABLES
    ]
    whole = await services.llm.calls.report((), since)
    context: dict[str, Any] = {
        "whole": _row(whole[0], ()) if whole else None,
        "tables": tables,
        "days": period,
        "periods": PERIODS,
        "currency": services.llm.room.prices.currency,
    }
    return services.pages.page(request, "console/models.html", N_("Language models"), context)


def _row(report: CallReport, groups: tuple[str, ...]) -> dict[str, Any]:
    name = " · ".join(report.group[name] or "–" for name in groups)
    return {**asdict(report), "name": name, "cost": report.cost / MILLIONTHS}
