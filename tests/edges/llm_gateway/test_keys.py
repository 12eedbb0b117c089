"""Keys of callers: what they reach, and what they may spend."""

import asyncio
from typing import Any

import openai
import pytest

from frontdesk.wiring.container import now
from tests.edges.llm_gateway.conftest import ASK, Gateway, Open

SENTIMENT: dict[str, Any] = {"text": "It is cold."}


async def test_without_a_valid_key_the_client_is_told_as_openai_does(gateway: Gateway) -> None:
    async with gateway.openai("fd_wrong") as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            await client.chat.completions.create(model="default", messages=ASK)
    assert caught.value.code == "invalid_api_key"


async def test_a_scope_opens_its_own_endpoints_only(gateway: Gateway) -> None:
    key = await gateway.new_key("llm:embeddings")
    async with gateway.openai(key) as client, gateway.http(key) as http:
        await client.embeddings.create(model="default", input="x")
        assert [each async for each in client.models.list()]
        with pytest.raises(openai.PermissionDeniedError, match="llm:chat"):
            await client.chat.completions.create(model="default", messages=ASK)
        refused = await http.post("/use-cases/sentiment-analysis", json=SENTIMENT)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
        assert (await http.post("/vectors/norm", json={"vector": [1]})).status_code == 403


async def test_a_key_asks_the_models_that_it_names(gateway: Gateway) -> None:
    key = await gateway.new_key("llm:chat", "llm:use-case", "llm:model:default")
    async with gateway.openai(key) as client, gateway.http(key) as http:
        await client.chat.completions.create(model="default", messages=ASK)
        assert [each.id async for each in client.models.list()] == ["default"]
        with pytest.raises(openai.PermissionDeniedError):
            await client.chat.completions.create(model="main/expensive", messages=ASK)
        body = {"use_case": "sentiment-analysis", "inputs": SENTIMENT, "provider": "main/expensive"}
        assert (await http.post("/invoke", json=body)).status_code == 403


async def test_a_key_reaches_the_use_case_that_it_names(gateway: Gateway) -> None:
    key = await gateway.new_key("llm:use-case:sentiment-analysis")
    async with gateway.http(key) as http:
        assert (await http.post("/use-cases/sentiment-analysis", json=SENTIMENT)).status_code == 200
        invoked = await http.post("/invoke", json={"use_case": "sentiment-analysis", "inputs": SENTIMENT})
        assert invoked.status_code == 200
        assert (await http.post("/use-cases/text-summarisation", json=SENTIMENT)).status_code == 403
        other = await http.post("/invoke", json={"use_case": "text-summarisation", "inputs": SENTIMENT})
        assert other.status_code == 403


async def test_a_spent_budget_is_told_and_not_tried_again(gateway: Gateway) -> None:
    key = await gateway.new_key(budget_day=1)
    async with gateway.openai(key, max_retries=5) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model="default", messages=ASK)
    assert caught.value.code == "insufficient_quota"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert gateway.model.count == 0
    [refused] = await gateway.calls()
    assert (refused["outcome"], refused["calls"]) == ("over_budget", 1)


async def test_over_budget_a_use_case_is_answered_by_the_next_route(opened: Open) -> None:
    gateway = await opened(chains={"default": ["main", "builtin"]})
    key = await gateway.new_key(budget_day=1)
    async with gateway.http(key) as http:
        told = (await http.post("/use-cases/sentiment-analysis", json=SENTIMENT)).json()
    assert (told["tier"], told["failures"][0]["trouble"]) == ("builtin", "over_budget")


async def test_two_hundred_calls_at_once_do_not_overspend_a_keys_budget_by_one(opened: Open) -> None:
    gateway, budget = await opened(), 2500
    key = await gateway.new_key(budget_day=budget)

    async def ask(client: openai.AsyncOpenAI) -> bool:
        try:
            await client.chat.completions.create(model="default", messages=ASK, max_tokens=20)
        except openai.RateLimitError:
            return False
        return True

    async with gateway.openai(key) as client:
        answered = sum(await asyncio.gather(*(ask(client) for _ in range(200))))
    await gateway.container.llm.room.calling.drain()
    caller = await gateway.container.people.accounts.by_key(key)
    assert caller is not None
    spent, reserved = await gateway.container.llm.admission.spent(f"key:{caller.id}", now().strftime("%Y-%m-%d"))
    assert 0 < answered < 200
    assert gateway.model.count == answered
    assert 0 < spent <= budget
    assert reserved == 0


async def test_one_keys_budget_is_not_anothers(gateway: Gateway) -> None:
    poor, rich = await gateway.new_key(budget_day=1), await gateway.new_key(budget_month=10**9)
    async with gateway.openai(poor) as client:
        with pytest.raises(openai.RateLimitError):
            await client.chat.completions.create(model="default", messages=ASK)
    async with gateway.openai(rich) as client:
        await client.chat.completions.create(model="default", messages=ASK)


async def test_a_key_asks_as_often_as_it_may(gateway: Gateway) -> None:
    key = await gateway.new_key(requests_per_minute=1)
    async with gateway.openai(key) as client:
        await client.chat.completions.create(model="default", messages=ASK)
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model="default", messages=ASK)
    assert int(caught.value.response.headers["Retry-After"]) > 0
