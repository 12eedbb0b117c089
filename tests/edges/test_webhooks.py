"""Notices of the field service: only with the secret, believed only as a hint, read back once."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from frontdesk.model import NewMessage
from frontdesk.model.audit import AuditFilter
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import Container, open_container
from tests.field import SECRET, FieldService, field, with_fsm
from tests.web_client import web_client

__all__ = ["field"]

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."


@pytest.fixture
async def container(settings: Settings, builtin: Builtin, field: FieldService) -> AsyncIterator[Container]:
    async with open_container(with_fsm(settings, field.url), builtin) as opened:
        yield opened


@pytest.fixture
async def client(container: Container) -> AsyncIterator[Any]:
    async with web_client(container, "192.0.2.7") as client:
        yield client


async def say(container: Container) -> None:
    await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    await container.runner.run_until_idle()


async def test_the_service_call_is_in_the_field_service_and_its_code_in_the_reply(
    container: Container, field: FieldService
) -> None:
    await say(container)
    [call] = field.calls
    [row] = [
        line.detail
        for line in await container.work.journal.since(0)
        if line.detail.get("kind") == "create_service_call"
    ]
    assert row["reference"] == call["code"]
    replies = [e for e in (await container.messages.readings.effects(None, 10)).rows if e.action.kind == "reply"]
    assert f"service call {call['code']}" in replies[0].detail["text"]


async def test_a_notice_makes_the_status_be_read_and_told(
    container: Container, field: FieldService, client: Any
) -> None:
    await say(container)
    key = field.plan()
    answer = await client.post("/webhooks/fsm", json={"data": {"externalId": key, "status": "Lies"}}, headers=SECRET)
    assert answer.status_code == 202
    await container.runner.run_until_idle()
    assert (await container.messages.readings.effect(key)).detail["status"] == "Planned"
    [line] = [line for line in await container.work.journal.since(0) if line.kind == "status_changed"]
    assert line.detail["status"] == "Planned"


async def test_the_same_notice_again_tells_nothing_new(container: Container, field: FieldService, client: Any) -> None:
    await say(container)
    key = field.plan()
    for _ in range(3):
        await client.post("/webhooks/fsm", json={"externalId": key}, headers=SECRET)
        await container.runner.run_until_idle()
    assert len([line for line in await container.work.journal.since(0) if line.kind == "status_changed"]) == 1


@pytest.mark.parametrize("headers", [{}, {"X-Frontdesk-Secret": "guessed"}, {"X-Frontdesk-Secret": ""}])
async def test_without_the_secret_nothing_is_taken(client: Any, container: Container, headers: dict[str, str]) -> None:
    assert (await client.post("/webhooks/fsm", json={"externalId": "x"}, headers=headers)).status_code == 401
    assert (await container.work.queue.counts())["open"] == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"nothing", b'{"externalId": 7}', b'{"externalId": ""}'])
async def test_a_notice_that_names_no_call_is_refused(client: Any, container: Container, body: bytes) -> None:
    assert (await client.post("/webhooks/fsm", content=body, headers=SECRET)).status_code == 400
    assert (await container.work.queue.counts())["open"] == 0


async def test_a_call_that_is_not_ours_is_not_read(client: Any, container: Container) -> None:
    assert (await client.post("/webhooks/fsm", json={"externalId": "x"}, headers=SECRET)).status_code == 202
    assert (await container.work.queue.counts())["open"] == 0


async def test_where_no_secret_is_set_there_is_no_webhook(
    settings: Settings, builtin: Builtin, field: FieldService
) -> None:
    plain = with_fsm(settings, field.url)
    fsm = msgspec.structs.replace(plain.connectors.fsm, webhook_secret="")
    plain = msgspec.structs.replace(plain, connectors=msgspec.structs.replace(plain.connectors, fsm=fsm))
    async with open_container(plain, builtin) as opened, web_client(opened) as client:
        headers = {"X-Frontdesk-Secret": ""}
        assert (await client.post("/webhooks/fsm", json={"externalId": "x"}, headers=headers)).status_code == 404
        assert (await opened.work.queue.counts())["open"] == 0


async def test_a_notice_without_the_secret_leaves_a_line_in_the_audit_trail(container: Container, client: Any) -> None:
    assert (await client.post("/webhooks/fsm", json={"externalId": "x"})).status_code == 401
    [line] = (await container.people.audit.page(AuditFilter(kind="webhook_forged"), 10)).rows
    assert (line.subject, line.place) == ("fsm", "192.0.2.7")
