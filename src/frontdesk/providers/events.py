"""Reads server-sent events (WHATWG HTML, 9.2) out of a stream of bytes."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `name` is empty where the stream gives none."""

    name: str
    data: bytes


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Event, None]:
    """The events that carry data, and one without data for each comment, which is a sign of life.

    One that is not ended by an empty line is dropped, as the standard says.
    """
    name = ""
    data: list[bytes] = []
    async for line in _lines(chunks):
        if not line:
            if data:
                yield Event(name, b"\n".join(data))
            name, data = "", []
            continue
        if line.startswith(b":"):
            yield Event("", b"")
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")


def documents(data: bytes) -> tuple[list[dict[str, Any]], bool]:
    """The JSON objects in an event's data, and whether it ends the stream. What holds none is nothing, and an empty
    line between events may be missing. Raises msgspec.DecodeError.
    """
    lines = [line for line in data.split(b"\n") if line.strip()]
    ends = bool(lines) and lines[-1].strip() == b"[DONE]"
    if ends:
        lines.pop()
    try:
        found = [msgspec.json.decode(b"\n".join(lines))] if lines else []
    except msgspec.DecodeError:
        if len(lines) < 2:
            raise
        found = [msgspec.json.decode(line) for line in lines]
    return [each for each in found if isinstance(each, dict)], ends


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines without their ends, which are LF or CR LF; a line that is not ended is dropped."""
    rest = b""
    async for chunk in chunks:
        rest += chunk
        if b"\n" in chunk:
            *lines, rest = rest.split(b"\n")
            for line in lines:
                yield line.removesuffix(b"\r")
