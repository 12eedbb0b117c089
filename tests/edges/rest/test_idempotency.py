"""Idempotency keys: a request repeated with its key gets the first answer and changes nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from frontdesk.storage.pipeline.idempotency import forget_old_keys
from frontdesk.storage.schema.interactions import inbound_message, outbound_message
from frontdesk.wiring.container import Container
from tests.counting import rows_of
from tests.edges.rest.conftest import Desk, JsonClient

pytestmark = pytest.mark.both_databases

MESSAGES = "/api/v1/messages"
KEY = {"Idempotency-Key": "k-1"}


async def count(container: Container, table: Any = inbound_message) -> int:
    counted = select(func.count()).select_from(table)
    return int(await container.database.read(lambda c: c.execute(counted).scalar_one()))


async def test_a_repeated_message_gets_the_first_receipt(client: JsonClient, container: Container) -> None:
    first = await client.post(MESSAGES, json={"text": "Hello"}, headers=KEY)
    again = await client.post(MESSAGES, json={"text": "Hello"}, headers=KEY)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        first.status_code,
        first.json(),
        first.headers["location"],
    )
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert await count(container) == 1


@pytest.mark.parametrize("body", [{"text": "Hullo"}, {"text": "Hello", "channel": "EMI"}])
async def test_a_key_is_not_taken_for_another_request(
    client: JsonClient, container: Container, body: dict[str, str]
) -> None:
    await client.post(MESSAGES, json={"text": "Hello"}, headers=KEY)
    assert (await client.post(MESSAGES, json=body, headers=KEY)).status_code == 422
    assert await count(container) == 1


async def test_a_key_belongs_to_its_caller(client: JsonClient, container: Container) -> None:
    for name in ("ann", "bob"):
        await client.post(MESSAGES, json={"text": "Hello"}, headers={**KEY, "x-caller": name})
    assert await count(container) == 2


async def test_forty_repetitions_at_once_store_one_message(client: JsonClient, container: Container) -> None:
    posts = (client.post(MESSAGES, json={"text": "Hello"}, headers=KEY) for _ in range(40))
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 39
    assert await count(container) == 1


async def test_different_requests_with_one_key_at_once_store_one_message(
    client: JsonClient, container: Container
) -> None:
    posts = (client.post(MESSAGES, json={"text": f"Hello {each}"}, headers=KEY) for each in range(10))
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [202] + [422] * 9
    assert await count(container) == 1


async def test_what_was_refused_may_be_sent_again_with_its_key(client: JsonClient) -> None:
    contact = {"email": "ann@example.org", "customer_id": "C1"}
    assert (await client.post("/api/v1/contacts", json=contact, headers=KEY)).status_code == 400
    await client.post("/api/v1/customers", json={"id": "C1", "name": "Nordlicht"})
    assert (await client.post("/api/v1/contacts", json=contact, headers=KEY)).status_code == 201


async def test_every_post_keeps_its_answer(desk: Desk, container: Container) -> None:
    receipt = await desk.say("My washing machine does not start any more and shows error E12. Please repair it.")
    posts: dict[str, dict[str, Any]] = {
        f"/interactions/{receipt['reference']}/replies": {"text": "We come tomorrow."},
        f"/messages/{receipt['message']}/corrections": {"field": "intent", "value": "WR"},
        "/customers": {"id": "C1", "name": "Nordlicht"},
        "/contacts": {"email": "ann@example.org"},
        "/codes/team": {"code": "T1", "name": "First"},
    }
    for number, (path, body) in enumerate(posts.items()):
        headers = {"Idempotency-Key": f"key-{number}"}
        first, again = [await desk.client.post(f"/api/v1{path}", json=body, headers=headers) for _ in range(2)]
        assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json()), path
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers.get("etag") == first.headers.get("etag")
    answers = select(func.count()).select_from(outbound_message).where(outbound_message.c.type == "HA")
    assert await container.database.read(lambda c: c.execute(answers).scalar_one()) == 1


async def test_replies_sent_at_once_with_one_key_are_one_reply(desk: Desk) -> None:
    receipt = await desk.say("Hello")
    path = f"/api/v1/interactions/{receipt['reference']}/replies"
    posts = (desk.client.post(path, json={"text": "Good day!"}, headers=KEY) for _ in range(12))
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_failed_work_is_retried_once_per_key(client: JsonClient, container: Container) -> None:
    await client.post(MESSAGES, json={"text": "Hello"})
    [(work, lease)] = await container.work.queue.claim("test", 1, 30)
    await container.work.queue.fail(lease, "no")
    answers = [await client.post(f"/api/v1/work/{work.id}/retry", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert await container.work.queue.counts() == {"open": 1, "failed": 0}


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "ä".encode().decode("latin-1")])
async def test_a_key_is_a_word(client: JsonClient, container: Container, key: str) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    answer = await client.post(MESSAGES, json={"text": "Hello"}, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert await rows_of(container, inbound_message) == 0


async def test_keys_are_forgotten_after_a_day(client: JsonClient, container: Container) -> None:
    await client.post(MESSAGES, json={"text": "Hello"}, headers=KEY)
    now = datetime.now(UTC)
    assert await forget_old_keys(container.database, now + timedelta(hours=23)) == 0
    assert await forget_old_keys(container.database, now + timedelta(hours=25)) == 1
    assert (await client.post(MESSAGES, json={"text": "Hullo"}, headers=KEY)).status_code == 202
