"""Answers are read the same however their bytes are cut, and no bytes at all can do more than break them."""

import asyncio
import contextlib
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.outgoing.wire import Broken, Exchange

CHUNKED = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nX-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n"
)


def exchange(most: int = 1000) -> Exchange:
    return Exchange(asyncio.get_running_loop(), most, has_body=True, is_streamed=False)


@given(st.lists(st.integers(0, len(CHUNKED)), max_size=20))
async def test_an_answer_is_the_same_however_its_bytes_are_cut(cuts: list[int]) -> None:
    reading = exchange()
    for start, end in itertools.pairwise([0, *sorted(cuts), len(CHUNKED)]):
        reading.feed(CHUNKED[start:end])
    assert (reading.status, reading.headers["x-a"], await reading.whole()) == (200, "1, 2", b"hello world")
    assert reading.is_reusable


@given(st.lists(st.binary(max_size=200), max_size=5))
@example([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"])
@example([b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"])
@example([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"])
@example([b"HTTP/1.1 200 OK\r\n\x00: 1\r\n\r\n"])
@example([b"HTTP/1.1 999999 OK\r\n\r\n"])
async def test_no_bytes_do_more_than_break_an_answer(pieces: list[bytes]) -> None:
    reading = exchange()
    for piece in pieces:
        reading.feed(piece)
    reading.end()
    assert not reading.is_reusable
    with contextlib.suppress(Broken):
        assert len(await reading.whole()) <= 1000


async def test_two_lengths_are_not_an_answer() -> None:
    reading = exchange()
    reading.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")
    with pytest.raises(Broken):
        await reading.whole()
