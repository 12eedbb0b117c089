"""Servers that answer byte for byte what a test says, on loopback; and a proxy."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


# A certificate of 127.0.0.1 and localhost that signs itself, with its key; good for nothing else.
CERTIFICATE = Path(__file__).parent / "loopback.pem"


def server_tls() -> ssl.SSLContext:
    """TLS as a server of the tests speaks it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@dataclass
class Wire:
    """What came in: whole requests, and how many connections."""

    port: int = 0
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request with a Content-Length or without a body; empty at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + (await reader.readexactly(int(length[0].split(b":")[1])) if length else b"")


@contextlib.asynccontextmanager
async def listening(serve: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve connections on a free port; at the end those still open are closed."""
    open_ones: set[asyncio.Task[None]] = set()

    async def each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await serve(reader, writer, b"")
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(each(reader, writer))
        open_ones.add(task)
        task.add_done_callback(open_ones.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(open_ones):
            task.cancel()
        await asyncio.gather(*open_ones)


@contextlib.asynccontextmanager
async def wire(answer: bytes | Answer, *, once: bool = False, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """A server that gives this answer to every request; `once` closes the connection after it."""
    seen = Wire(scheme="https" if tls else "http")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: bytes) -> None:
        seen.connections += 1
        while request := await read_request(reader):
            seen.requests.append(request)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer, request)
            if once:
                break

    async with listening(serve, tls) as seen.port:
        yield seen


@contextlib.asynccontextmanager
async def tunnel(target_port: int, status: int = 200) -> AsyncIterator[Wire]:
    """A proxy that always leads to one port of this machine: by CONNECT, or by handing a request on."""
    seen = Wire()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: bytes) -> None:
        seen.connections += 1
        request = await read_request(reader)
        seen.requests.append(request)
        if status != 200:
            writer.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % status)
            return
        there, away = await asyncio.open_connection("127.0.0.1", target_port)
        if request.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 x\r\n\r\n")
        else:
            away.write(re.sub(rb"^(\w+) http://[^/ ]+", rb"\1 ", request))
        try:
            await asyncio.gather(pump(reader, away), pump(there, writer))
        finally:
            away.close()

    async with listening(serve) as seen.port:
        yield seen


def ok(body: bytes = b"{}", *headers: bytes) -> bytes:
    """A well-formed answer."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), lines, body)
