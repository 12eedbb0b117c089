"""Channels, connectors and model services set up on pages: refused in words, sealed, and effective in every process."""

import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from frontdesk.interfaces import Invalid
from frontdesk.model.set_up import EntryKind, EntryState, SetUpEntry
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.laying import lay
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.storage.configuration.set_up import KEY_FILE
from frontdesk.wiring.container import Container, open_container, wired
from tests import processes
from tests.conftest import CHEAP
from tests.ui.conftest import Server, serving
from tests.ui.console.test_rules import admin
from tests.web_client import HTML, PASSWORD, Client, token_in

__all__ = ["admin"]  # the fixture
PLACE = "/console/configuration"
BOT = {"bot_token": "12345:a-secret-of-ours", "secret_token": "another-secret"}
ORDERS = {"url": "https://orders.example", "token": "a-secret-token", "fields": "state=status"}


def version_in(page: httpx.Response) -> str:
    [found] = re.findall(r'name="version" value="(\d+)"', page.text)
    return str(found)


async def save(client: Client, place: str, **fields: str) -> httpx.Response:
    page = await client.get(f"{PLACE}/{place}", headers=HTML)
    given = {"version": version_in(page), "what": "save", "_csrf_token": token_in(page), **fields}
    return await client.post(f"{PLACE}/{place}", data=given, headers=HTML, follow_redirects=False)


async def test_a_secret_is_stored_encrypted_and_never_shown(admin: Client, container: Container) -> None:
    assert (await save(admin, "channels/telegram", **BOT)).status_code == 303
    page = await admin.get(f"{PLACE}/channels/telegram", headers=HTML)
    assert "Stored" in page.text
    folder = container.settings.folder
    kept = b"".join(each.read_bytes() for each in folder.iterdir() if each.is_file())
    for secret in BOT.values():
        assert secret not in page.text
        assert secret.encode() not in kept
    assert (folder / KEY_FILE).stat().st_mode & 0o077 == 0
    trail = await admin.get("/console/audit?kind=set_up_changed", headers=HTML)
    assert "bot_token" in trail.text
    assert BOT["bot_token"] not in trail.text


async def test_an_empty_secret_stays_what_it_was_until_it_is_forgotten(admin: Client, container: Container) -> None:
    await save(admin, "connectors/order_service", **ORDERS)
    await save(admin, "connectors/order_service", **ORDERS | {"token": "", "path": "/o/{number}"})
    assert (await container.set_up.entries())[0].secrets == {"token": "a-secret-token"}
    await save(admin, "connectors/order_service", **ORDERS | {"token": "", "token.forget": "yes"})
    assert (await container.set_up.entries())[0].secrets == {}


async def test_a_stored_secret_is_not_sent_to_another_address(admin: Client, container: Container) -> None:
    await save(admin, "connectors/order_service", **ORDERS)
    elsewhere = ORDERS | {"url": "https://elsewhere.example", "token": ""}
    for what in ("save", "test"):
        refused = await save(admin, "connectors/order_service", **elsewhere | {"what": what})
        assert refused.status_code == 400
        assert "enter this secret again" in refused.text
    await save(admin, "connectors/order_service", **elsewhere | {"token": "their own"})
    assert (await container.set_up.entries())[0].secrets == {"token": "their own"}


@pytest.mark.parametrize(
    ("place", "fields", "words"),
    [
        ("channels/email", {"address": "support@example.com"}, "fill this in: E-mail cannot be set up without it"),
        ("channels/email", {"address": "nobody", "smtp_host": "x"}, "must be like support@example.com"),
        ("channels/email", {"address": "a@b.example", "smtp_host": "x", "imap_port": "many"}, "write a number"),
        ("channels/chat", {"origins": "https://example.com/shop"}, "is no origin"),
        ("connectors/fsm", {"url": "ftp://fsm.example"}, "the address must be like https://host/path"),
        ("connectors/order_service", {"url": "https://x.example", "fields": "colour=x"}, "colour"),
        ("model-services/main", {"kind": "azure_openai"}, "base_url is needed"),
        ("model-services/main", {"kind": "openai", "connections": "0"}, "write a number from 1 to 10000"),
    ],
)
async def test_what_cannot_be_used_is_refused_in_words_and_nothing_typed_is_lost(
    admin: Client, container: Container, place: str, fields: dict[str, str], words: str
) -> None:
    refused = await save(admin, place, **fields)
    assert refused.status_code == 400
    assert words.lower() in refused.text.lower()
    for typed in fields.values():
        assert typed in refused.text
    assert await container.set_up.entries() == ()


async def test_two_administrators_at_once_lose_nothing(admin: Client, container: Container) -> None:
    await save(admin, "connectors/order_service", **ORDERS)
    mine = ORDERS | {"path": "/mine/{number}"}
    await container.set_up.save(EntryKind.CONNECTOR, "order_service", ORDERS | {"path": "/theirs/{number}"}, 1, "Kim")
    refused = await save(admin, "connectors/order_service", **mine | {"version": "1"})
    assert refused.status_code == 400
    assert "Kim changed it meanwhile" in refused.text
    assert "/mine/{number}" in refused.text
    assert "There now: /theirs/{number}" in refused.text
    again = await save(admin, "connectors/order_service", **mine | {"version": version_in(refused)})
    assert again.status_code == 303
    assert (await container.set_up.entries())[0].settings["path"] == "/mine/{number}"


async def test_what_the_deployment_sets_is_read_alone(settings: Settings, builtin: Builtin) -> None:
    chat = msgspec.structs.replace(settings.chat, origins="https://shop.example")
    async with open_container(msgspec.structs.replace(settings, chat=chat), builtin, CHEAP) as container:
        item = await container.set_up.item(EntryKind.CHANNEL, "chat")
        assert (item.state, item.values["origins"]) == (EntryState.DEPLOYED, "https://shop.example")
        with pytest.raises(Exception, match="set by the deployment"):
            await container.set_up.save(EntryKind.CHANNEL, "chat", {"origins": "https://other.example"}, 0, "ada")


async def test_a_broken_entry_stops_no_start_and_says_why(container: Container, builtin: Builtin) -> None:
    await container.set_up.save(EntryKind.CHANNEL, "telegram", BOT, 0, "ada")
    await container.set_up.save(EntryKind.CONNECTOR, "order_service", ORDERS, 0, "ada")
    (container.settings.folder / KEY_FILE).unlink(missing_ok=True)
    if not container.settings.storage.url:
        async with open_container(container.ground.settings, builtin, CHEAP) as again:
            item = await again.set_up.item(EntryKind.CHANNEL, "telegram")
            assert item.state is EntryState.BROKEN
            assert "cannot be decrypted" in item.problem
            assert "telegram" not in again.customer_channels.open


def test_an_entry_that_no_longer_fits_harms_no_other() -> None:
    old = SetUpEntry(EntryKind.CHANNEL, "telegram", {"gone": "x"}, {"bot_token": "1", "secret_token": "2"}, 1)
    good = SetUpEntry(EntryKind.CHANNEL, "chat", {"origins": "https://shop.example"}, {}, 1)
    gone = SetUpEntry(EntryKind.CHANNEL, "pigeon", {}, {}, 1)
    laid = lay(Settings(), [old, good, gone], lambda _settings, _item: None)
    assert laid.settings.chat.origins == "https://shop.example"
    assert laid.problems[EntryKind.CHANNEL, "telegram"] == "gone is no setting of Telegram"
    assert "there is no entry pigeon" in laid.problems[EntryKind.CHANNEL, "pigeon"]


async def test_an_address_of_a_page_does_not_lead_into_the_inside(admin: Client) -> None:
    fields = {"url": "http://127.0.0.1:9", "what": "test"}
    refused = await save(admin, "connectors/order_service", **fields)
    assert refused.status_code == 400
    assert "internal addresses are not allowed" in refused.text


async def test_variables_of_the_process_cannot_be_named_on_a_page(container: Container) -> None:
    entry = SetUpEntry(EntryKind.MODEL_SERVICE, "main", {"kind": "openai", "key_env": "HOME"}, {})
    with pytest.raises(Invalid, match="key_env is no setting"):
        await container.set_up.put(entry, "ada")


async def test_a_paused_channel_keeps_answers_and_has_vendors_call_again(container: Container) -> None:
    await container.set_up.save(EntryKind.CHANNEL, "telegram", BOT, 0, "ada")
    await container.set_up.pause(EntryKind.CHANNEL, "telegram", True, "ada")
    paused = await wired(container.ground, container)
    assert paused.customer_channels.paused == {"telegram"}
    assert "telegram" not in paused.customer_channels.watched
    with pytest.raises(Exception, match="Telegram is paused"):
        await paused.customer_channels.outlets["TEL"].send(None)  # type: ignore[arg-type]  # looks at nothing of it


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    data = tmp_path / "data"
    add = ("users", "add", "root@example.com", "--role", "admin", "--password-stdin", "--data", str(data))
    processes.run(*add, feed=PASSWORD, check=True)
    with serving(data) as running:
        yield running


def answers(url: str, wanted: int) -> bool:
    """Whether the webhook of Telegram comes to answer so."""
    for _ in range(600):
        if httpx.post(f"{url}/webhooks/channels/telegram", json={}).status_code == wanted:
            return True
        time.sleep(0.05)
    return False


def test_every_process_follows_what_is_saved_in_one(server: Server, tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-work") as other, httpx.Client(base_url=server.url, headers=HTML) as browser:
        assert answers(other.url, 404)
        browser.post("/sign-in", data={"email": "root@example.com", "password": PASSWORD})
        token = re.findall(r'name="csrf-token" content="([^"]*)"', browser.get("/console").text)[0]
        fields = {**BOT, "version": "0", "what": "save", "_csrf_token": token}
        saved = browser.post(f"{PLACE}/channels/telegram", data=fields)
        assert saved.status_code == 303, saved.text
        assert httpx.post(f"{server.url}/webhooks/channels/telegram", json={}).status_code == 401
        assert answers(other.url, 401)
        browser.post(f"{PLACE}/channels/telegram", data=fields | {"what": "pause"})
        assert answers(other.url, 503)
        browser.post(f"{PLACE}/channels/telegram", data=fields | {"what": "remove"})
        assert answers(other.url, 404)


def test_work_goes_on_under_what_was_set_up_meanwhile(server: Server, tmp_path: Path) -> None:
    with httpx.Client(base_url=server.url, headers=HTML) as browser:
        browser.post("/sign-in", data={"email": "root@example.com", "password": PASSWORD})
        token = re.findall(r'name="csrf-token" content="([^"]*)"', browser.get("/console").text)[0]
        for version, path in enumerate(("/a/{number}", "/b/{number}", "/c/{number}")):
            for number in range(5):
                words = {
                    "text": f"My coffee machine is broken {version}.{number}",
                    "name": "Kim",
                    "email": "kim@example.com",
                }
                sent = browser.post("/messages", data=words | {"_csrf_token": token})
                assert sent.status_code in (200, 303), sent.text
            fields = ORDERS | {"path": path, "version": str(version), "what": "save", "_csrf_token": token}
            assert browser.post(f"{PLACE}/connectors/order_service", data=fields).status_code == 303
    for _ in range(1200):
        with sqlite3.connect(tmp_path / "data" / "frontdesk.sqlite3") as database:
            states = dict(database.execute("SELECT state, count(*) FROM work WHERE kind = 'message' GROUP BY state"))
        if set(states) == {"done"}:
            break
        time.sleep(0.05)
    assert states == {"done": 15}, json.dumps(states)


def test_settings_of_a_file_still_stand_alone(tmp_path: Path) -> None:
    assert lay(load(data=tmp_path, environment={}), [], lambda _settings, _item: None).settings.llm.chains == {}
