"""Expressions of queries as SQL, with every value as a bound parameter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    Integer,
    Numeric,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy import exists as sql_exists

from frontdesk.model.entities import EdmType, Navigation
from frontdesk.model.querying import Among, Call, Counted, Expression, Field, Literal, Quantified
from frontdesk.storage.engines.types import AnyString, Moment
from frontdesk.storage.odata import dialects
from frontdesk.storage.odata.dialects import HANA, POSTGRESQL, Sql
from frontdesk.storage.odata.frames import EntityFrame, Frame, Opened, Sources


@dataclass(frozen=True, slots=True)
class NameScope:
    """What names mean here: of the rows themselves, and of the variables of lambdas around."""

    frame: Frame
    sources: Sources
    variables: Mapping[str, EntityFrame] = field(default_factory=dict)

    @property
    def dialect(self) -> str:
        """The database that is asked."""
        return self.frame.dialect

    def inside(self, name: str, frame: EntityFrame) -> "NameScope":
        """With one more variable; the unnamed one of a count is the rows themselves."""
        if not name:
            return replace(self, frame=frame)
        return replace(self, variables={**self.variables, name: frame})


def sql(expression: Expression, names: NameScope) -> Sql:
    """The expression in SQL."""
    if isinstance(expression, Literal):
        return _literal(expression, names)
    if isinstance(expression, Field):
        frame: Frame = names.variables[expression.of] if expression.of else names.frame
        return frame.column(expression)
    if isinstance(expression, Among):
        return _among(expression, names)
    if isinstance(expression, Quantified):
        return _quantified(expression, names)
    if isinstance(expression, Counted):
        return _counted(expression, names)
    return _call(expression, names)


def condition(expression: Expression, names: NameScope) -> Sql:
    """The expression as a condition."""
    if isinstance(expression, Literal):
        return true() if expression.value is True else false()
    found = sql(expression, names)
    return found == true() if isinstance(expression, Field) else found


def _is_not_true(condition: Sql) -> Sql:
    """False or unknown; SAP HANA takes no condition for a value that could be compared."""
    return case((condition, 0), else_=1) == 1


def _literal(expression: Literal, names: NameScope) -> Sql:
    if expression.now:
        seconds = expression.value if isinstance(expression.value, float) else 0.0
        return bindparam(None, callable_=lambda: _from_now(seconds), type_=Moment(), unique=True)
    if expression.value is None:
        return null()
    return dialects.value(names.dialect, expression.value, expression.kind)


def _from_now(seconds: float) -> datetime:
    """The database's clock would be another one than that which wrote the rows."""
    try:
        moved = datetime.now(UTC) + timedelta(seconds=seconds)
    except OverflowError:
        moved = datetime.max.replace(tzinfo=UTC)
    return min(max(moved, datetime(2, 1, 1, tzinfo=UTC)), datetime(9998, 12, 31, tzinfo=UTC))


def _is_null(expression: Expression) -> bool:
    return isinstance(expression, Literal) and expression.value is None and not expression.now


def _among(expression: Among, names: NameScope) -> Sql:
    what = sql(expression.what, names)
    given = [each for each in expression.values if not _is_null(each)]
    matches = what.in_([sql(each, names) for each in given]) if given else false()
    return matches if len(given) == len(expression.values) else or_(matches, what.is_(None))


def behind(way: Navigation, here: Opened, sources: Sources) -> tuple[EntityFrame, list[Sql]]:
    """The rows behind a navigation, and what ties them to where we are."""
    source = sources.behind(way)
    there = Opened(source, here.dialect)
    tied = [there.column(theirs) == here.column(mine) for mine, theirs in way.pairs]
    return EntityFrame(there, sources), [*tied, *source.always(there), *source.listed(there)]


def _start(expression: Quantified | Counted, names: NameScope) -> Opened:
    frame = names.variables[expression.of] if expression.of else names.frame
    assert isinstance(frame, EntityFrame)
    return frame.at(expression.via)


def _quantified(expression: Quantified, names: NameScope) -> Sql:
    frame, tied = behind(expression.way, _start(expression, names), names.sources)
    if expression.condition is not None:
        wanted = condition(expression.condition, names.inside(expression.variable, frame))
        tied.append(_is_not_true(wanted) if expression.every else wanted)
    joined = frame.opened.joined
    rows = select(literal(1)).select_from(joined.clause()).where(*tied).correlate_except(*joined.parts())
    found = sql_exists(rows)
    return not_(found) if expression.every else found


def _counted(expression: Counted, names: NameScope) -> Sql:
    frame, tied = behind(expression.way, _start(expression, names), names.sources)
    if expression.condition is not None:
        tied.append(condition(expression.condition, names.inside(expression.variable, frame)))
    joined = frame.opened.joined
    rows = select(func.count()).select_from(joined.clause()).where(*tied).correlate_except(*joined.parts())
    return rows.scalar_subquery()


def _call(expression: Call, names: NameScope) -> Sql:
    name, arguments = expression.name, expression.arguments
    if name in ("eq", "ne"):
        return _equal(name, arguments[0], arguments[1], names)
    if name in ("and", "or"):
        both = [condition(each, names) for each in arguments]
        return and_(*both) if name == "and" else or_(*both)
    if name == "not":
        return _is_not_true(condition(arguments[0], names))
    if name in _DATED:
        return _DATED[name](names.dialect, sql(arguments[0], names), arguments[0].kind)
    if name == "case":
        pairs = zip(arguments[::2], arguments[1::2], strict=True)
        return case(*((condition(when, names), sql(then, names)) for when, then in pairs))
    if name == "cast":
        return _cast(sql(arguments[0], names), expression.kind, names.dialect)
    return _CALLS[name](names.dialect, *(sql(each, names) for each in arguments))


def _equal(name: str, one: Expression, other: Expression, names: NameScope) -> Sql:
    """Null equals null and nothing else, as OData has it."""
    if _is_null(one):
        one, other = other, one
    left = sql(one, names)
    if _is_null(other):
        return left.is_(None) if name == "eq" else left.is_not(None)
    right = sql(other, names)
    if name == "ne":
        return left.is_distinct_from(right)
    if isinstance(one, Literal) or isinstance(other, Literal):
        return left == right
    return left.is_not_distinct_from(right)


def _cast(column: Sql, kind: EdmType, dialect: str) -> Sql:
    if kind is EdmType.STRING:
        return cast(column, AnyString)
    if dialect != POSTGRESQL:
        return (
            cast(column, Integer())
            if kind in (EdmType.INTEGER, EdmType.LONG)
            else cast(column, dialects.TYPES[EdmType.DOUBLE])
        )
    text = cast(column, AnyString)
    number = case((text.regexp_match(r"^\s*[+-]?\d{1,18}(\.\d{1,18})?\s*$"), cast(text, Numeric())))
    return func.trunc(number) if kind in (EdmType.INTEGER, EdmType.LONG) else number


def _divide(dialect: str, one: Sql, other: Sql) -> Sql:
    """Whole numbers divide to whole numbers; by nought there is no answer."""
    divisor = func.nullif(dialects.number(dialect, other), 0)
    if dialect == POSTGRESQL:
        return func.div(dialects.number(dialect, one), divisor)
    if dialect == HANA:  # there / is exact
        quotient = one.op("/")(divisor)
        return func.sign(quotient) * func.floor(func.abs(quotient))
    return one.op("/")(divisor)


def _remainder(dialect: str, one: Sql, other: Sql) -> Sql:
    left, divisor = dialects.number(dialect, one), func.nullif(dialects.number(dialect, other), 0)
    return func.mod(left, divisor) if dialect == HANA else left.op("%")(divisor)


def _divide_by(dialect: str, one: Sql, other: Sql) -> Sql:
    if dialect == POSTGRESQL:
        return dialects.number(dialect, one).op("/")(func.nullif(dialects.number(dialect, other), 0))
    return (one * 1.0).op("/")(func.nullif(other, 0))


def _substring(dialect: str, text: Sql, start: Sql, *length: Sql) -> Sql:
    begin = dialects.not_below(dialect, start, 0) + 1
    return func.substr(text, begin, *(dialects.not_below(dialect, each, 0) for each in length), type_=String())


def _ordered(operator: str) -> Callable[..., Sql]:
    """A comparison as text, which binds as the library's own do: those refuse true, false and null."""
    return lambda _, one, other: one.op(operator, precedence=5, is_comparison=True)(other)


def _calculated(operator: str) -> Callable[..., Sql]:
    return lambda dialect, one, other: dialects.number(dialect, one).op(operator)(dialects.number(dialect, other))


def _part(name: str) -> Callable[[str, Sql, EdmType], Sql]:
    return lambda dialect, column, kind: dialects.part(dialect, name, column, kind)


_DATED: dict[str, Callable[[str, Sql, EdmType], Sql]] = {
    **{name: _part(name) for name in ("year", "month", "day", "hour", "minute", "second")},
    "fractionalseconds": dialects.fraction,
    "date": lambda dialect, column, kind: column if kind is EdmType.DATE else dialects.day(dialect, column),
    "time": lambda dialect, column, kind: column if kind is EdmType.TIME else dialects.time_of_day(dialect, column),
}
_CALLS: dict[str, Callable[..., Sql]] = {
    "lt": _ordered("<"),
    "le": _ordered("<="),
    "gt": _ordered(">"),
    "ge": _ordered(">="),
    "add": _calculated("+"),
    "sub": _calculated("-"),
    "mul": _calculated("*"),
    "div": _divide,
    "divby": _divide_by,
    "mod": _remainder,
    "minus": lambda dialect, one: -dialects.number(dialect, one),
    "midnight": dialects.midnight,
    "contains": lambda dialect, text, part: dialects.place_of(dialect, text, part) > 0,
    "startswith": lambda _, text, part: dialects.begins(text, part),
    "endswith": lambda _, text, part: dialects.ends(text, part),
    "length": lambda _, text: func.length(text),
    "indexof": lambda dialect, text, part: dialects.place_of(dialect, text, part) - 1,
    "substring": _substring,
    "tolower": lambda _, text: func.lower(text),
    "toupper": lambda _, text: func.upper(text),
    "trim": lambda _, text: func.trim(text, type_=String()),
    "concat": lambda _, one, other: cast(one, AnyString).concat(cast(other, AnyString)),
    "round": dialects.rounded,
    "floor": dialects.floor,
    "ceiling": lambda dialect, column: -dialects.floor(dialect, -column),
}
