"""Whatever bytes come: answers are read the same however they are cut, and none takes more memory than allowed."""

import asyncio
import contextlib
import gzip
import itertools
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
import uvloop
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from frontdesk.interfaces import NoAnswer
from frontdesk.outgoing import Limits, Outgoing
from frontdesk.simulators.serving import Asked, Told, serving_beside, told
from tests.outgoing.wires import ok, wire

CHUNKED = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nX-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n"
)
SMALL = Limits(bytes=1000)


@pytest.fixture
async def outgoing() -> AsyncIterator[Outgoing]:
    made = Outgoing()
    yield made
    await made.close()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(CHUNKED)), max_size=20))
async def test_an_answer_is_the_same_however_its_bytes_are_cut(cuts: list[int]) -> None:
    async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        for start, end in itertools.pairwise([0, *sorted(cuts), len(CHUNKED)]):
            writer.write(CHUNKED[start:end])
            await asyncio.sleep(0)

    outgoing = Outgoing()
    async with wire(cut) as seen:
        http = outgoing.client(seen.url)
        for _ in range(2):
            answer = await http.send("POST", "", json={})
            assert (answer.status, answer.headers["x-a"], answer.body) == (200, "1, 2", b"hello world")
        assert seen.connections == 1
        await outgoing.close()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=200), max_size=5))
@example([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"])
@example([b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"])
@example([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"])
@example([b"HTTP/1.1 200 OK\r\n\x00: 1\r\n\r\n"])
@example([b"HTTP/1.1 200 OK\r\nContent-Encoding: nonsense\r\nContent-Length: -5\r\n\r\n"])
@example([b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot packed"])
@example([b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff\x80=\x00\r\n\r\n"])
@example([b"HTTP/1.1 999999 OK\r\n\r\n"])
@example([b"HTTP/1.1 000 OK\r\n\r\n"])
async def test_no_bytes_do_more_than_break_an_answer(pieces: list[bytes]) -> None:
    outgoing, body = Outgoing(), b""
    async with wire(b"".join(pieces), once=True) as seen:
        with contextlib.suppress(NoAnswer):
            body = (await outgoing.client(seen.url, limits=SMALL).send("POST", "", json={})).body
    await outgoing.close()
    assert len(body) <= 1000


@pytest.mark.parametrize(
    ("packing", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP", gzip.compress)]
)
@pytest.mark.parametrize("size", [900, 50_000_000])
async def test_packed_answers_are_unpacked_within_the_limit(
    outgoing: Outgoing, packing: str, pack: Callable[[bytes], bytes], size: int
) -> None:
    async with wire(ok(pack(b"a" * size), b"Content-Encoding: " + packing.encode())) as seen:
        http = outgoing.client(seen.url, limits=Limits(bytes=1_000_000))
        if size < 1_000_000:
            assert (await http.send("GET", "")).body == b"a" * size
            async with http.stream("POST", "", json={}) as stream:
                assert b"".join([piece async for piece in stream.chunks()]) == b"a" * size
            return
        with pytest.raises(NoAnswer, match="larger than"):
            await http.send("GET", "")
        async with http.stream("POST", "", json={}) as stream:
            pieces = stream.chunks()
            assert len(await anext(pieces)) < 1_000_000
            with pytest.raises(NoAnswer, match="larger than"):
                async for _ in pieces:
                    pass


async def test_a_stream_is_held_to_the_limit_of_bytes_too(outgoing: Outgoing) -> None:
    flood = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"a" * 2000
    async with wire(flood) as seen, outgoing.client(seen.url, limits=SMALL).stream("POST", "", json={}) as stream:
        with pytest.raises(NoAnswer, match="larger than 1,000 bytes"):
            async for _ in stream.chunks():
                pass


async def test_what_is_not_taken_is_not_read_into_memory(outgoing: Outgoing) -> None:
    sent = 0

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
        while sent < 200_000_000:
            writer.write(b"x" * 100_000)
            await writer.drain()
            sent += 100_000

    async with wire(flood) as seen:
        http = outgoing.client(seen.url, limits=Limits(bytes=300_000_000))
        async with http.stream("POST", "", json={}) as stream:
            await anext(stream.chunks())
            await asyncio.sleep(0.3)
            assert sent < 30_000_000


async def test_cookies_are_not_kept(outgoing: Outgoing) -> None:
    async with wire(ok(b"{}", b"Set-Cookie: a=b; Path=/")) as seen:
        http = outgoing.client(seen.url.replace("127.0.0.1", "localhost"))
        assert "set-cookie" in (await http.send("GET", "")).headers
        await http.send("GET", "")
        assert b"ookie" not in seen.requests[1]


async def test_nothing_is_said_that_was_not_asked_for(outgoing: Outgoing) -> None:
    async with wire(ok()) as seen:
        http = outgoing.client(seen.url)
        await http.send("GET", "")
        await http.send("POST", "", content=b"x")
    host = f"Host: 127.0.0.1:{seen.port}".encode()
    always = {host, b"Accept: application/json", b"Accept-Encoding: identity", b"User-Agent: frontdesk"}
    assert set(seen.requests[0].split(b"\r\n")) == {b"GET / HTTP/1.1", b"", *always}
    assert set(seen.requests[1].split(b"\r\n")) == {b"POST / HTTP/1.1", b"", b"x", b"Content-Length: 1", *always}


async def test_a_header_of_one_request_replaces_that_of_the_client(outgoing: Outgoing) -> None:
    async with wire(ok()) as seen:
        await outgoing.client(seen.url, {"accept": "a/b", "X-Id": "1"}).send("GET", "", headers={"x-id": "2"})
    lines = seen.requests[0].lower().split(b"\r\n")
    assert (b"accept: a/b" in lines, b"x-id: 2" in lines, b"x-id: 1" in lines) == (True, True, False)


def test_a_client_may_be_used_by_one_loop_after_another() -> None:
    async def hello(_: Asked) -> Told:
        return told({})

    outgoing = Outgoing()
    with serving_beside(hello) as url:
        http = outgoing.client(url)
        for _ in range(2):
            assert asyncio.run(http.send("POST", "", json={})).ok
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            assert runner.run(http.send("POST", "", json={})).ok
            runner.run(outgoing.close())
