"""Wherever a request fails it is said, and exactly, whether it may have arrived; only what is safe is repeated."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from frontdesk.interfaces import NoAnswer
from frontdesk.outgoing import Limits, Outgoing
from tests.outgoing.wires import Answer, Wire, listening, ok, server_tls, wire

PATIENT = Limits(connect=60, first_byte=60, total=60, bytes=1000, connections=2)
NO_CONNECTION, NO_ANSWER = replace(PATIENT, connect=0.3), replace(PATIENT, first_byte=0.3)
NOT_WHOLE = replace(PATIENT, total=0.8)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"
BODY = b"x" * 20_000_000  # more than fits into the buffers of a connection

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Opening = Callable[[], AbstractAsyncContextManager[str]]


@pytest.fixture
async def outgoing() -> AsyncIterator[Outgoing]:
    made = Outgoing()
    yield made
    await made.close()


def reset(writer: Writer) -> None:
    """Ends a connection with RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def says_nothing(*_: object) -> None:
    await asyncio.sleep(60)


async def resets(_: Reader, writer: Writer, __: bytes) -> None:
    reset(writer)


async def resets_while_it_is_sent(reader: Reader, writer: Writer, _: bytes) -> None:
    await reader.read(1000)
    reset(writer)


async def resets_after_the_headers(_: Reader, writer: Writer, __: bytes) -> None:
    writer.write(HEAD)
    await writer.drain()
    await asyncio.sleep(0.05)
    reset(writer)


async def resets_within_the_headers(_: Reader, writer: Writer, __: bytes) -> None:
    writer.write(HEAD[:20])
    await writer.drain()
    await asyncio.sleep(0.05)
    reset(writer)


async def stalls_within_the_headers(_: Reader, writer: Writer, __: bytes) -> None:
    writer.write(HEAD[:20])
    await asyncio.sleep(60)


async def stalls_within_the_body(_: Reader, writer: Writer, __: bytes) -> None:
    writer.write(HEAD + b"x")
    await asyncio.sleep(60)


@contextlib.asynccontextmanager
async def at(url: str) -> AsyncIterator[str]:
    yield url


@contextlib.asynccontextmanager
async def nobody() -> AsyncIterator[str]:
    async with wire(b"") as seen:
        pass
    yield seen.url


@contextlib.asynccontextmanager
async def answering(answer: bytes | Answer, *, once: bool = True, tls: bool = False) -> AsyncIterator[str]:
    async with wire(answer, once=once, tls=server_tls() if tls else None) as seen:
        yield seen.url


@contextlib.asynccontextmanager
async def before_a_request(answer: Answer, scheme: str) -> AsyncIterator[str]:
    """What a server does without having read."""
    async with listening(answer) as port:
        yield f"{scheme}://127.0.0.1:{port}"


@contextlib.asynccontextmanager
async def full() -> AsyncIterator[str]:
    """A port that takes no more connections, and does not say so."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


# where it fails, what is said, whether it may have arrived, and within which limits: with PATIENT time does not run out
Point = tuple[str, Opening, str, bool, Limits]
NEVER_LEFT: list[Point] = [
    ("name", lambda: at("http://nowhere.invalid"), "no such host", False, PATIENT),
    ("refused", nobody, "no connection: ", False, PATIENT),
    ("connecting", full, "no connection within 0.3 s", False, NO_CONNECTION),
    ("certificate", lambda: answering(ok(), tls=True), "certificate is not valid", False, PATIENT),
    ("no tls", lambda: before_a_request(resets_while_it_is_sent, "https"), "no (secure )?connection", False, PATIENT),
    ("tls stalls", lambda: before_a_request(says_nothing, "https"), "no connection within 0.3 s", False, NO_CONNECTION),
]
MAY_HAVE_ARRIVED: list[Point] = [
    ("reset before the answer", lambda: answering(resets), "broke off", True, PATIENT),
    ("closed before the answer", lambda: answering(b""), "broke off", True, PATIENT),
    (
        "two lengths",
        lambda: answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\nhello"),
        "broke off",
        True,
        PATIENT,
    ),
    ("silence", lambda: answering(says_nothing), "no answer within 0.3 s", True, NO_ANSWER),
    ("stalls in headers", lambda: answering(stalls_within_the_headers), "no answer within 0.3 s", True, NO_ANSWER),
    ("reset in headers", lambda: answering(resets_within_the_headers), "broke off", True, PATIENT),
    ("reset after headers", lambda: answering(resets_after_the_headers), "broke off", True, PATIENT),
    ("body cut", lambda: answering(HEAD + b"short"), "closed before its end", True, PATIENT),
    ("body stalls", lambda: answering(stalls_within_the_body), "no whole answer within 0.8 s", True, NOT_WHOLE),
    ("too large", lambda: answering(ok(b"x" * 1001)), "larger than 1,000 bytes", True, PATIENT),
    ("not http", lambda: answering(b"hello\r\n\r\n"), "not HTTP", True, PATIENT),
]


@pytest.mark.parametrize("point", [*NEVER_LEFT, *MAY_HAVE_ARRIVED], ids=lambda point: point[0])
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_each_point_of_failure_is_told(outgoing: Outgoing, method: str, point: Point) -> None:
    _, opening, words, may_be_done, limits = point
    async with opening() as url:
        with pytest.raises(NoAnswer, match=words) as caught:
            await outgoing.client(url, limits=limits).send(method, "", json={})
    assert (caught.value.may_be_done, caught.value.timed_out) == (may_be_done, limits is not PATIENT)


@pytest.mark.parametrize("point", [*NEVER_LEFT, *MAY_HAVE_ARRIVED[:5]], ids=lambda point: point[0])
async def test_each_point_before_a_stream_is_told(outgoing: Outgoing, point: Point) -> None:
    _, opening, words, may_be_done, limits = point
    async with opening() as url:
        with pytest.raises(NoAnswer, match=words) as caught:
            async with outgoing.client(url, limits=limits).stream("POST", "", json={}):
                pass
    assert (caught.value.may_be_done, caught.value.timed_out) == (may_be_done, limits is not PATIENT)


@pytest.mark.parametrize(
    ("answer", "words", "limits"),
    [(resets_while_it_is_sent, "broke off", PATIENT), (says_nothing, "no answer within 0.3 s", NO_ANSWER)],
)
async def test_a_failure_while_it_is_sent_may_have_let_it_arrive(
    outgoing: Outgoing, answer: Answer, words: str, limits: Limits
) -> None:
    async with before_a_request(answer, "http") as url:
        with pytest.raises(NoAnswer, match=words) as caught:
            await outgoing.client(url, limits=limits).send("POST", "", content=BODY)
    assert (caught.value.may_be_done, caught.value.timed_out) == (True, limits is not PATIENT)


async def test_when_all_the_time_has_gone_into_connecting_nothing_has_arrived(outgoing: Outgoing) -> None:
    async with before_a_request(says_nothing, "https") as url:
        with pytest.raises(NoAnswer, match="no whole answer") as caught:
            await outgoing.client(url, limits=Limits(total=0.2)).send("POST", "", json={})
    assert (caught.value.may_be_done, caught.value.timed_out) == (False, True)


async def answers_once(seen: Wire, writer: Writer) -> None:
    """The first request; at the second the connection is gone."""
    if len(seen.requests) == 2:
        writer.transport.abort()
    else:
        writer.write(ok(b""))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_is_not_safe_is_never_repeated(outgoing: Outgoing, method: str) -> None:
    async with wire(lambda _, writer, __: answers_once(seen, writer)) as seen:
        http = outgoing.client(seen.url)
        await http.send(method, "")
        with pytest.raises(NoAnswer, match="broke off") as caught:
            await http.send(method, "")
        assert (caught.value.may_be_done, len(seen.requests)) == (True, 2)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_kept_connection_that_died_costs_a_safe_request_nothing(outgoing: Outgoing, method: str) -> None:
    async with wire(lambda _, writer, __: answers_once(seen, writer)) as seen:
        http = outgoing.client(seen.url)
        assert [(await http.send(method, "")).status for _ in range(2)] == [200, 200]
        assert len(seen.requests) == 3


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_request_that_timed_out_is_not_repeated(outgoing: Outgoing, method: str) -> None:
    async with wire(says_nothing) as seen:
        with pytest.raises(NoAnswer):
            await outgoing.client(seen.url, limits=NO_ANSWER).send(method, "")
        assert len(seen.requests) == 1


async def test_a_safe_request_that_cannot_be_repeated_may_still_have_arrived(outgoing: Outgoing) -> None:
    async def gone(_: Reader, writer: Writer, __: bytes) -> None:
        server.close()
        writer.transport.abort()

    server = await asyncio.start_server(lambda reader, writer: gone(reader, writer, b""), "127.0.0.1", 0)
    http = outgoing.client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", limits=PATIENT)
    with pytest.raises(NoAnswer) as caught:
        await http.send("GET", "")
    assert caught.value.may_be_done


async def test_a_kept_connection_that_was_closed_meanwhile_is_not_used(outgoing: Outgoing) -> None:
    async with wire(ok(), once=True) as seen:
        http = outgoing.client(seen.url)
        for _ in range(3):
            await http.send("POST", "", json={})
            await asyncio.sleep(0.02)
        assert seen.connections == 3


async def test_an_answer_that_comes_late_and_unasked_is_not_taken_for_the_next(outgoing: Outgoing) -> None:
    async def twice(_: Reader, writer: Writer, request: bytes) -> None:
        writer.write(ok(request.split(b" ")[1]))
        await writer.drain()
        await asyncio.sleep(0.03)
        writer.write(ok(b"unasked"))
        said.set()

    said = asyncio.Event()
    async with wire(twice) as seen:
        http = outgoing.client(seen.url)
        for path in (b"/one", b"/two"):
            assert (await http.send("POST", path.decode(), json={})).body == path
            await said.wait()
            said.clear()
            await asyncio.sleep(0.06)
        assert (len(seen.requests), seen.connections) == (2, 2)


async def test_a_call_that_is_given_up_is_given_up_and_the_next_has_its_place(outgoing: Outgoing) -> None:
    async with before_a_request(says_nothing, "http") as url:
        http = outgoing.client(url, limits=Limits(connections=1, wait=60, first_byte=1))
        for _ in range(2):
            call = asyncio.create_task(http.send("POST", "", content=BODY))
            await asyncio.sleep(0.05)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        with pytest.raises(NoAnswer, match="no answer within"):
            await http.send("GET", "")


async def test_a_server_that_speaks_first_is_left_after_a_few_tries(outgoing: Outgoing) -> None:
    async def greets(_: Reader, writer: Writer, __: bytes) -> None:
        nonlocal greeted
        greeted += 1
        writer.write(b"220 mail.example ESMTP\r\n")
        await asyncio.sleep(60)

    greeted = 0
    async with before_a_request(greets, "http") as url:
        with pytest.raises(NoAnswer, match=r"speaks before|not HTTP"):
            await outgoing.client(url, limits=PATIENT).send("POST", "", json={})
    assert greeted <= 3
