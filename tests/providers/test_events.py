"""Server-sent events, however the bytes are cut."""

import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.providers.events import Event, documents, events

STREAM = (
    'event: a\r\ndata: {"x": "ü"}\r\n\r\n: comment\n\ndata:1\ndata: 2\n\nid: 7\n\ndata: [DONE]\n\ndata: lost'.encode()
)
ALIVE = Event("", b"")
EVENTS = [Event("a", '{"x": "ü"}'.encode()), ALIVE, Event("", b"1\n2"), Event("", b"[DONE]")]


async def read(pieces: list[bytes]) -> list[Event]:
    async def chunks() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return [event async for event in events(chunks())]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
async def test_events_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    assert await read([STREAM[start:end] for start, end in itertools.pairwise(places)]) == EVENTS


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b"data", b"event: x\n\n"])
async def test_what_carries_no_data_is_no_event(data: bytes) -> None:
    assert await read([data]) == []


@pytest.mark.parametrize(
    ("data", "found", "ends"),
    [
        (b'{"a": 1}', [{"a": 1}], False),
        (b'{"a":\n1}', [{"a": 1}], False),
        (b'{"a": 1}\n{"b": 2}\n[DONE]', [{"a": 1}, {"b": 2}], True),
        (b"[DONE]", [], True),
        (b"null", [], False),
        (b"", [], False),
    ],
)
def test_odd_frames_are_survived(data: bytes, found: list[object], ends: bool) -> None:
    assert documents(data) == (found, ends)
