"""Reads untrusted payloads: each function returns a value of the requested type, or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import msgspec

from frontdesk.model.channels import Found, RawEvent, Unread

T = TypeVar("T")
MOST_SECONDS = 4_102_444_800  # the year 2100


class Unfit(Exception):
    """A part of a payload has the wrong type or value; the text says which part."""


def readable(read: Callable[[T, RawEvent], Sequence[Found]]) -> Callable[[T, RawEvent], Sequence[Found]]:
    """The `read` of a channel, for which an event that is unfit as a whole becomes Unread."""

    @wraps(read)
    def found(channel: T, event: RawEvent) -> Sequence[Found]:
        try:
            return read(channel, event)
        except Unfit as error:
            return [Unread(str(error))]

    return found


def document(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises Unfit."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unfit(f"it is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unfit("it is no JSON object")
    return value


def at(value: Any, *path: str | int) -> Any:
    """What is at a path, None where there is nothing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: Any, *path: str | int) -> str:
    """The text at a path (a number as its digits), empty where there is none."""
    found = at(value, *path)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def needed(value: Any, *path: str | int) -> str:
    """The text at a path. Raises Unfit where there is none."""
    if found := text(value, *path):
        return found
    raise Unfit(f"{'.'.join(map(str, path))} is missing")


def objects(value: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of the list at a path."""
    found = at(value, *path)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def items(value: Any, *path: str | int) -> list[Any]:
    """The list at a path, whatever is in it; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def mapping(value: Any, *path: str | int) -> Mapping[str, Any]:
    """The object at a path, empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def moment(value: Any, unit: float = 1.0) -> datetime | None:
    """The time of a count of seconds since 1970 (times `unit`), None where it cannot be."""
    try:
        seconds = float(value) * unit
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(value, bool) or not 0 < seconds < MOST_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def iso_moment(value: Any) -> datetime | None:
    """The time of an ISO 8601 text with zone, None where it is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def each(values: Iterable[Any], read: Callable[[Any], Found | Sequence[Found]]) -> list[Found]:
    """What `read` finds in each value; one that is unfit becomes Unread and leaves the others alone."""
    found: list[Found] = []
    for value in values:
        try:
            one = read(value)
        except Unfit as error:
            found.append(Unread(str(error)))
            continue
        found.extend(one if isinstance(one, list | tuple) else [one])  # type: ignore[list-item]  # Found is no sequence
    return found
