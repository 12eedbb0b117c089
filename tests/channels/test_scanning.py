"""Attachments are looked through before they are kept, by a clamd that is spoken to as its manual page says."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontdesk.interfaces import Failed, Invalid
from frontdesk.model.channels import RawEvent
from frontdesk.outgoing.clamav import CHUNK, ClamAv
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.storage.schema.channels import attachment
from frontdesk.storage.schema.interactions import inbound_message
from frontdesk.wiring.container import open_container
from tests.channels.channel_house import ChannelHouse, with_channel
from tests.conftest import CHEAP

BAD = b"X5O!P%@AP-evil"
MAIL = {
    "address": "help@example.com",
    "smtp_host": "127.0.0.1",
    "smtp_port": 1,
    "smtp_security": "none",
    "imap_host": "127.0.0.1",
    "imap_security": "none",
    "user": "u",
    "password": "p",
}


class Clamd:
    """Reads a stream as clamd does, and answers by what is in it."""

    def __init__(self) -> None:
        self.answer, self.seen = "", [b""]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        self.seen.append(content)
        told = self.answer or ("stream: Eicar-Test FOUND" if BAD in content else "stream: OK")
        if told != "nothing":
            writer.write(told.encode() + b"\0")
        writer.close()


@pytest.fixture
async def clamd(tmp_path: Path) -> AsyncIterator[tuple[Clamd, str]]:
    clamd = Clamd()
    server = await asyncio.start_unix_server(clamd.serve, str(tmp_path / "clamd.ctl"))
    async with server:
        yield clamd, f"unix:{tmp_path / 'clamd.ctl'}"


async def test_what_is_found_is_told_whole_contents_are_sent(clamd: tuple[Clamd, str]) -> None:
    scanner = ClamAv(clamd[1], 60)
    large = b"a" * (2 * CHUNK + 1)
    assert [await scanner.finding(each) for each in (b"", large, b"x" + BAD)] == ["", "", "Eicar-Test"]
    assert clamd[0].seen[2] == large


async def test_it_speaks_over_tcp_too() -> None:
    server = await asyncio.start_server(Clamd().serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await ClamAv(f"tcp:127.0.0.1:{port}", 60).finding(BAD) == "Eicar-Test"


@pytest.mark.parametrize("answer", ["nothing", "INSTREAM size limit exceeded. ERROR", "stream: odd"])
async def test_what_cannot_be_told_is_an_error(clamd: tuple[Clamd, str], answer: str) -> None:
    clamd[0].answer = answer
    with pytest.raises(Failed):
        await ClamAv(clamd[1], 60).finding(b"x")


async def test_a_scanner_that_is_away_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="does not answer"):
        await ClamAv(f"unix:{tmp_path / 'none'}", 60).finding(b"x")


@pytest.mark.parametrize("address", ["unix:", "tcp:host", "tcp::3310", "clamd.ctl", "tcp:host:x"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Invalid, match="unix:PATH or tcp"):
        ClamAv(address, 60)


def mail(second: bytes = BAD) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "kim@example.com", "help@example.com", "My kettle"
    message["Message-ID"] = "<1@example.com>"
    message.set_content("It is broken, see the files.")
    message.make_mixed(boundary="b")
    for name, content in (("good.txt", b"all is well"), ("bad.txt", second)):
        message.add_attachment(content, maintype="text", subtype="plain", filename=name)
    return bytes(message)


async def kept(
    settings: Settings, builtin: Builtin, scanner: str, attempts: int, content: bytes = BAD
) -> tuple[list[Any], list[Any], bytes]:
    """The messages, the attachments, and what is left of the raw event."""
    settings = with_channel(settings, "email", MAIL)
    channels = msgspec.structs.replace(settings.channels, scanner=scanner, scanner_seconds=60.0)
    work = msgspec.structs.replace(settings.work, most_attempts=attempts)
    async with open_container(
        msgspec.structs.replace(settings, channels=channels, work=work), builtin, CHEAP
    ) as opened:
        house = ChannelHouse(opened, None)  # type: ignore[arg-type]
        await opened.channels.events.take(RawEvent("email", "e1", mail(content), "message/rfc822"))
        await house.work()
        [event] = await house.events()
        return await house.rows(inbound_message), await house.rows(attachment), event.body


async def test_only_what_is_clean_is_kept(settings: Settings, builtin: Builtin, clamd: tuple[Clamd, str]) -> None:
    _, rows, event = await kept(settings, builtin, clamd[1], 8)
    assert event == b""  # it held the file too
    assert [(each.state, each.content, each.reason) for each in rows] == [
        ("stored", b"all is well", ""),
        ("refused", None, "the scanner found Eicar-Test"),
    ]


async def test_a_raw_event_with_clean_files_stays(
    settings: Settings, builtin: Builtin, clamd: tuple[Clamd, str]
) -> None:
    _, rows, event = await kept(settings, builtin, clamd[1], 8, b"this is fine too")
    assert [each.state for each in rows] == ["stored", "stored"]
    assert event == mail(b"this is fine too")


async def test_what_cannot_be_scanned_waits_and_is_not_kept_in_the_end(
    settings: Settings, builtin: Builtin, tmp_path: Path
) -> None:
    messages, rows, event = await kept(settings, builtin, f"unix:{tmp_path / 'none'}", 8)
    assert (messages, rows, event) == ([], [], mail())  # it is tried again later
    last = msgspec.structs.replace(settings, data=str(tmp_path / "other"))
    messages, rows, event = await kept(last, builtin, f"unix:{tmp_path / 'none'}", 1)
    assert (len(messages), event) == (1, b"")
    assert {(each.state, each.content, each.reason) for each in rows} == {("refused", None, "it could not be scanned")}
