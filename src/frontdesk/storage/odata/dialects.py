"""SQL that differs between SQLite, PostgreSQL and SAP HANA. SAP HANA stores times as SQLite does."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Time,
    case,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from frontdesk.model.entities import EdmType
from frontdesk.storage.engines.types import Moment

POSTGRESQL, HANA = "postgresql", "hana"
Sql = ColumnElement[Any]

TYPES: dict[EdmType, TypeEngine[Any]] = {
    EdmType.STRING: String(),
    EdmType.GUID: String(),
    EdmType.INTEGER: Integer(),
    EdmType.LONG: BigInteger(),
    EdmType.DOUBLE: Float(),
    EdmType.BOOLEAN: Boolean(),
    EdmType.MOMENT: Moment(),
    EdmType.BINARY: LargeBinary(),
    EdmType.DURATION: Float(),
}
TIME_FORMAT = "%H:%M:%S.%f"


def value(dialect: str, given: Any, kind: EdmType) -> Sql:
    """A bound parameter of a kind."""
    if isinstance(given, Decimal):
        return literal(given, Numeric()) if dialect == POSTGRESQL else literal(float(given), Float())
    if isinstance(given, datetime):
        return literal(given, Moment())
    if isinstance(given, date):
        return literal(given, Date()) if dialect == POSTGRESQL else literal(given.isoformat(), String())
    if isinstance(given, time):
        return literal(given, Time()) if dialect == POSTGRESQL else literal(given.strftime(TIME_FORMAT), String())
    return literal(given, TYPES.get(kind, String()))


def raw(column: Sql) -> Sql:
    """A moment on SQLite as the text that it is stored as."""
    return type_coerce(column, String())


def _utc(column: Sql) -> Sql:
    return func.timezone("UTC", column)


def part(dialect: str, name: str, column: Sql, kind: EdmType) -> Sql:
    """The year, month, day, hour, minute or second of a moment, date or time."""
    if dialect == POSTGRESQL:
        return cast(func.floor(func.date_part(name, _utc(column) if kind is EdmType.MOMENT else column)), Integer)
    start, length = {"year": (1, 4), "month": (6, 2), "day": (9, 2)}.get(name) or {
        "hour": (12, 2),
        "minute": (15, 2),
        "second": (18, 2),
    }[name]
    start -= 11 if kind is EdmType.TIME else 0
    return cast(func.substr(raw(column), start, length), Integer)


def fraction(dialect: str, column: Sql, kind: EdmType) -> Sql:
    """The part of a second."""
    if dialect == POSTGRESQL:
        seconds = func.date_part("second", _utc(column) if kind is EdmType.MOMENT else column)
        return cast(seconds, Numeric) - cast(func.floor(seconds), Numeric)
    start = 9 if kind is EdmType.TIME else 20
    return cast(literal("0").concat(func.substr(raw(column), start, 7)), Float)


def day(dialect: str, column: Sql) -> Sql:
    """The date of a moment in UTC."""
    return cast(_utc(column), Date) if dialect == POSTGRESQL else type_coerce(func.substr(raw(column), 1, 10), String())


def time_of_day(dialect: str, column: Sql) -> Sql:
    """The time of a moment in UTC."""
    return (
        cast(_utc(column), Time) if dialect == POSTGRESQL else type_coerce(func.substr(raw(column), 12, 15), String())
    )


def midnight(dialect: str, column: Sql) -> Sql:
    """The first moment of a date."""
    if dialect == POSTGRESQL:
        return type_coerce(func.timezone("UTC", func.date_trunc("day", column)), Moment())
    return type_coerce(column.concat(literal("T00:00:00.000000Z")), Moment())


def place_of(dialect: str, text: Sql, part_of_it: Sql) -> Sql:
    """Where a part begins in a text, counted from 1; 0 where it does not occur. Letters count as written."""
    finds = {POSTGRESQL: func.strpos, HANA: func.locate}.get(dialect, func.instr)
    return finds(text, part_of_it, type_=Integer())


def begins(text: Sql, with_: Sql) -> Sql:
    """Whether a text begins with another."""
    return func.substr(text, 1, func.length(with_)) == with_


def ends(text: Sql, with_: Sql) -> Sql:
    """Whether a text ends with another."""
    begin = func.length(text) - func.length(with_) + 1
    return (func.length(text) >= func.length(with_)) & (func.substr(text, begin) == with_)


def not_below(dialect: str, number: Sql, least: int) -> Sql:
    """A whole number, at least so much."""
    whole = cast(number, Integer)
    return func.greatest(whole, least) if dialect in (POSTGRESQL, HANA) else func.max(whole, least)


def number(dialect: str, column: Sql) -> Sql:
    """A number that can be calculated with and never overflows into an error."""
    return cast(column, Numeric) if dialect == POSTGRESQL else column


def floor(dialect: str, column: Sql) -> Sql:
    """The whole number below."""
    if dialect == POSTGRESQL:
        return func.floor(cast(column, Numeric))
    if dialect == HANA:
        return cast(func.floor(column), BigInteger)
    whole = cast(column, Integer)
    return whole - case((column < whole, 1), else_=0)


def rounded(dialect: str, column: Sql) -> Sql:
    """The nearest whole number."""
    return func.round(cast(column, Numeric)) if dialect == POSTGRESQL else cast(func.round(column), Integer)
