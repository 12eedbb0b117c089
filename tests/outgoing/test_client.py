"""The HTTP client over real connections: reuse, limits, and what it says when the other side misbehaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from frontdesk.interfaces import Http, Invalid, NoAnswer
from frontdesk.outgoing import Limits, Outgoing
from tests.outgoing.wires import ok, read_request, wire

SMALL = Limits(bytes=1000)


@pytest.fixture
async def outgoing() -> AsyncIterator[Outgoing]:
    made = Outgoing()
    yield made
    await made.close()


async def closed_port() -> int:
    async with wire(b"") as seen:
        return seen.port


async def test_json_is_sent_and_read(outgoing: Outgoing) -> None:
    async with wire(ok(b'{"a":1}', b"X-Kind: Test")) as seen:
        http: Http = outgoing.client(f"{seen.url}/v1", {"Authorization": "Bearer k"})
        answer = await http.send("POST", "chat", json={"q": "ü"}, params={"a b": "c&d"}, headers={"X-Id": "7"})
        assert (answer.status, answer.json(), answer.headers["x-kind"]) == (200, {"a": 1}, "Test")
        head, body = seen.requests[0].split(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat?a+b=c%26d HTTP/1.1\r\n")
    assert b"Authorization: Bearer k" in head
    assert b"X-Id: 7" in head
    assert b"Content-Type: application/json" in head
    assert body == '{"q":"ü"}'.encode()


async def test_forms_and_raw_bodies_are_sent(outgoing: Outgoing) -> None:
    async with wire(ok()) as seen:
        http = outgoing.client(seen.url)
        await http.send("POST", "", form={"grant_type": "client_credentials"})
        await http.send("PUT", "/x", content=b"\x00\x01", headers={"Content-Type": "audio/wav"})
    assert seen.requests[0].startswith(b"POST / HTTP/1.1")
    assert seen.requests[0].endswith(b"\r\n\r\ngrant_type=client_credentials")
    assert b"Content-Type: audio/wav" in seen.requests[1]
    assert seen.requests[1].count(b"Content-Type") == 1


async def test_a_connection_is_used_again(outgoing: Outgoing) -> None:
    async with wire(ok()) as seen:
        http = outgoing.client(seen.url)
        for _ in range(5):
            await http.send("GET", "")
        assert (len(seen.requests), seen.connections) == (5, 1)


async def test_no_more_connections_are_opened_than_allowed(outgoing: Outgoing) -> None:
    async with wire(ok()) as seen:
        http = outgoing.client(seen.url, limits=Limits(connections=3))
        await asyncio.gather(*(http.send("GET", "") for _ in range(30)))
        assert (len(seen.requests), seen.connections) == (30, 3)


async def test_an_answer_in_pieces_is_put_together(outgoing: Outgoing) -> None:
    async def slowly(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n":
            writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async with wire(slowly) as seen:
        http = outgoing.client(seen.url)
        assert [(await http.send("GET", "")).body for _ in range(2)] == [b"abcde", b"abcde"]
        assert seen.connections == 1


async def test_interim_answers_are_skipped(outgoing: Outgoing) -> None:
    async with wire(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + ok(b"[]")) as seen:
        answer = await outgoing.client(seen.url).send("POST", "", json={})
        assert (answer.status, answer.body, "link" in answer.headers) == (200, b"[]", False)


async def test_a_body_without_a_length_ends_with_the_connection(outgoing: Outgoing) -> None:
    async with wire(b"HTTP/1.1 200 OK\r\n\r\nhello", once=True) as seen:
        assert (await outgoing.client(seen.url).send("GET", "")).body == b"hello"


async def test_answers_without_a_body_are_read(outgoing: Outgoing) -> None:
    async with wire(b"HTTP/1.1 204 No Content\r\n\r\n") as seen:
        http = outgoing.client(seen.url)
        assert [(await http.send("DELETE", "")).status for _ in range(2)] == [204, 204]
        assert seen.connections == 1
    async with wire(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n") as seen:
        assert (await outgoing.client(seen.url).send("HEAD", "")).headers["content-length"] == "99"


async def test_redirects_are_not_followed(outgoing: Outgoing) -> None:
    async with wire(b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n") as seen:
        assert (await outgoing.client(seen.url).send("POST", "", json={})).status == 307
        assert len(seen.requests) == 1


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "closed before its end"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "closed before its end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "larger than"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"a" * 2000, "larger than"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000, "headers are too large"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "broke off"),
        (b"\x00\x00", "not HTTP"),
    ],
)
async def test_a_broken_answer_is_named(outgoing: Outgoing, bad: bytes, words: str) -> None:
    async with wire(bad, once=True) as seen:
        with pytest.raises(NoAnswer, match=words) as caught:
            await outgoing.client(seen.url, limits=SMALL).send("POST", "", json={})
    assert caught.value.may_be_done


async def test_a_second_answer_to_one_question_is_never_taken_for_the_next(outgoing: Outgoing) -> None:
    async with wire(ok(b"1") + ok(b"2")) as seen:
        http = outgoing.client(seen.url)
        assert [(await http.send("POST", "", json={})).body for _ in range(2)] == [b"1", b"1"]
        assert seen.connections == 2


async def test_a_server_that_drips_is_left_in_time(outgoing: Outgoing) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        while True:
            writer.write(b"a")
            await asyncio.sleep(0.05)

    async with wire(drip) as seen:
        with pytest.raises(NoAnswer, match="no whole answer within") as caught:
            await outgoing.client(seen.url, limits=Limits(total=0.6)).send("GET", "")
    assert caught.value.timed_out


async def test_waiting_for_a_free_connection_ends_and_nothing_was_sent(outgoing: Outgoing) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(60)

    limits = Limits(connections=1, wait=0.1, first_byte=3)
    async with wire(never) as seen:
        http = outgoing.client(seen.url, limits=limits)
        first = asyncio.create_task(http.send("POST", "", json={}))
        await asyncio.sleep(0.05)
        with pytest.raises(NoAnswer, match="no free connection") as caught:
            await http.send("POST", "", json={})
        assert not caught.value.may_be_done
        with pytest.raises(NoAnswer):
            await first


async def test_an_abandoned_call_does_not_leave_its_answer_to_the_next(outgoing: Outgoing) -> None:
    async def echo(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        await asyncio.sleep(0.1)
        writer.write(ok(request.split(b" ")[1]))

    async with wire(echo) as seen:
        http = outgoing.client(seen.url, limits=Limits(connections=1))
        first = asyncio.create_task(http.send("GET", "/one"))
        await asyncio.sleep(0.05)
        first.cancel()
        assert (await http.send("GET", "/two")).body == b"/two"


async def test_a_stream_is_read_as_it_comes_and_may_be_longer_than_the_buffer(outgoing: Outgoing) -> None:
    piece = b"x" * 40_000

    async def stream(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n")
        for _n in range(100):
            writer.write(piece)
            await writer.drain()

    async with wire(stream) as seen:
        http = outgoing.client(seen.url)
        for _ in range(2):
            async with http.stream("POST", "", json={}) as answer:
                total = 0
                async for chunk in answer.chunks():
                    total += len(chunk)
                    await asyncio.sleep(0)
            assert total == 4_000_000
        assert seen.connections == 1


@pytest.mark.parametrize(("idle", "words"), [(60, "broke off"), (0.2, "stalled")])
async def test_a_stream_that_is_cut_or_stalls_is_named(outgoing: Outgoing, idle: float, words: str) -> None:
    async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        if words == "stalled":
            await asyncio.sleep(60)

    got: list[bytes] = []

    async def read(http: Http) -> None:
        async with http.stream("POST", "", json={}) as answer:
            got.extend([chunk async for chunk in answer.chunks()])

    async with wire(cut, once=True) as seen:
        with pytest.raises(NoAnswer, match=words):
            await read(outgoing.client(seen.url, limits=Limits(idle=idle)))


@pytest.mark.parametrize("headers", [{"X-A": "1\r\nX-B: 2"}, {"X A": "1"}, {"": "1"}, {"X": "€"}, {"X-Key": "a\x00b"}])
async def test_headers_that_would_break_the_request_are_refused(outgoing: Outgoing, headers: dict[str, str]) -> None:
    async with wire(ok()) as seen:
        with pytest.raises(Invalid):
            await outgoing.client(seen.url).send("GET", "", headers=headers)
        assert not seen.requests


async def test_paths_cannot_break_the_request(outgoing: Outgoing) -> None:
    async with wire(ok()) as seen:
        await outgoing.client(seen.url).send("GET", "/a b\r\nX: 1?c#d")
    assert seen.requests[0].startswith(b"GET /a%20b%0D%0AX:%201%3Fc%23d HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example", "http://", "a.example", "http://user:secret@a.example", "http://a.example:x", "http://a b"],
)
def test_an_address_that_is_none_is_refused(outgoing: Outgoing, url: str) -> None:
    with pytest.raises(Invalid) as caught:
        outgoing.client(url)
    assert "secret" not in str(caught.value)


async def test_keys_are_neither_in_errors_nor_in_what_is_printed(outgoing: Outgoing) -> None:
    secret = "sk-very-secret"
    http = outgoing.client(f"http://127.0.0.1:{await closed_port()}/bot{secret}", {"api-key": secret})
    with pytest.raises(NoAnswer) as caught:
        await http.send("POST", f"x/{secret}", params={"key": secret}, headers={"X": secret}, json={"a": secret})
    assert secret not in str(caught.value) + repr(caught.value) + repr(http) + repr(vars(http))


async def test_a_closed_client_says_so(outgoing: Outgoing) -> None:
    async with wire(ok()) as seen:
        http = outgoing.client(seen.url)
        await http.send("GET", "")
        await outgoing.close()
        with pytest.raises(NoAnswer, match="closed"):
            await http.send("GET", "")


async def test_the_wire_reads_whole_requests() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET")
    assert await read_request(reader) == b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"
