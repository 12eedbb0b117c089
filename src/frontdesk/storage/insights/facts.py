"""The facts of the insights on a database: read whole, read on, made anew and checked."""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, select
from typing_extensions import override

from frontdesk.interfaces.insights import INTERACTION, MESSAGE, REPLY, FactPortion, Facts, FactState, MessageRow, Wrong
from frontdesk.model import Interaction
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.insights.definitions import interactions, messages, replies
from frontdesk.storage.insights.folding import begin_epoch, fold, refold
from frontdesk.storage.schema.insights import (
    insight_change,
    insight_interaction,
    insight_message,
    insight_reply,
    insight_state,
)
from frontdesk.storage.schema.interactions import inbound_message, interaction, outbound_message
from frontdesk.storage.schema.people import customer
from frontdesk.storage.schema.rows import as_interaction

PORTION = 20_000
MOST_CHANGED = 2_000
TEXT_SHOWN = 300


class StoredFacts(Stored, Facts):
    """The stored facts."""

    @override
    async def state(self) -> FactState:
        return await self._database.read(_state)

    @override
    async def fold(self, limit: int = 2000) -> int:
        if not await self._database.read(_is_pending):
            return 0  # nothing to do is the usual case: find out without a write
        return await self._database.write(lambda c: fold(c, limit))

    @override
    async def load(self) -> AsyncIterator[FactPortion]:
        last = await self._database.read(_last_fact)
        for first in range(0, last + 1, PORTION):
            yield await self._database.read(
                partial(_portion, where=f"interaction_id BETWEEN {first} AND {first + PORTION - 1}")
            )

    @override
    async def changed(self, since: int) -> tuple[int, FactPortion]:
        return await self._database.read(lambda c: _changed(c, since))

    async def rebuild(self, done: Callable[[int, int], None] = lambda _at, _all: None) -> int:
        """Make all facts anew, portion by portion; how many interactions. May be broken off and begun again."""
        last = await self._database.read(_last_number)
        for first in range(0, last + 1, PORTION):
            await self._database.write(partial(refold, first=first, last=first + PORTION - 1))
            done(min(first + PORTION, last), last)
        await self._database.write(begin_epoch)
        return await self._database.read(_count)

    async def check(self, most: int = 20, done: Callable[[int, int], None] = lambda _at, _all: None) -> list[Wrong]:
        """Where the facts differ from a plain SQL count over the other tables; folds what is pending before."""
        while await self.fold():
            pass
        wrong: list[Wrong] = []
        last = await self._database.read(_last_number)
        for first in range(0, last + 1, PORTION):
            wrong += await self._database.read(partial(_differences, first=first, last=first + PORTION - 1))
            done(min(first + PORTION, last), last)
            if len(wrong) >= most:
                break
        return wrong[:most]

    @override
    async def interactions(self, ids: Sequence[int]) -> tuple[Interaction, ...]:
        rows = select(interaction).where(interaction.c.id.in_(ids))
        found = await self._database.read(lambda c: [as_interaction(row) for row in c.execute(rows).mappings()])
        by_id = {each.id: each for each in found}
        return tuple(by_id[each] for each in ids if each in by_id)

    @override
    async def messages(self, ids: Sequence[str]) -> tuple[MessageRow, ...]:
        m = inbound_message.c
        rows = select(m.id, m.received_at.label("at"), m.channel, m.sender_name.label("name"), m.text)
        return await self._database.read(lambda c: _ordered(c, rows, m.id, m.interaction_id, ids))

    @override
    async def replies(self, ids: Sequence[str]) -> tuple[MessageRow, ...]:
        o = outbound_message.c
        rows = select(o.id, o.created_at.label("at"), o.channel, o.processed_by.label("name"), o.text)
        return await self._database.read(lambda c: _ordered(c, rows, o.id, o.interaction_id, ids))

    @override
    async def customer_names(self, ids: Sequence[str]) -> dict[str, str]:
        rows = select(customer.c.id, customer.c.name).where(customer.c.id.in_(ids))
        return await self._database.read(lambda c: {row.id: row.name for row in c.execute(rows)})


def _state(connection: Connection) -> FactState:
    row = connection.execute(select(insight_state.c.epoch, insight_state.c.stamp)).first()
    return FactState(row.epoch if row else 0, row.stamp if row else 0, _is_pending(connection))


def _is_pending(connection: Connection) -> bool:
    return connection.execute(select(insight_change.c.id).limit(1)).first() is not None


def _last_fact(connection: Connection) -> int:
    return _most(connection, insight_interaction.c.interaction_id)


def _last_number(connection: Connection) -> int:
    return max(_most(connection, interaction.c.id), _last_fact(connection))


def _most(connection: Connection, numbers: ColumnElement[int]) -> int:
    return int(connection.execute(select(func.coalesce(func.max(numbers), 0))).scalar_one())


def _count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).where(insight_interaction.c.gone == false())).scalar_one())


def _portion(connection: Connection, where: str) -> FactPortion:
    """Read as plain tuples: a million rows pass here, and what SQLAlchemy adds to each takes most of the time."""
    found = [
        _raw(connection, f"SELECT {', '.join(columns)} FROM {table.name} WHERE {where} ORDER BY interaction_id")  # noqa: S608 - names and numbers of ours
        for table, columns in ((insight_interaction, INTERACTION), (insight_message, MESSAGE), (insight_reply, REPLY))
    ]
    return FactPortion(*found)


def _raw(connection: Connection, statement: str) -> Sequence[Sequence[Any]]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        return cursor.fetchall()
    finally:
        cursor.close()


def _changed(connection: Connection, since: int) -> tuple[int, FactPortion]:
    """Whole stamps only: those of the first MOST_CHANGED rows."""
    stamp = insight_interaction.c.stamp
    first = select(stamp).where(stamp > since).order_by(stamp).limit(MOST_CHANGED).subquery()
    reached = int(connection.execute(select(func.coalesce(func.max(first.c.stamp), since))).scalar_one())
    theirs = f"SELECT interaction_id FROM insight_interaction WHERE stamp > {since:d} AND stamp <= {reached:d}"  # noqa: S608 - numbers
    return reached, _portion(connection, f"interaction_id IN ({theirs})")


def _ordered(
    connection: Connection, rows: Select[Any], key: ColumnElement[str], owner: ColumnElement[int], ids: Sequence[str]
) -> tuple[MessageRow, ...]:
    asked = rows.add_columns(interaction.c.reference).join(interaction, interaction.c.id == owner).where(key.in_(ids))
    found = {row.id: row for row in connection.execute(asked)}
    return tuple(
        MessageRow(row.id, row.reference, row.at, row.channel, row.name, row.text[:TEXT_SHOWN])
        for each in ids
        if (row := found.get(each))
    )


def _differences(connection: Connection, first: int, last: int) -> list[Wrong]:
    dialect = connection.dialect.name
    told = (
        ("interaction", insight_interaction, interactions(lambda c: c.between(first, last), dialect, 0), INTERACTION),
        ("message", insight_message, messages(lambda c: c.between(first, last), dialect), MESSAGE),
        ("reply", insight_reply, replies(lambda c: c.between(first, last), dialect), REPLY),
    )
    wrong: list[Wrong] = []
    for what, table, counted, columns in told:
        key, owner = columns[0], columns.index("interaction_id")
        kept = select(*(table.c[name] for name in columns)).where(table.c.interaction_id.between(first, last))
        if "gone" in columns:
            kept = kept.where(table.c.gone == false())
        a = {getattr(row, key): tuple(row) for row in connection.execute(kept)}
        wanted = counted.with_only_columns(*(counted.selected_columns[name] for name in columns))
        b = {getattr(row, key): tuple(row) for row in connection.execute(wanted) if not getattr(row, "gone", False)}
        for each in sorted(a.keys() | b.keys()):
            if a.get(each) != b.get(each):
                number = int((a.get(each) or b[each])[owner])
                wrong.append(Wrong(f"{what} {each}", number, str(a.get(each, "-")), str(b.get(each, "-"))))
    return wrong
