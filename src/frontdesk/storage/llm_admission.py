"""Limits and budgets shared by all processes: one transaction reserves money, tokens and a place, or nothing.

Rates are kept as in the generic cell rate algorithm (ITU-T I.371): one number, the moment at which all that was
admitted would have been due at an even pace. A tenth of a minute's allowance may come at once; the pace is set so that
no sixty seconds admit more than the limit.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, literal, select, update

from frontdesk.interfaces import Clock, NewId
from frontdesk.model.llm import NotNow, Permit, Pot, Wish
from frontdesk.storage.database import Database
from frontdesk.storage.llm_tables import call_permit, money_pot, service_rate
from frontdesk.storage.upserts import insert_if_new

MINUTE = 60.0
BUSY_WAIT = 0.05


class _Refused(Exception):
    """Undoes all that was reserved in this transaction."""

    def __init__(self, answer: NotNow) -> None:
        self.answer = answer


class StoredAdmission:
    """Limits and budgets on a database; see interfaces.llm_stores.Admission."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        """Use this database, clock and id maker."""
        self._database, self._clock, self._new_id = database, clock, new_id

    async def admit(self, wish: Wish) -> Permit | NotNow:
        """See interfaces.llm_stores.Admission."""
        now, key = self._clock(), self._new_id()
        try:
            await self._database.write(lambda c: _admit(c, wish, key, now))
        except _Refused as refused:
            return refused.answer
        return Permit(key)

    async def settle(self, permit: Permit, cost: int) -> None:
        """See interfaces.llm_stores.Admission."""
        await self._database.write(lambda c: _settle(c, permit.id, cost))

    async def release_expired(self) -> int:
        """Book the whole reservation of calls whose process died: what they cost is not known. Returns how many."""
        gone = select(call_permit.c.id, call_permit.c.cost).where(call_permit.c.until < self._clock())
        expired = await self._database.read(lambda c: [(row.id, row.cost) for row in c.execute(gone)])
        for key, cost in expired:
            await self.settle(Permit(key), cost)
        return len(expired)

    async def spent(self, name: str, period: str) -> tuple[int, int]:
        """What a pot has spent and holds in reserve, in millionths."""
        pot = money_pot.c
        row = select(pot.spent, pot.reserved).where(pot.name == name, pot.period == period)
        found = await self._database.read(lambda c: c.execute(row).first())
        return (found.spent, found.reserved) if found else (0, 0)


def _admit(connection: Connection, wish: Wish, key: str, now: datetime) -> None:
    if wish.rate.is_set:
        _pace(connection, wish, now)
        _place(connection, wish, now)
    for pot in wish.pots:
        _reserve(connection, pot, wish.cost)
    permit = {
        "id": key,
        "service": wish.service,
        "until": now + timedelta(seconds=wish.seconds),
        "cost": wish.cost,
        "pots": [[pot.name, pot.period] for pot in wish.pots],
    }
    connection.execute(insert(call_permit), [permit])


def _pace(connection: Connection, wish: Wish, now: datetime) -> None:
    """Take a request and its tokens out of the minute; this also locks the service's row until the commit."""
    insert_if_new(connection, service_rate, {"service": wish.service, "requests_due": 0.0, "tokens_due": 0.0})
    moment, rate = now.timestamp(), wish.rate
    requests, tokens = service_rate.c.requests_due, service_rate.c.tokens_due
    next_requests, requests_by = _due(requests, 1, rate.requests_per_minute, moment)
    next_tokens, tokens_by = _due(tokens, min(wish.tokens, rate.tokens_per_minute), rate.tokens_per_minute, moment)
    taken = connection.execute(
        update(service_rate)
        .where(service_rate.c.service == wish.service, requests <= requests_by, tokens <= tokens_by)
        .values(requests_due=next_requests, tokens_due=next_tokens)
    )
    if taken.rowcount == 1:
        return
    row = connection.execute(select(requests, tokens).where(service_rate.c.service == wish.service)).one()
    wait = max(row.requests_due - requests_by, row.tokens_due - tokens_by, 0.0)
    raise _Refused(NotNow(f"{wish.service} has reached its limit of this minute", wait + _jitter()))


def _due(
    column: ColumnElement[float], amount: int, per_minute: int, moment: float
) -> tuple[ColumnElement[float], float]:
    """What the column becomes, and the highest value at which the amount still fits."""
    if not per_minute:
        return column, float("1e15")
    burst = max(1, per_minute // 10)
    interval = MINUTE / max(1, per_minute - burst)
    # What is larger than a burst needs idle time before it (the bound lies in the past) and pays for itself after it.
    base = case((column > literal(moment), column), else_=literal(moment))
    return base + literal(amount * interval), moment + (burst - amount) * interval


def _place(connection: Connection, wish: Wish, now: datetime) -> None:
    """One of the places for calls at the same time."""
    if not wish.rate.concurrency:
        return
    held = select(func.count()).where(call_permit.c.service == wish.service, call_permit.c.until >= now)
    if connection.execute(held).scalar_one() >= wish.rate.concurrency:
        raise _Refused(NotNow(f"{wish.service} is asked by as many as it may be", BUSY_WAIT + _jitter()))


def _reserve(connection: Connection, pot: Pot, cost: int) -> None:
    insert_if_new(connection, money_pot, {"name": pot.name, "period": pot.period, "spent": 0, "reserved": 0})
    here = (money_pot.c.name == pot.name, money_pot.c.period == pot.period)
    fits = money_pot.c.spent + money_pot.c.reserved + cost <= pot.limit
    set_aside = update(money_pot).where(*here, fits).values(reserved=money_pot.c.reserved + cost)
    if connection.execute(set_aside).rowcount != 1:
        raise _Refused(NotNow(f"the budget {pot.name} of {pot.period} does not allow another call"))


def _settle(connection: Connection, key: str, cost: int) -> None:
    gone = delete(call_permit).where(call_permit.c.id == key).returning(call_permit.c.cost, call_permit.c.pots)
    permit = connection.execute(gone).first()
    if permit is None:
        return  # settled before
    for name, period in _in_order(permit.pots):
        here = (money_pot.c.name == name, money_pot.c.period == period)
        values = {"reserved": money_pot.c.reserved - permit.cost, "spent": money_pot.c.spent + cost}
        connection.execute(update(money_pot).where(*here).values(**values))


def _in_order(pots: Any) -> Sequence[tuple[str, str]]:
    """As they were reserved, so that two transactions never wait for each other."""
    return sorted((str(name), str(period)) for name, period in pots)


def _jitter() -> float:
    return random.uniform(0.0, 0.02)  # noqa: S311 - jitter, not a secret
