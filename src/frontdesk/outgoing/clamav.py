"""Has attachments scanned by clamd, over a socket: the INSTREAM command of its manual page, clamd(8)."""

import asyncio
from collections.abc import Iterator
from typing import Final

from typing_extensions import override

from frontdesk.interfaces import Failed, Invalid
from frontdesk.interfaces.channel_stores import Scanner

CHUNK: Final = 256 * 1024
CLEAN, FOUND = "stream: OK", " FOUND"
MOST_ANSWERED = 4096
UNIX, TCP = "unix:", "tcp:"


class ClamAv(Scanner):
    """A clamd. It must take streams as large as our attachments (its StreamMaxLength)."""

    def __init__(self, address: str, seconds: float) -> None:
        """`unix:/run/clamav/clamd.ctl` or `tcp:host:3310`. Raises Invalid."""
        self._address, self._seconds = address, seconds
        host, _, port = address.removeprefix(TCP).rpartition(":")
        self._host, self._port = host.strip("[]"), port
        is_socket = address.startswith(UNIX) and len(address) > len(UNIX)
        if not is_socket and not (address.startswith(TCP) and host and port.isascii() and port.isdigit()):
            raise Invalid(f"channels.scanner is unix:PATH or tcp:HOST:PORT, not {address!r}", "channels.scanner")

    @override
    async def finding(self, content: bytes) -> str:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise Failed(f"the scanner of attachments does not answer: {error or type(error).__name__}") from None
        if answer == CLEAN:
            return ""
        if answer.endswith(FOUND):
            return answer.removeprefix("stream: ").removesuffix(FOUND)
        raise Failed(f"the scanner of attachments could not scan: {answer[:200]}")

    async def _ask(self, content: bytes) -> str:
        if self._address.startswith(UNIX):
            reader, writer = await asyncio.open_unix_connection(self._address.removeprefix(UNIX))
        else:
            reader, writer = await asyncio.open_connection(self._host, int(self._port))
        try:
            for part in _parts(content):
                writer.write(part)
                await writer.drain()
            answer = await reader.readuntil(b"\0")
            return answer[:MOST_ANSWERED].rstrip(b"\0\n").decode("utf-8", "replace")
        finally:
            writer.close()


def _parts(content: bytes) -> Iterator[bytes]:
    """The command, then chunks behind their length, then one of no length."""
    yield b"zINSTREAM\0"
    for start in range(0, len(content), CHUNK):
        chunk = content[start : start + CHUNK]
        yield len(chunk).to_bytes(4, "big") + chunk
    yield bytes(4)
