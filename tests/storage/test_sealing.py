"""Files are encrypted in the database where the operator gives a key, and nothing else notices."""

import base64
import io
import stat
import zipfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pyotp
import pytest
from sqlalchemy import Connection, insert, select, text

from frontdesk.interfaces import Invalid
from frontdesk.model import NewMessage, Role, Sender
from frontdesk.model.channels import RawEvent
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.storage.configuration import set_up
from frontdesk.storage.schema.channels import attachment, channel_event
from frontdesk.wiring.container import Container, open_container
from tests.conftest import CHEAP
from tests.storage.test_privacy import everything
from tests.web_client import add_account

ONE, TWO = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
WORD, MAIL = b"xylophone", "kim@example.com"


@asynccontextmanager
async def sealed(settings: Settings, builtin: Builtin, key: str) -> AsyncIterator[Container]:
    storage = msgspec.structs.replace(settings.storage, attachment_key=key)
    async with open_container(msgspec.structs.replace(settings, storage=storage), builtin, CHEAP) as opened:
        yield opened


async def keep(container: Container, name: str) -> None:
    message = NewMessage("Here it is", "EMI", Sender(address=MAIL), provider_id=name)
    accepted = await container.messages.inbox.accept(message)
    row = {"id": name, "message_id": accepted.message_id, "media_type": "text/plain", "state": "stored"}
    row |= {"content": WORD, "remote": {}, "created_at": container.clock()}
    await container.database.write(lambda c: c.execute(insert(attachment), [row]).rowcount)


async def content(container: Container, name: str) -> bytes:
    return (await container.customer_channels.media.one(name)).content


async def test_the_database_does_not_show_what_the_application_does(settings: Settings, builtin: Builtin) -> None:
    async with sealed(settings, builtin, "") as opened:
        await keep(opened, "clear")
        assert holds_word(await everything(opened))
        await opened.database.write(lambda c: c.execute(text("UPDATE attachment SET content = NULL")).rowcount)
        await opened.database.scrub()
    async with sealed(settings, builtin, ONE) as opened:
        await keep(opened, "one")
        await opened.channels.events.take(RawEvent("email", "e1", WORD + MAIL.encode()))
        assert not holds_word(await everything(opened))
        assert await content(opened, "one") == WORD
        [event] = await opened.channels.events.events(None, "", 10)
        assert (await opened.channels.events.event(event.id)).body == WORD + MAIL.encode()
        target = io.BytesIO()
        await opened.people.privacy.export(MAIL, target, "Ada")
        with zipfile.ZipFile(target) as archive:
            assert [archive.read(name) for name in archive.namelist() if "attachment-" in name] == [WORD]
        await opened.people.privacy.erase(MAIL, "Ada")
        assert await opened.database.read(bodies) == [b""]


def holds_word(found: bytes) -> bool:
    return WORD in found or WORD.hex().encode() in found


def bodies(connection: Connection) -> list[bytes]:
    return list(connection.execute(select(channel_event.c.body)).scalars())


async def test_keys_follow_one_another_and_without_them_it_is_lost(settings: Settings, builtin: Builtin) -> None:
    async with sealed(settings, builtin, ONE) as opened:
        await keep(opened, "one")
    async with sealed(settings, builtin, f"{TWO} {ONE}") as opened:
        await keep(opened, "two")
        assert [await content(opened, each) for each in ("one", "two")] == [WORD, WORD]
    async with sealed(settings, builtin, TWO) as opened:
        assert await content(opened, "two") == WORD
        with pytest.raises(Invalid, match="no key"):
            await content(opened, "one")
    async with sealed(settings, builtin, "") as opened:
        with pytest.raises(Invalid, match="no key"):
            await content(opened, "two")


@pytest.mark.parametrize("key", ["abc", "AAAA", ONE + "=", f"{ONE} x"])
async def test_a_key_that_is_none_is_refused_at_the_start(settings: Settings, builtin: Builtin, key: str) -> None:
    with pytest.raises(Invalid, match="base64 of 32 bytes"):
        async with sealed(settings, builtin, key):
            pass


async def test_seeds_of_second_factors_are_encrypted_when_they_are_used_next(
    settings: Settings, builtin: Builtin
) -> None:
    now = datetime.now(UTC)
    later = now + timedelta(seconds=30)
    async with sealed(settings, builtin, "") as opened:
        await add_account(opened, Role.AGENT)
        [account] = await opened.people.accounts.accounts()
        seed = opened.people.second_factors.new_secret()
        codes = pyotp.TOTP(seed)
        recovery = await opened.people.second_factors.set_up(account.id, seed, codes.at(now), "Ada")
        assert seed.encode() in await everything(opened)
    async with sealed(settings, builtin, ONE) as opened:
        assert not await opened.people.second_factors.check(account.id, codes.at(now))
        assert await opened.people.second_factors.check(account.id, codes.at(later))
        await opened.database.scrub()  # what was there before is gone from the files too
        assert seed.encode() not in await everything(opened)
    for key in (TWO, ""):  # the key is lost: recovery codes work on
        async with sealed(settings, builtin, key) as opened:
            assert (await opened.people.accounts.account(account.id)).has_second_factor
            assert not await opened.people.second_factors.check(account.id, codes.at(later))
            assert await opened.people.second_factors.check(account.id, recovery[bool(key)])


def test_a_key_is_made_once_and_seen_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "set-up.key"

    def seen(_: int) -> str:
        set_up._make_key(file)
        return file.read_text("ascii")

    with ThreadPoolExecutor(8) as pool:
        [key] = set(pool.map(seen, range(40)))
    assert len(base64.b64decode(key)) == 32
    assert (stat.S_IMODE(file.stat().st_mode), list(tmp_path.iterdir())) == (0o600, [file])
