"""The record of model calls: written a little later and many at once, read as reports."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, RowMapping, Select, case, cast, delete, func, insert, select
from typing_extensions import override

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.llm_stores import CallLog
from frontdesk.model.llm import CallReport, ModelCall
from frontdesk.model.translatable import tr
from frontdesk.storage.engines.database import Database
from frontdesk.storage.schema.llm import model_call
from frontdesk.storage.schema.rows import columns, fact

log = logging.getLogger(__name__)

WRITE_AFTER = 0.1
MOST_WAITING = 50_000


class StoredCalls(CallLog):
    """Model calls on a database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database
        self._waiting: list[ModelCall] = []
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._watchers: list[Callable[[ModelCall], None]] = []

    def watch(self, watcher: Callable[[ModelCall], None]) -> None:
        """Tell of each call at once: for figures and traces, which must neither wait nor raise."""
        self._watchers.append(watcher)

    @override
    def note(self, call: ModelCall) -> None:
        for watcher in self._watchers:
            watcher(call)
        if len(self._waiting) >= MOST_WAITING:
            log.error("calls of models come quicker than they can be recorded: the record of one is lost")
            return
        self._waiting.append(call)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_soon())

    async def flush(self) -> None:
        """Write now what waits, and wait for what is being written."""
        self._hurry.set()
        if self._writing is not None:
            await self._writing
        while self._waiting:
            await self._write()

    async def of_message(self, message_id: str) -> tuple[ModelCall, ...]:
        """The calls for one message, in order."""
        rows = select(model_call).where(model_call.c.message_id == message_id).order_by(model_call.c.id)
        return await self._database.read(lambda c: tuple(fact(ModelCall, row) for row in c.execute(rows).mappings()))

    async def report(
        self,
        groups: Sequence[str],
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        caller: str | None = None,
    ) -> tuple[CallReport, ...]:
        """Calls added up by day, use_case, service, model, caller, tier or outcome; of one caller only, where it is
        named. Raises Invalid."""
        if strange := set(groups) - set(GROUPS):
            raise Invalid(
                tr(
                    "calls cannot be grouped by {wanted}: use {known}",
                    wanted=", ".join(sorted(strange)),
                    known=", ".join(GROUPS),
                ),
                "by",
            )
        return await self._database.read(lambda c: report(c, tuple(dict.fromkeys(groups)), since, until, caller))

    async def forget(self, before: datetime) -> int:
        """Delete calls that are older."""
        gone = delete(model_call).where(model_call.c.at < before)
        return await self._database.write(lambda c: c.execute(gone).rowcount)

    async def _write_soon(self) -> None:
        while self._waiting:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WRITE_AFTER):
                    await self._hurry.wait()
            self._hurry.clear()
            await self._write()

    async def _write(self) -> None:
        taken, self._waiting = self._waiting, []
        rows = [columns(call) | {"day": call.at.strftime("%Y-%m-%d")} for call in taken]
        try:
            await self._database.write(lambda c: c.execute(insert(model_call), rows).rowcount)
        except Exception:  # the record is not worth the answers that go on meanwhile
            log.exception("%d calls of models could not be recorded", len(rows))


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
