"""Calls of models added up: how many, what they took and cost, and how long they lasted by percentile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, RowMapping, Select, case, cast, func, select

from frontdesk.model.llm import CallReport
from frontdesk.storage.schema.llm import model_call

GROUPS = ("day", "use_case", "service", "model", "caller", "tier", "outcome")
SUMS = ("input_tokens", "output_tokens", "cost")
PERCENTILES = {"p50": 50, "p95": 95, "p99": 99}


def report(
    connection: Connection, groups: Sequence[str], since: datetime | None, until: datetime | None, caller: str | None
) -> tuple[CallReport, ...]:
    """One report for each group, in order of the groups."""
    ranked = _ranked(groups, since, until, caller).subquery()
    row = ranked.c
    columns = [row[name] for name in groups]
    timed = case((row.cached, None), else_=row.milliseconds)
    rows = select(
        *columns,
        func.count().label("calls"),
        func.sum(case((row.outcome_ == "ok", 0), else_=1)).label("failed"),
        func.sum(case((row.cached, 1), else_=0)).label("cached"),
        func.sum(case((row.masked, 1), else_=0)).label("masked"),
        *(func.sum(row[name]).label(name) for name in SUMS),
        func.avg(timed).label("milliseconds"),
        *(_percentile(row, percent).label(name) for name, percent in PERCENTILES.items()),
    )
    found = connection.execute(rows.group_by(*columns).order_by(*columns))
    return tuple(_as_report(each, groups) for each in found.mappings() if each["calls"])


def _ranked(groups: Sequence[str], since: datetime | None, until: datetime | None, caller: str | None) -> Select[Any]:
    """The calls with their place by time within their group, 1 for the quickest, and how many there are."""
    call = model_call.c
    group = [*(call[name] for name in groups), call.cached]
    rows = select(
        *(call[name] for name in groups),
        call.outcome.label("outcome_"),
        *(call[name] for name in ("cached", "masked", *SUMS, "milliseconds")),
        func.row_number().over(partition_by=group, order_by=call.milliseconds).label("place"),
        func.count().over(partition_by=group).label("of"),
    )
    if since is not None:
        rows = rows.where(call.at >= since)
    if until is not None:
        rows = rows.where(call.at < until)
    return rows if caller is None else rows.where(call.caller == caller)


def _percentile(row: Any, percent: int) -> Any:
    """By nearest rank: the quickest that at least so many percent are not slower than."""
    rank = (row.of * percent + 99) // 100
    return func.min(case((row.cached, None), (row.place >= rank, cast(row.milliseconds, Float)), else_=None))


def _as_report(values: RowMapping, groups: Sequence[str]) -> CallReport:
    told: dict[str, Any] = {name: int(values[name]) for name in ("calls", "failed", "cached", "masked", *SUMS)}
    told |= {name: round(float(values[name] or 0.0), 3) for name in ("milliseconds", *PERCENTILES)}
    return CallReport({name: str(values[name]) for name in groups}, **told)
