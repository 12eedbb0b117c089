"""What calls of models took and cost: added up for the caller, or for all callers."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.failures import gateway_handlers
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup, asker_of, sees_all_callers
from frontdesk.edges.llm_gateway.use_cases.answers import MILLIONTHS
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.edges.rest.services import zoned
from frontdesk.model import Role
from frontdesk.model.llm import CallReport

Groups = Annotated[list[str] | None, QueryParameter(max_items=7)]
Moment = Annotated[datetime | None, QueryParameter(description="With its zone.")]
GROUPS = ("day", "use_case", "service", "model", "caller", "tier", "outcome")
DEFAULT = ("day", "use_case", "model")


@shows(CallReport, without=("cost", "milliseconds", "p50", "p95", "p99"))
class CallsAnswer(ApiAnswer, frozen=True):
    """Calls of one group. Milliseconds are of calls that were not answered from the cache."""

    cost: float
    milliseconds_mean: float
    milliseconds_p50: float
    milliseconds_p95: float
    milliseconds_p99: float


class ReportAnswer(ApiAnswer, frozen=True):
    """All groups, and the currency of their cost."""

    currency: str
    items: list[CallsAnswer]


class CallRoutes(GatewayRouteGroup):
    """Reports of calls."""

    exception_handlers = gateway_handlers()

    @get("/calls", opt={"role": Role.SERVICE, SCOPE: "llm:reports"})
    async def report(
        self, request: Asked, by: Groups = None, since: Moment = None, until: Moment = None
    ) -> ReportAnswer:
        """By day, use_case, service, model, caller, tier or outcome; a supervisor sees all callers."""
        caller = None if sees_all_callers(request) else asker_of(request).caller
        found = await self.services.llm.calls.report(
            by or DEFAULT, zoned(since, "since"), zoned(until, "until"), caller=caller
        )
        return ReportAnswer(self.services.llm.room.prices.currency, list(map(_shown, found)))


def _shown(report: CallReport) -> CallsAnswer:
    times = {"mean": report.milliseconds, "p50": report.p50, "p95": report.p95, "p99": report.p99}
    told = asdict(report) | {"cost": report.cost / MILLIONTHS}
    return msgspec.convert(told | {f"milliseconds_{name}": time for name, time in times.items()}, CallsAnswer)
