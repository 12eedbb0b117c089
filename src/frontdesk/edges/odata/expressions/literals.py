"""Literals of OData URLs as values."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from lark import Token

from frontdesk.edges.odata.errors import ODataError
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import Call, Expression, Literal

SMALLEST, LARGEST = -(2**31), 2**31 - 1
LONGEST_INTEGER = 2**63 - 1
FIRST, LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
ENDS = {"mindatetime": FIRST, "maxdatetime": LAST}
_DURATION = re.compile(r"(-)?P(?:(\d{1,7})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7}(?:\.\d+)?)S)?)?", re.ASCII)


def value_of(token: Token, where: str) -> Literal:
    """The value that a literal stands for. Raises ODataError with its position."""
    text = str(token)
    try:
        return _READERS[token.type](text)
    except (ValueError, ArithmeticError, binascii.Error):
        at = (token.start_pos or 0) + 1
        raise ODataError(f"{where}, position {at}: {text[:60]} is not a value of its kind", target=where) from None
    except KeyError:
        at = (token.start_pos or 0) + 1
        raise ODataError(f"{where}, position {at}: values like {text[:40]} do not occur here", 501, where) from None


def _number(text: str) -> Literal:
    if re.fullmatch(r"[+-]?\d+", text):
        whole = int(text) if len(text) < 40 else LONGEST_INTEGER + 1
        if abs(whole) > LONGEST_INTEGER:
            return Literal(Decimal(text), EdmType.DECIMAL)
        return Literal(whole, EdmType.INTEGER if SMALLEST <= whole <= LARGEST else EdmType.LONG)
    if "e" in text.lower():
        return Literal(float(text), EdmType.DOUBLE)
    return Literal(Decimal(text), EdmType.DECIMAL)


def moment(text: str) -> datetime:
    """A point in time with its zone, in UTC; more than six digits of a second are cut. Raises ValueError.

    A leap second is the moment after it. What is before or after all that can be stored is the first or last moment.
    """
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    head, zone = (text[:-1], "+00:00") if text.endswith("Z") else (text[:-6], text[-6:])
    head = head if head.count(":") == 2 else f"{head}:00"
    whole, _, fraction = head.partition(".")
    leap = whole.endswith(":60")
    day, bracket, clock = (f"{whole[:-2]}59" if leap else whole).partition("T")
    year, rest = _year(day)
    parsed = datetime.fromisoformat(f"{_inside(year)}{rest}{bracket}{clock}.{fraction.ljust(6, '0')}{zone}")
    if not FIRST.year <= year <= LAST.year:
        return FIRST if year < FIRST.year else LAST
    return (parsed.replace(microsecond=0) + timedelta(seconds=1) if leap else parsed).astimezone(UTC)


def _year(text: str) -> tuple[int, str]:
    """The year of a date, which may be negative or have many digits, and the rest."""
    at = text.index("-", 1)
    return int(text[:at][:12]), text[at:]


def _inside(year: int) -> str:
    """The year itself, or one with the same days where a calendar ends before it."""
    return f"{year:04}" if FIRST.year <= year <= LAST.year else str(2000 + year % 400)


def _date(text: str) -> Literal:
    year, rest = _year(text)
    parsed = date.fromisoformat(f"{_inside(year)}{rest}")
    if not FIRST.year <= year <= LAST.year:
        parsed = FIRST.date() if year < FIRST.year else LAST.date()
    return Literal(parsed, EdmType.DATE)


def _time(text: str) -> Literal:
    text = text if text.count(":") == 2 else f"{text}:00"
    whole, _, fraction = text.partition(".")
    return Literal(time.fromisoformat(f"{whole}.{fraction[:6].ljust(6, '0')}"), EdmType.TIME)


def span_of(text: str, *, strict: bool = False) -> Literal:
    """A span of time like P1DT2H; a text that is none stays a text unless `strict`. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()[1:]) or text.endswith("T"):
        if strict:
            raise ValueError(text)
        return Literal(text, EdmType.STRING)
    sign, days, hours, minutes, seconds = found.groups()
    span = timedelta(int(days or 0), float(seconds or 0), minutes=int(minutes or 0), hours=int(hours or 0))
    return Literal(span.total_seconds() * (-1 if sign == "-" else 1), EdmType.DURATION)


def unpack(text: str) -> bytes:
    """Base64url (also plain base64), with or without padding. Raises ValueError."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


_READERS: Mapping[str, Callable[[str], Literal]] = {
    "NULL": lambda _: Literal(None, EdmType.NULL),
    "BOOLEAN": lambda text: Literal(text.lower() == "true", EdmType.BOOLEAN),
    "GUID": lambda text: Literal(text.lower(), EdmType.GUID),
    "MOMENT": lambda text: Literal(moment(text), EdmType.MOMENT),
    "DATE": _date,
    "TIME": _time,
    "NUMBER": _number,
    "STRING": lambda text: Literal(text[1:-1].replace("''", "'"), EdmType.STRING),
    "DURATION": lambda text: span_of(text.partition("'")[2].rstrip("'"), strict=True),
    "BINARY": lambda text: Literal(unpack(text.partition("'")[2].rstrip("'")), EdmType.BINARY),
}


def agreed(one: Expression, other: Expression) -> tuple[Expression, Expression]:
    """Both with literals of the same kind: a date beside a moment is its midnight in UTC."""
    return _at_midnight(one, other.kind), _at_midnight(other, one.kind)


def _at_midnight(each: Expression, beside: EdmType) -> Expression:
    if beside is not EdmType.MOMENT or each.kind is not EdmType.DATE:
        return each
    if isinstance(each, Literal) and each.value is not None:
        day = each.value
        return Literal(datetime(day.year, day.month, day.day, tzinfo=UTC), EdmType.MOMENT)  # type: ignore[union-attr]  # a DATE's value is a date
    return Call("midnight", (each,), EdmType.MOMENT)
