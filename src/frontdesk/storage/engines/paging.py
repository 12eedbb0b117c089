"""Cursors: where a page ended, as an opaque word that the next request brings back."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, and_, or_

from frontdesk.interfaces import Invalid
from frontdesk.model import Page
from frontdesk.model.translatable import tr

Row = TypeVar("Row")
Fact = TypeVar("Fact")
Place = tuple[str | int, ...]

LONGEST = 400
MOST = 2**53


def encode(place: Place) -> str:
    """The cursor of a place in an order."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode(cursor: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    """The place that a cursor names, each part of its kind (int, str or datetime). Raises Invalid."""
    try:
        raw = base64.urlsafe_b64decode(cursor[:LONGEST].encode("ascii") + b"==")
        place = msgspec.convert(msgspec.json.decode(raw), tuple[tuple(kinds)])  # type: ignore[misc]
    except (UnicodeEncodeError, binascii.Error, ValueError, RecursionError):
        raise Invalid(tr("cursor is not one that this list gave: begin without it"), "cursor") from None
    if not all(map(_can_be_asked, place)):
        raise Invalid(tr("cursor is not one that this list gave: begin without it"), "cursor")
    return tuple(place)


def _can_be_asked(part: object) -> bool:
    """Whether a database takes it as a parameter."""
    if isinstance(part, str):
        return part.isprintable()
    if isinstance(part, datetime):
        return part.tzinfo is not None
    return isinstance(part, int) and -MOST <= part <= MOST


def after(
    first: ColumnElement[Any], second: ColumnElement[Any], place: Sequence[Any], *, down: bool
) -> ColumnElement[bool]:
    """The rows behind a place in the order (first, second), written so that an index on both serves it."""
    at, key = place
    if down:
        return and_(first <= at, or_(first < at, second < key))
    return and_(first >= at, or_(first > at, second > key))


def page(rows: Sequence[Row], limit: int, fact: Callable[[Row], Fact], place: Callable[[Row], Place]) -> Page[Fact]:
    """A page out of up to `limit` + 1 rows: one more than asked for tells that there is a next page."""
    shown = rows[:limit]
    following = encode(place(shown[-1])) if len(rows) > limit and shown else None
    return Page(tuple(map(fact, shown)), following)


def stamp(at: datetime) -> str:
    """A time as cursors hold it."""
    return at.astimezone(UTC).isoformat()
