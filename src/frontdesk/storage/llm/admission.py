"""Limits and budgets shared by all processes: one transaction reserves money, tokens and a slot, or nothing.

Rates are kept as in the generic cell rate algorithm (ITU-T I.371): one number, the moment at which all that was
admitted would have been due at an even pace. A tenth of a minute's allowance may come at once; the pace is set so that
no sixty seconds admit more than the limit.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, case, delete, func, insert, select, update
from typing_extensions import override

from frontdesk.interfaces.llm_stores import Admission
from frontdesk.model.llm import BudgetPeriod, Denied, Reservation, ReservationRequest
from frontdesk.storage.engines.changing import changed
from frontdesk.storage.engines.stored import StoredWithIds
from frontdesk.storage.engines.upserts import insert_if_new
from frontdesk.storage.schema.llm import call_permit, money_pot, service_rate

MINUTE = 60.0
NEVER = 1e15
BUSY_WAIT = 0.05


class _Refused(Exception):
    """Rolls back everything that was reserved in this transaction."""

    def __init__(self, answer: Denied) -> None:
        self.answer = answer


class StoredAdmission(StoredWithIds, Admission):
    """Limits and budgets on a database."""

    @override
    async def admit(self, request: ReservationRequest) -> Reservation | Denied:
        now, key = self._clock(), self._new_id()
        try:
            await self._database.write(lambda c: _admit(c, request, key, now))
        except _Refused as refused:
            return refused.answer
        return Reservation(key)

    @override
    async def settle(self, reservation: Reservation, cost: int) -> None:
        await self._database.write(lambda c: _settle(c, reservation.id, cost))

    async def release_expired(self) -> int:
        """Book the whole reservation of calls whose process died, because their cost is unknown. Returns how many."""
        gone = select(call_permit.c.id, call_permit.c.cost).where(call_permit.c.until < self._clock())
        expired = await self._database.read(lambda c: [(row.id, row.cost) for row in c.execute(gone)])
        for key, cost in expired:
            await self.settle(Reservation(key), cost)
        return len(expired)

    async def spent(self, name: str, period: str) -> tuple[int, int]:
        """What was spent and is reserved of a budget, in millionths."""
        budget = money_pot.c
        row = select(budget.spent, budget.reserved).where(budget.name == name, budget.period == period)
        found = await self._database.read(lambda c: c.execute(row).first())
        return (found.spent, found.reserved) if found else (0, 0)


def _admit(connection: Connection, request: ReservationRequest, key: str, now: datetime) -> None:
    if request.rate.is_set:
        _pace(connection, request, now)
        _place(connection, request, now)
    for budget in request.budgets:
        _reserve(connection, budget, request.cost)
    reservation = {
        "id": key,
        "service": request.service,
        "until": now + timedelta(seconds=request.seconds),
        "cost": request.cost,
        "pots": [[budget.name, budget.period] for budget in request.budgets],
    }
    connection.execute(_RESERVATION, [reservation])


def _pace(connection: Connection, request: ReservationRequest, now: datetime) -> None:
    """Take a request and its tokens out of the minute; this also locks the service's row until the commit."""
    moment, rate = now.timestamp(), request.rate
    tokens = min(request.tokens, rate.tokens_per_minute)
    requests_cost, requests_by = _due(1, rate.requests_per_minute, moment)
    tokens_cost, tokens_by = _due(tokens, rate.tokens_per_minute, moment)
    values = {
        "here": request.service,
        "moment": moment,
        "requests_cost": requests_cost,
        "requests_by": requests_by,
        "tokens_cost": tokens_cost,
        "tokens_by": tokens_by,
    }
    if connection.execute(_TAKE, values).rowcount == 1:
        return
    new = {"service": request.service, "requests_due": 0.0, "tokens_due": 0.0}
    if insert_if_new(connection, service_rate, new) and connection.execute(_TAKE, values).rowcount == 1:
        return
    row = connection.execute(_TAKEN, {"here": request.service}).one()
    wait = max(row.requests_due - requests_by, row.tokens_due - tokens_by, 0.0)
    raise _Refused(Denied(f"{request.service} has reached its limit of this minute", wait + _jitter()))


def _due(amount: int, per_minute: int, moment: float) -> tuple[float, float]:
    """How far the amount moves the moment at which all is due, and the latest such moment at which it still fits."""
    if not per_minute:
        return 0.0, NEVER
    burst = max(1, per_minute // 10)
    interval = MINUTE / max(1, per_minute - burst)
    # What is larger than a burst needs idle time before it (the bound lies in the past) and pays for itself after it.
    return amount * interval, moment + (burst - amount) * interval


def _place(connection: Connection, request: ReservationRequest, now: datetime) -> None:
    """Take one of the slots for concurrent calls."""
    if not request.rate.concurrency:
        return
    if connection.execute(_HELD, {"here": request.service, "now": now}).scalar_one() >= request.rate.concurrency:
        raise _Refused(Denied(f"{request.service} is asked by as many as it may be", BUSY_WAIT + _jitter()))


def _reserve(connection: Connection, budget: BudgetPeriod, cost: int) -> None:
    values = {"pot": budget.name, "of": budget.period, "amount": cost, "most": budget.limit}
    if connection.execute(_RESERVE, values).rowcount == 1:
        return
    new = {"name": budget.name, "period": budget.period, "spent": 0, "reserved": 0}
    if insert_if_new(connection, money_pot, new) and connection.execute(_RESERVE, values).rowcount == 1:
        return
    raise _Refused(Denied(f"the budget {budget.name} of {budget.period} does not allow another call"))


def _settle(connection: Connection, key: str, cost: int) -> None:
    for reservation in changed(connection, _GIVE_BACK, (call_permit.c.cost, call_permit.c.pots), {"key": key}):
        for name, period in _in_order(reservation["pots"]):  # no reservation: it was settled before
            connection.execute(_BOOK, {"pot": name, "of": period, "amount": reservation["cost"], "real": cost})


# Built once: building takes longer than running them.
_due_then = {
    column: case((column > bindparam("moment"), column), else_=bindparam("moment"))
    for column in (service_rate.c.requests_due, service_rate.c.tokens_due)
}
_TAKE = (
    update(service_rate)
    .where(
        service_rate.c.service == bindparam("here"),
        service_rate.c.requests_due <= bindparam("requests_by"),
        service_rate.c.tokens_due <= bindparam("tokens_by"),
    )
    .values(
        requests_due=_due_then[service_rate.c.requests_due] + bindparam("requests_cost"),
        tokens_due=_due_then[service_rate.c.tokens_due] + bindparam("tokens_cost"),
    )
)
_TAKEN = select(service_rate).where(service_rate.c.service == bindparam("here"))
_HELD = select(func.count()).where(
    call_permit.c.service == bindparam("here"), call_permit.c.until >= bindparam("now", type_=call_permit.c.until.type)
)
_RESERVATION = insert(call_permit)
_GIVE_BACK = delete(call_permit).where(call_permit.c.id == bindparam("key"))
_this_budget = (money_pot.c.name == bindparam("pot"), money_pot.c.period == bindparam("of"))
_RESERVE = (
    update(money_pot)
    .where(*_this_budget, money_pot.c.spent + money_pot.c.reserved + bindparam("amount") <= bindparam("most"))
    .values(reserved=money_pot.c.reserved + bindparam("amount"))
)
_BOOK = (
    update(money_pot)
    .where(*_this_budget)
    .values(
        reserved=money_pot.c.reserved - bindparam("amount"),
        spent=money_pot.c.spent + bindparam("real", type_=BigInteger),
    )
)


def _in_order(budgets: Any) -> Sequence[tuple[str, str]]:
    """As they were reserved, so that two transactions never wait for each other."""
    return sorted((str(name), str(period)) for name, period in budgets)


def _jitter() -> float:
    return random.uniform(0.0, 0.02)  # noqa: S311 - jitter, not a secret
