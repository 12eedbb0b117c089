"""Questions by REST: answered with the place in the body as imported; internal articles for agents alone."""

import json
from typing import Any

import pytest

from frontdesk.ticketing.submission import MOST_CHARACTERS
from frontdesk.wiring.container import Container
from frontdesk.wiring.knowledge import make_missing_vectors
from tests.edges.rest.conftest import JsonClient

AGENT, SERVICE = {"x-role": "agent"}, {"x-role": "service"}
PUBLIC = {"title": "Parking", "body": " Our car park is free for two hours.\nAfter that an hour costs 3 euros. "}
INTERNAL = {
    "title": "Goodwill vouchers",
    "body": "Agents may give a voucher of 20 euros. The code is CANARY20.",
    "audience": "internal",
}


async def known(client: JsonClient, container: Container) -> None:
    for name, article in (("parking", PUBLIC), ("goodwill", INTERNAL)):
        assert (await client.put(f"/api/v1/articles/{name}", json=article)).status_code in (200, 201)
    await make_missing_vectors(container.knowledge, lambda _articles: None)


async def ask(client: JsonClient, headers: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/answers", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_answer_tells_its_place_in_the_body_as_imported(client: JsonClient, container: Container) -> None:
    await known(client, container)
    told = await ask(client, SERVICE, question="How long is the car park free?")
    assert (told["kind"], told["citations"][0]["article"]) == ("answered", "parking")
    cited = told["citations"][0]
    assert PUBLIC["body"][cited["start"] : cited["end"]] == cited["quote"]
    assert {"article", "title", "start", "end", "quote"} <= cited.keys()
    assert {"article", "start", "end", "score"} <= told["used"][0].keys()
    assert 0 < told["confidence"] <= 1


async def test_nothing_internal_is_told_to_programs(client: JsonClient, container: Container) -> None:
    await known(client, container)
    question = "What is the code of the goodwill voucher that agents may give?"
    told = await ask(client, SERVICE, question=question)
    assert "CANARY" not in str(told)
    assert {each["article"] for each in told["used"]} == {"parking"}
    inside = await ask(client, AGENT, question=question)
    assert "CANARY20" in inside["text"]


async def test_what_is_changed_answers_as_soon_as_it_is_read(client: JsonClient, container: Container) -> None:
    await known(client, container)
    assert (await ask(client, SERVICE, question="How long is the car park free?"))["kind"] == "answered"
    assert (await client.delete("/api/v1/articles/parking")).status_code == 204
    assert (await ask(client, SERVICE, question="How long is the car park free?"))["kind"] == "not_known"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"question": " "}, 422),
        ({"question": "x" * (MOST_CHARACTERS + 1)}, 422),
        ({"question": "How?", "language": "German"}, 422),
        ({"question": "How?", "conversation": [{"role": "bot", "text": "Hi"}]}, 422),
        ({"question": "How?", "conversation": "AAAAAAAA"}, 403),
        ({"question": "\ud800?"}, 200),
        ({"question": "?" * 3000}, 200),
        ({"question": "How?", "conversation": [{"role": "customer", "text": ""}]}, 200),
    ],
)
async def test_bad_questions_are_refused_and_odd_ones_are_not_known(
    client: JsonClient, body: dict[str, Any], status: int
) -> None:
    raw = json.dumps(body).encode()
    headers = {**SERVICE, "content-type": "application/json"}
    answer = await client.post("/api/v1/answers", content=raw, headers=headers)
    assert answer.status_code in (status, 400), answer.text
    if status == 200 and answer.status_code == 200:
        assert answer.json()["kind"] == "not_known"


async def test_an_agent_names_an_interaction_as_the_conversation(client: JsonClient, container: Container) -> None:
    await known(client, container)
    sent = await client.post("/api/v1/messages", json={"text": "I come by car. Where is your car park?"})
    reference = sent.json()["reference"]
    told = await ask(client, AGENT, question="What does an hour of it cost?", conversation=reference)
    assert told["used"][0]["article"] == "parking"
    assert (
        await client.post("/api/v1/answers", json={"question": "How?", "conversation": "ZZZZZZZZ"})
    ).status_code == 404
