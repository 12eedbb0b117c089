"""A query as one SELECT: conditions, order, page, and the steps of a pipeline as derived tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Float,
    FromClause,
    Integer,
    Null,
    Numeric,
    Select,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy import and_ as sql_and
from sqlalchemy import not_ as sql_not

from frontdesk.interfaces import Invalid
from frontdesk.model.entities import EdmType, Entity
from frontdesk.model.querying import (
    Aggregated,
    Computing,
    Field,
    Filtering,
    Grouping,
    Joining,
    Order,
    Pipeline,
    Query,
    Ranking,
    Searched,
    Step,
)
from frontdesk.storage.odata import dialects
from frontdesk.storage.odata.dialects import POSTGRESQL, Sql
from frontdesk.storage.odata.expressions import NameScope, condition, sql
from frontdesk.storage.odata.frames import EntityFrame, Frame, Opened, Sources, TableFrame

BRANCH = "\u00a7branch"


@dataclass(slots=True)
class State:
    """A SELECT under construction: its rows, conditions and order."""

    frame: Frame
    entity: Entity
    sources: Sources
    where: list[Sql] = field(default_factory=list)
    order: tuple[Order, ...] = ()
    branches: tuple[frozenset[str], ...] = ()

    @property
    def names(self) -> NameScope:
        """What names mean in it."""
        return NameScope(self.frame, self.sources)

    @property
    def dialect(self) -> str:
        """The database that is asked."""
        return self.frame.dialect

    def from_(self) -> FromClause:
        """Where its rows come from; asked last, when all that is needed has been joined."""
        return self.frame.opened.joined.clause() if isinstance(self.frame, EntityFrame) else self.frame.table


def begin(entity: Entity, sources: Sources, dialect: str) -> State:
    """All rows of an entity."""
    opened = Opened(sources.of(entity), dialect)
    state = State(EntityFrame(opened, sources), entity, sources)
    state.where += [*opened.source.always(opened), *opened.source.listed(opened)]
    return state


def state_of(query: Query, sources: Sources, dialect: str) -> State:
    """The rows that a query wants, before they are sorted and cut."""
    state = piped(query.entity, query.pipeline, sources, dialect)
    for name, expression in query.computed:
        if name not in state.frame.computed:
            state.frame.computed[name] = sql(expression, state.names)
    state.where += [condition(each, state.names) for each in query.where]
    if query.search is not None:
        state.where.append(_search(query.search, state))
    return state


def piped(entity: Entity, pipeline: Pipeline, sources: Sources, dialect: str) -> State:
    """The rows that the steps of a pipeline yield."""
    state = begin(entity, sources, dialect)
    for place, step in enumerate(pipeline):
        if isinstance(step, Joining):
            state = _joined(entity, pipeline[:place], step, sources, dialect)
        else:
            state = _step(step, state)
    return state


def _step(step: Step, state: State) -> State:
    if isinstance(step, Filtering):
        if step.condition is not None:
            state.where.append(condition(step.condition, state.names))
        if step.search is not None:
            state.where.append(_search(step.search, state))
        return state
    if isinstance(step, Computing):
        for name, expression in step.columns:
            state.frame.computed[name] = sql(expression, state.names)
        return state
    if isinstance(step, Ranking):
        return _ranked(step, state)
    assert isinstance(step, Grouping)
    return _grouped(step, state)


def _search(wanted: Searched, state: State) -> Sql:
    if wanted.how == "word":
        found = [_contains(text, wanted.text, state.dialect) for text in _texts(state)]
        return or_(*found)
    inner = [_search(part, state) for part in wanted.parts]
    if wanted.how == "none_of":
        return sql_not(inner[0])
    return sql_and(true(), *inner) if wanted.how == "all_of" else or_(*inner)


def _contains(text: Sql, word: str, dialect: str) -> Sql:
    """Whether a word occurs, in capitals or not."""
    lowered = dialects.value(dialect, word.lower(), EdmType.STRING)
    return func.coalesce(dialects.place_of(dialect, func.lower(text), lowered), 0) > 0


def _texts(state: State) -> list[Sql]:
    if isinstance(state.frame, TableFrame):
        found = [c for c in state.frame.columns.values() if c.type.python_type is str]
        return found or [literal("")]
    searched = (each.name for each in state.entity.properties.values() if each.searched)
    return [state.frame.opened.column(name) for name in searched]


def _grouped(step: Grouping, state: State) -> State:
    names = state.names
    groups = [(path, sql(each, names)) for path, each in step.by]
    figures = [(each.name, _figure(each, state)) for each in step.figures]
    columns = [column.label(f"c{number}") for number, (_, column) in enumerate([*groups, *figures])]
    if not columns:
        raise Invalid("groupby needs something to group by")
    rows = select(*columns).select_from(state.from_()).where(*state.where)
    if step.by:
        rows = rows.group_by(*(column for _, column in groups))
    return _table(rows, [path for path, _ in groups] + [name for name, _ in figures], state)


def _table(rows: Any, labels: Sequence[str], state: State, branches: tuple[frozenset[str], ...] = ()) -> State:
    table = rows.subquery()
    columns = {label: table.c[f"c{number}"] for number, label in enumerate(labels)}
    return State(TableFrame(table, columns, state.dialect), state.entity, state.sources, branches=branches)


def _figure(each: Aggregated, state: State) -> Sql:
    if each.what is None or _is_always_one(each, state):
        return func.count()
    column = sql(each.what, state.names)
    if each.how == "countdistinct":
        return func.count(column.distinct())
    if each.how in ("min", "max"):
        return func.min(column) if each.how == "min" else func.max(column)
    if each.how == "average":
        return func.avg(column, type_=Float()) if state.dialect != POSTGRESQL else func.avg(cast(column, Numeric()))
    if state.dialect == POSTGRESQL:
        return func.sum(cast(column, Numeric()))
    # SQLite's sum raises an error beyond 64 bits; a column's own whole numbers never come near.
    return func.sum(column) if isinstance(each.what, Field) else func.sum(column * 1.0, type_=Float())


def _is_always_one(each: Aggregated, state: State) -> bool:
    """The sum of a property that is always 1 is a count, which needs to look at no row."""
    what, frame = each.what, state.frame
    if each.how != "sum" or not isinstance(what, Field) or not isinstance(frame, EntityFrame) or what.via or what.of:
        return False
    return what.name in frame.opened.source.ones and what.name not in frame.computed


def _ranked(step: Ranking, state: State) -> State:
    """Sort and cut; rows of an entity stay such, so that what follows can still reach their properties."""
    if step.top is None and not step.skip:
        state.order = step.order
        return state
    order = step.order or state.order
    if isinstance(state.frame, TableFrame):
        columns = state.frame.columns | state.frame.computed
        chosen = [column.label(f"c{number}") for number, column in enumerate(columns.values())]
        rows = _cut(select(*chosen), state, order, step)
        after = _table(rows, list(columns), state, state.branches)
        after.order = order
        return after
    identity = state.frame.opened.source.identity
    if not identity:
        raise Invalid(f"{state.entity.name} has no keys: cut its rows with $top and $skip instead")
    kept = _cut(select(state.frame.opened.c[identity]), state, order, step).subquery()
    after = begin(state.entity, state.sources, state.dialect)
    assert isinstance(after.frame, EntityFrame)
    after.where.append(after.frame.opened.c[identity].in_(select(kept.c[identity])))
    after.order = order
    return after


def _cut(rows: Select[Any], state: State, order: tuple[Order, ...], step: Ranking) -> Select[Any]:
    keys = [*sorting(order, state), *tie(state)]
    cut = rows.where(*state.where).order_by(*keys).offset(step.skip or None)
    return (cut if step.top is None else cut.limit(step.top)).select_from(state.from_())


def _joined(entity: Entity, before: Pipeline, step: Joining, sources: Sources, dialect: str) -> State:
    """Several pipelines over the same rows, one after another; each row knows which it came by."""
    states = [piped(entity, (*before, *branch), sources, dialect) for branch in step.pipelines]
    shapes = [_columns(state) for state in states]
    names = list(dict.fromkeys(name for shape in shapes for name in shape))
    selects = []
    for number, (state, shape) in enumerate(zip(states, shapes, strict=True)):
        model = {name: next(other[name] for other in shapes if name in other) for name in names}
        columns = [shape[name] if name in shape else cast(null(), model[name].type) for name in names]
        tagged = [*columns, literal(number, Integer())]
        labelled = [column.label(f"c{place}") for place, column in enumerate(tagged)]
        selects.append(select(*labelled).where(*state.where).select_from(state.from_()))
    branches = tuple(frozenset(shape) for shape in shapes)
    return _table(union_all(*selects), [*names, BRANCH], states[0], branches)


def _columns(state: State) -> dict[str, Sql]:
    frame = state.frame
    if isinstance(frame, TableFrame):
        return {name: column for name, column in (frame.columns | frame.computed).items() if name != BRANCH}
    shown = [each.name for each in state.entity.properties.values() if each.shown]
    return {name: frame.opened.column(name) for name in shown} | frame.computed


def sorting(order: Sequence[Order], state: State) -> list[Sql]:
    """The keys to sort by; null comes before everything, as OData has it."""
    return [directed(sql(each.by, state.names), each.down, state.dialect) for each in order]


def directed(column: Sql, down: bool, dialect: str) -> Sql:
    """A sort key with its direction. A constant null as a key is wrapped, because PostgreSQL refuses it."""
    if isinstance(column, Null):
        column = cast(column, Integer)
    if dialect == POSTGRESQL:
        return column.desc().nulls_last() if down else column.asc().nulls_first()
    return column.desc() if down else column.asc()


def tie(state: State, order: Sequence[Order] = ()) -> list[Sql]:
    """What makes an order complete, so that pages neither repeat nor lose rows."""
    if isinstance(state.frame, TableFrame):
        columns = state.frame.columns
        if order:
            return []
        rest = [directed(column, False, state.dialect) for name, column in columns.items() if name != BRANCH]
        return [columns[BRANCH], *rest] if BRANCH in columns else rest
    opened = state.frame.opened
    wanted = state.entity.order or state.entity.keys
    sorted_by = {each.by.name for each in order if isinstance(each.by, Field) and not each.by.via}
    return [opened.column(name) for name in wanted if name not in sorted_by]


def count_of(state: State) -> Select[Any]:
    """How many rows there are."""
    return select(func.count()).where(*state.where).select_from(state.from_())


def plain(column: Sql, kind: EdmType | None, dialect: str) -> Sql:
    """A column as it is to be fetched: SQLite's moments stay the texts that they are."""
    if dialect != POSTGRESQL and kind is EdmType.MOMENT:
        return dialects.raw(column)
    if dialect != POSTGRESQL and kind is EdmType.DECIMAL:
        return type_coerce(column, Float())
    return column
