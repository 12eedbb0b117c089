"""Reads the rows of a query: one statement for the rows, one for each expanded navigation, one for a count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Integer, Select, String, bindparam, func, select, tuple_
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from frontdesk.interfaces import Invalid
from frontdesk.model.entities import EdmType, Navigation
from frontdesk.model.querying import Expand, Found, Query
from frontdesk.storage.engines.stored import Stored
from frontdesk.storage.odata.dialects import POSTGRESQL, TIME_FORMAT, TYPES, Sql, value
from frontdesk.storage.odata.frames import EntityFrame, TableFrame, kind_of
from frontdesk.storage.odata.sources import SOURCES
from frontdesk.storage.odata.statements import BRANCH, State, count_of, plain, sorting, state_of, tie
from frontdesk.storage.odata.transaction import version_of

VERSION = "\u00a7version"
HIDDEN = "\u00a7"
MOST_EXPANDED = 20_000
EVERYTHING = 2**31 - 2
Row = dict[str, Any]


class StoredEntities(Stored):
    """Entities of the interface on a database."""

    async def read(
        self, query: Query, at: Mapping[str, Any] | None = None, top: int | None = None, skip: int = 0
    ) -> Found:
        """The rows with the values `at`, `top` of them; `more` says whether there are more. Raises Invalid.

        `top` and `skip` count instead of the query's. The same query handed in again is read faster.
        """
        page = query.top if top is None else top
        return await self._database.read(lambda c: read(c, query, at or {}, page, skip or query.skip))

    async def count(self, query: Query, at: Mapping[str, Any] | None = None) -> int:
        """How many rows there are, whatever its page. Raises Invalid."""
        given = at or {}
        plan = _planned(query, self._database.dialect, tuple(given), False)
        return await self._database.read(lambda c: int(_run(c, plan.counting, _at(given))[0][0]))


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled query, executed again with other values. `of` keeps its source objects alive."""

    of: Query | Expand
    statement: Select[Any]
    chosen: "Sequence[Chosen]"
    branches: tuple[frozenset[str], ...]
    counting: Select[Any]


# Building a statement takes ten times as long as running it: callers hand in the same queries again and again.
_PLANS: dict[tuple[Any, ...], Plan] = {}
MOST_PLANS = 1000


def _remember(key: tuple[Any, ...], make: Callable[[], Plan]) -> Plan:
    plan = _PLANS.get(key)
    if plan is None:
        plan = make()
        if len(_PLANS) >= MOST_PLANS:
            _PLANS.clear()
        _PLANS[key] = plan
    return plan


def _planned(query: Query, dialect: str, at: tuple[str, ...], paged: bool) -> Plan:
    return _remember((id(query), dialect, at, paged), lambda: _plan(query, dialect, at, paged))


def _plan(query: Query, dialect: str, at: tuple[str, ...], paged: bool) -> Plan:
    state = _placed(query, dialect, at)
    chosen = _chosen(query, state)
    statement = _page(query, state, chosen, paged)
    return Plan(query, statement, chosen, state.branches, count_of(_placed(query, dialect, at)))


def _placed(query: Query, dialect: str, at: tuple[str, ...]) -> State:
    """The rows of a query that have certain values, which are told when it runs."""
    state = state_of(query, SOURCES, dialect)
    if at and isinstance(state.frame, EntityFrame):
        for name in at:
            kind = query.entity.properties[name].kind
            wanted = bindparam(f"at_{name}", type_=TYPES.get(kind, String()))
            state.where.append(state.frame.opened.column(name) == wanted)
    return state


def _at(given: Mapping[str, Any]) -> dict[str, Any]:
    return {f"at_{name}": value for name, value in given.items()}


def read(connection: Connection, query: Query, at: Mapping[str, Any], top: int | None = None, skip: int = 0) -> Found:
    """The rows of a query, within the transaction at hand. Raises Invalid."""
    paged = top is not None or bool(skip)
    plan = _planned(query, connection.dialect.name, tuple(at), paged)
    told = _at(at)
    page = told | ({"top": (EVERYTHING if top is None else top) + 1, "skip": skip} if paged else {})
    rows = [] if top == 0 else _rows(connection, plan, page)
    more = top is not None and len(rows) > top
    rows = rows[:top] if more else rows
    for expand in query.expands:
        _attach(connection, expand, rows)
    total = int(_run(connection, plan.counting, told)[0][0]) if query.count else None
    return Found(tuple(rows), total, more)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A column to fetch: its name, its SQL, and how its values become plain ones."""

    name: str
    column: Sql
    plain: Callable[[Any], Any] | None


def _chosen(query: Query, state: State) -> list[Chosen]:
    """The wanted columns; keys and what expanding needs come along."""
    kinds = dict(query.shape) if query.shape else {n: p.kind for n, p in query.entity.properties.items()}
    kinds |= {name: expression.kind for name, expression in query.computed}
    columns: dict[str, Sql] = {}
    if isinstance(state.frame, TableFrame):
        known = state.frame.columns | state.frame.computed
        wanted = query.columns or [*(name for name, _ in query.shape), *state.frame.computed]
        columns |= {name: known[name] for name in wanted}
        if BRANCH in known:
            columns[BRANCH] = known[BRANCH]
    else:
        columns |= _entity_columns(query, state.frame)
    return [
        Chosen(
            name,
            plain(column, kinds.get(name.removeprefix(HIDDEN)), state.dialect),
            _plainly(kinds.get(name), state.dialect),
        )
        for name, column in columns.items()
    ]


def _entity_columns(query: Query, frame: EntityFrame) -> dict[str, Sql]:
    opened, entity = frame.opened, query.entity
    shown = [each.name for each in entity.properties.values() if each.shown]
    wanted = list(query.columns) if query.columns is not None else [*shown, *(name for name, _ in query.computed)]
    columns = {name: frame.computed[name] if name in frame.computed else opened.column(name) for name in wanted}
    needed = [*entity.keys, *(mine for expand in query.expands for mine, _ in expand.way.pairs)]
    columns |= {HIDDEN + name: opened.column(name) for name in dict.fromkeys(needed) if name not in columns}
    if entity.versioned:
        columns |= {f"{VERSION}{n}": version(opened) for n, version in enumerate(opened.source.version)}
    return columns


def _page(query: Query, state: State, chosen: Sequence[Chosen], paged: bool) -> Select[Any]:
    order = query.order or state.order
    keys = [*sorting(order, state), *tie(state, order)]
    labelled = [each.column.label(f"r{number}") for number, each in enumerate(chosen)]
    statement = select(*labelled).where(*state.where).order_by(*keys)
    if paged:
        statement = statement.limit(bindparam("top", type_=Integer())).offset(bindparam("skip", type_=Integer()))
    return statement.select_from(state.from_())


def _rows(connection: Connection, plan: Plan, told: Mapping[str, Any]) -> list[Row]:
    names = [each.name for each in plan.chosen]
    fetched = [dict(zip(names, row, strict=True)) for row in _run(connection, plan.statement, told)]
    for each in plan.chosen:
        if each.plain is not None:
            for row in fetched:
                if row[each.name] is not None:
                    row[each.name] = each.plain(row[each.name])
    if parts := [name for name in names if name.startswith(VERSION)]:
        for row in fetched:
            row[VERSION] = version_of([row.pop(part) for part in parts])
    if plan.branches:
        fetched = [_of_branch(row, plan.branches) for row in fetched]
    return fetched


def _of_branch(row: Row, branches: tuple[frozenset[str], ...]) -> Row:
    mine = branches[row.pop(BRANCH)]
    return {name: found for name, found in row.items() if name in mine or found is not None}


def _run(connection: Connection, statement: Select[Any], told: Mapping[str, Any]) -> Sequence[Any]:
    """Raises Invalid where the database cannot calculate what was asked."""
    try:
        return connection.execute(statement, told).all()
    except DataError as error:
        raise Invalid(f"this cannot be calculated: {_said(error)}") from None
    except OperationalError as error:
        if any(word in str(error.orig) for word in ("overflow", "too large", "too many", "parser stack", "too deep")):
            raise Invalid(f"this cannot be calculated: {_said(error)}") from None
        raise
    except DBAPIError as error:
        if str(getattr(error.orig, "sqlstate", "") or "").startswith(("22", "54")):
            raise Invalid(f"this cannot be calculated: {_said(error)}") from None
        raise


def _said(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0].rpartition(": ")[2][:200]


def _attach(connection: Connection, expand: Expand, rows: list[Row]) -> None:
    """Read what is behind a navigation for all rows at once, and put it into them."""
    way = expand.way
    mine = [name for name, _ in way.pairs]
    keys = {tuple(_own(row, name) for name in mine) for row in rows}
    keys = {key for key in keys if None not in key}
    found = _behind(connection, expand, sorted(keys, key=repr)) if keys else {}
    for row in rows:
        key = tuple(_own(row, name) for name in mine)
        theirs, count = found.get(key, ([], 0))
        if not way.many:
            row[way.name] = theirs[0] if theirs else None
        elif expand.only_count:
            row[f"{way.name}@odata.count"] = count
        else:
            if expand.query.count:
                row[f"{way.name}@odata.count"] = count
            row[way.name] = theirs


def _own(row: Row, name: str) -> Any:
    return row[name] if name in row else row[HIDDEN + name]


def _behind(
    connection: Connection, expand: Expand, keys: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], tuple[list[Row], int]]:
    """Rows by the key they belong to, with how many there are in all."""
    way, query, dialect = expand.way, expand.query, connection.dialect.name
    plan = _remember((id(expand), dialect), lambda: _plan_behind(expand, dialect))
    told: dict[str, Any] = {"keys": [key[-1] for key in keys]}
    if len(way.pairs) > 1:
        told = {"keys": sorted({key[-1] for key in keys}, key=repr), "pairs": list(keys)}
    rows = [] if expand.only_count else _rows(connection, plan, told)
    if len(rows) > MOST_EXPANDED:
        raise Invalid(f"{way.name} would expand to more than {MOST_EXPANDED} rows: ask for fewer at a time with $top")
    counted = _run(connection, plan.counting, told) if query.count or expand.only_count else ()
    counts = {tuple(row[:-1]): int(row[-1]) for row in counted}
    theirs = range(len(way.pairs))
    plain_rows = [(tuple(row.pop(f"{HIDDEN}{HIDDEN}{n}") for n in theirs), row) for row in rows]
    for inner in query.expands:
        _attach(connection, inner, [row for _, row in plain_rows])
    grouped: dict[tuple[Any, ...], tuple[list[Row], int]] = {key: ([], count) for key, count in counts.items()}
    for key, row in plain_rows:
        grouped.setdefault(key, ([], 0))[0].append(row)
    return grouped


def _plan_behind(expand: Expand, dialect: str) -> Plan:
    """What reads the rows behind a navigation for many parents at once, and counts them for each."""
    way, query = expand.way, expand.query
    state, theirs = _state_behind(expand, dialect)
    chosen = _chosen(query, state)
    chosen += [Chosen(f"{HIDDEN}{HIDDEN}{n}", column, None) for n, column in enumerate(theirs)]
    if way.many and (query.top is not None or query.skip):
        statement, chosen = _numbered(query, state, chosen, theirs)
    else:
        statement = _page(query, state, chosen, paged=False).limit(MOST_EXPANDED + 1)
    counted, their_keys = _state_behind(expand, dialect)
    counting = select(*their_keys, func.count()).where(*counted.where).group_by(*their_keys)
    return Plan(expand, statement, chosen, (), counting.select_from(counted.from_()))


def _state_behind(expand: Expand, dialect: str) -> tuple[State, list[Sql]]:
    state = state_of(expand.query, SOURCES, dialect)
    assert isinstance(state.frame, EntityFrame)
    theirs = [state.frame.opened.column(name) for _, name in expand.way.pairs]
    state.where += [*_tied(theirs), *_fixed(expand.way, state)]
    return state, theirs


def _tied(theirs: Sequence[Sql]) -> list[Sql]:
    narrow = theirs[-1].in_(bindparam("keys", expanding=True))
    if len(theirs) == 1:
        return [narrow]
    # The last column alone finds the rows by index; both together are exact.
    return [narrow, tuple_(*theirs).in_(bindparam("pairs", expanding=True))]


def _fixed(way: Navigation, state: State) -> list[Sql]:
    assert isinstance(state.frame, EntityFrame)
    opened = state.frame.opened
    return [opened.column(name) == value(state.dialect, given, kind_of(given)) for name, given in way.fixed]


def _numbered(
    query: Query, state: State, chosen: list[Chosen], theirs: Sequence[Sql]
) -> tuple[Select[Any], list[Chosen]]:
    """The first rows of each parent, by numbering the rows of each in the wanted order."""
    keys = [*sorting(query.order, state), *tie(state, query.order)]
    number = func.row_number().over(partition_by=list(theirs), order_by=keys or None)
    labelled = [each.column.label(f"r{place}") for place, each in enumerate(chosen)]
    table = select(*labelled, number.label("place")).where(*state.where).select_from(state.from_()).subquery()
    place = table.c.place
    wanted = [place > query.skip]
    if query.top is not None:
        wanted.append(place <= query.skip + query.top)
    columns = [table.c[f"r{n}"] for n in range(len(chosen))]
    again = [Chosen(each.name, column, each.plain) for each, column in zip(chosen, columns, strict=True)]
    return select(*columns).where(*wanted).order_by(place).limit(MOST_EXPANDED + 1), again


def _plainly(kind: EdmType | None, dialect: str) -> Callable[[Any], Any] | None:
    """How a fetched value becomes one that JSON can hold; None where it is one already."""
    if kind is EdmType.BINARY or kind is None:
        return None
    if kind in (EdmType.STRING, EdmType.GUID):
        return None
    if kind is EdmType.BOOLEAN:
        return bool
    if kind in (EdmType.DECIMAL, EdmType.DOUBLE, EdmType.INTEGER, EdmType.LONG):
        return _number if dialect == POSTGRESQL or kind is not EdmType.INTEGER else None
    return _moment if dialect == POSTGRESQL else None


def _number(given: Any) -> Any:
    if isinstance(given, Decimal):
        return int(given) if given == given.to_integral_value() and abs(given) < 2**63 else float(given)
    if isinstance(given, float) and given.is_integer() and abs(given) < 2**53:
        return int(given)
    return given


def _moment(given: Any) -> Any:
    if isinstance(given, datetime):
        return given.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(given, time):
        return given.strftime(TIME_FORMAT)
    return given.isoformat() if isinstance(given, date) else given
