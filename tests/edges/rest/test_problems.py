"""Bad input: always a clear refusal as a problem document, never a failure of ours."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from frontdesk.interfaces import Unavailable
from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import JsonClient, app_of, services_of

MESSAGES = "/api/v1/messages"
JSON = {"content-type": "application/json"}
DEEP = b"[" * 100_000 + b"]" * 100_000

BODIES = {
    "nothing": b"",
    "half an object": b'{"text": "a',
    "a list": b"[]",
    "null": b"null",
    "no object at all": b"hello",
    "no text": b"{}",
    "a number for a text": b'{"text": 1}',
    "null for a text": b'{"text": null}',
    "an empty text": b'{"text": ""}',
    "blanks": b'{"text": " \\n\\t\\u200b"}',
    "broken UTF-8": b'{"text": "\xff\xfe"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "half a surrogate pair": b'{"text": "\\ud800"}',
    "the other half": b'{"text": "a\\udc00b"}',
    "deep JSON": DEEP,
    "deep JSON inside": b'{"text": "a", "sender": ' + DEEP + b"}",
    "deep JSON in an unknown field": b'{"text": "a", "more": ' + DEEP + b"}",
    "a huge number": b'{"text": ' + b"9" * 5000 + b"}",
    "an unknown field": b'{"text": "a", "txt": "b"}',
    "an unknown field of the sender": b'{"text": "a", "sender": {"nmae": "b"}}',
    "an unknown channel": b'{"text": "a", "channel": "XXX"}',
    "an empty channel": b'{"text": "a", "channel": ""}',
    "NUL in a channel": b'{"text": "a", "channel": "WEB\\u0000"}',
    "NUL in a name": b'{"text": "a", "sender": {"name": "a\\u0000b"}}',
    "NUL in a provider id": b'{"text": "a", "provider_id": "a\\u0000b"}',
    "NUL in a reference": b'{"text": "a", "interaction": "A\\u0000"}',
    "an endless name": b'{"text": "a", "sender": {"name": "' + b"x" * 201 + b'"}}',
    "an endless provider id": b'{"text": "a", "provider_id": "' + b"x" * 201 + b'"}',
    "an endless text": b'{"text": "' + b"x" * 100_001 + b'"}',
    "NaN": b'{"text": NaN}',
    "text behind the object": b'{"text": "a"} x',
}


def check_problem(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = dict(answer.json())
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert "Traceback" not in answer.text
    return problem


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_makes_no_sense_is_refused_in_words(client: JsonClient, body: bytes) -> None:
    problem = check_problem(await client.post(MESSAGES, content=body, headers=JSON), 400)
    assert problem["detail"]
    assert problem["instance"] == MESSAGES


async def test_the_field_at_fault_is_named(client: JsonClient) -> None:
    answer = await client.post(MESSAGES, content=b'{"text": "a", "sender": {"phone": 1}}', headers=JSON)
    assert answer.json()["errors"] == [{"field": "sender.phone", "message": "Expected `str`, got `int`"}]


async def test_a_body_beyond_the_limit_is_refused(client: JsonClient) -> None:
    big = b'{"text": "' + b"x" * 2_000_000 + b'"}'
    check_problem(await client.post(MESSAGES, content=big, headers=JSON), 413)


async def test_a_body_in_pieces_is_counted_too(client: JsonClient) -> None:
    async def pieces() -> Any:
        for _ in range(200):
            yield b"x" * 10_000

    check_problem(await client.post(MESSAGES, content=pieces(), headers=JSON), 413)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "x"])
async def test_a_body_that_is_not_json_by_its_own_account_is_refused(client: JsonClient, kind: str) -> None:
    check_problem(await client.post(MESSAGES, content=b'{"text": "a"}', headers={"content-type": kind}), 415)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"])
async def test_json_by_any_of_its_names_is_read(client: JsonClient, kind: str) -> None:
    answer = await client.post(MESSAGES, content=b'{"text": "a"}', headers={"content-type": kind})
    assert answer.status_code == 202
    assert (await client.get(f"{MESSAGES}/{answer.json()['message']}")).json()["message"]["text"] == "a"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1", "/api/v1/messages/a/b/c", "/api/v1/openapi.yaml"])
async def test_an_address_where_nothing_is_says_so(client: JsonClient, path: str) -> None:
    check_problem(await client.get(path), 404)


async def test_a_wrong_method_is_told_the_right_ones(client: JsonClient) -> None:
    answer = await client.put(MESSAGES, json={})
    check_problem(answer, 405)
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/interactions/%00",
        "/interactions?customer_id=%00",
        "/interactions?category=a%00b",
        "/contacts?address=%00",
        "/effects/%00",
        "/messages/%00",
        "/work?cursor=%00",
        "/codes/intent/%00",
    ],
)
async def test_nul_reaches_no_database(client: JsonClient, path: str) -> None:
    check_problem(await client.get(f"/api/v1{path}"), 400)


@pytest.mark.parametrize(
    "path", ["/interactions/%ff%fe", "/messages/%f0%9f%92%a9", "/effects/%ed%a0%80", "/customers/%0a"]
)
async def test_broken_or_odd_characters_in_an_address_find_nothing(client: JsonClient, path: str) -> None:
    check_problem(await client.get(f"/api/v1{path}"), 404)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=1e3", "sort=name", "status=XX", "since=now"]
)
async def test_a_query_that_makes_no_sense_names_the_parameter(client: JsonClient, query: str) -> None:
    problem = check_problem(await client.get(f"/api/v1/interactions?{query}"), 400)
    assert problem["errors"][0]["field"] == query.partition("=")[0]


async def test_a_failure_of_ours_tells_nothing_but_its_number_in_the_log(
    container: Container, caplog: pytest.LogCaptureFixture
) -> None:
    def burst() -> None:
        raise RuntimeError("the secret is 42")

    transport = ASGITransport(app_of(services_of(container, wake=burst)), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://frontdesk.test") as client:
        with caplog.at_level(logging.ERROR):
            answer = await client.post(MESSAGES, json={"text": "a"})
    problem = check_problem(answer, 500)
    assert "42" not in answer.text.replace(problem["detail"], "")
    assert "secret" not in answer.text
    assert problem["detail"].split()[-1].rstrip(".") in caplog.text


class Full:
    """An inbox whose disk is full."""

    async def accept(self, *_: Any, **__: Any) -> Any:
        raise Unavailable("the database cannot be used now: disk full", after_seconds=1.5)


async def test_a_full_disk_is_ours_to_say_and_to_be_tried_again(container: Container) -> None:
    services = services_of(container)
    services = replace(services, messages=replace(services.messages, inbox=Full()))  # type: ignore[arg-type]
    async with AsyncClient(transport=ASGITransport(app_of(services)), base_url="http://x") as client:
        answer = await client.post(MESSAGES, content=b'{"text": "a"}', headers=JSON)
    problem = check_problem(answer, 503)
    assert (problem["type"], answer.headers["retry-after"]) == ("/problems/not-ready", "2")
