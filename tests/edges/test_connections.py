"""Connections: slow and idle ones are closed in time, those that work are left alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from frontdesk.edges.access.connections import MOST_HEAD_BYTES, ConnectionLimits, guarded

SOON = ConnectionLimits(header_seconds=1, body_seconds=1)
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the size of the body, after a while."""
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        size += len(event["body"])
        if not event["more_body"]:
            break
    if scope["path"] == "/slow":
        await asyncio.sleep(1.5)
    body = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(limits: ConnectionLimits) -> AsyncIterator[int]:
    config = uvicorn.Config(echo, port=0, http=guarded(limits), lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await server.shutdown()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server that waits for as long as it takes."""
    async with served(ConnectionLimits(header_seconds=60, body_seconds=60)) as port:
        yield port


@pytest.fixture
async def impatient() -> AsyncIterator[int]:
    """A server that waits a second."""
    async with served(SOON) as port:
        yield port


async def talk(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send these and read until the server closes or has answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(10_000), 60)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.timing
async def test_a_connection_that_says_nothing_is_closed(impatient: int) -> None:
    assert await talk(impatient) == b""


@pytest.mark.timing
async def test_a_head_that_comes_byte_by_byte_is_refused(impatient: int) -> None:
    answer = await talk(impatient, b"GET / HTTP/1.1\r\nX: ", b"a", b"a", pause=0.4)
    assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.timing
async def test_a_body_that_stops_is_refused(impatient: int) -> None:
    assert (await talk(impatient, HEAD, b"x" * 100)).startswith(b"HTTP/1.1 408")


@pytest.mark.timing
async def test_empty_lines_do_not_keep_a_connection_open(impatient: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.read(1000)).startswith(b"HTTP/1.1 200")
    writer.write(b"\r\n")
    assert await asyncio.wait_for(reader.read(1000), 60) in (
        b"",
        b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    )
    writer.close()


@pytest.mark.timing
async def test_a_long_upload_that_keeps_coming_is_taken(impatient: int) -> None:
    pieces = [b"x" * 6_250] * 16
    assert (await talk(impatient, HEAD, *pieces, pause=0.1)).endswith(b"\r\n\r\n100000")


@pytest.mark.timing
async def test_an_answer_that_takes_long_is_waited_for(impatient: int) -> None:
    answer = await talk(impatient, b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
    assert answer.endswith(b"\r\n\r\n2")


async def test_a_head_that_is_too_large_is_refused(port: int) -> None:
    answer = await talk(port, b"GET / HTTP/1.1\r\n", *[b"X: " + b"a" * 1000 + b"\r\n"] * (MOST_HEAD_BYTES // 1000 + 2))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")


async def test_only_so_many_connections_come_from_one_place() -> None:
    async with served(ConnectionLimits(per_place=3)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        assert await talk(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""
        held[0][1].close()
        await held[0][1].wait_closed()
        await asyncio.sleep(0.05)
        assert (await talk(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(b"HTTP/1.1 200")
        for _, writer in held[1:]:
            writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked",
        b"Content-Length: 4\r\nContent-Length: 6",
        b"Content-Length: +4",
        b"Content-Length : 4",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"X-Folded: a\r\n Content-Length: 4",
        b"X-Odd: a\x00b",
        b"X-Odd: a\nContent-Length: 4",
    ],
)
async def test_a_request_whose_end_two_readers_could_see_differently_is_refused(port: int, head: bytes) -> None:
    smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    said = await talk(port, b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n" + smuggled)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1 ") == 1
