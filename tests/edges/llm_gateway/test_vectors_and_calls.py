"""Vector functions by REST, and reports of calls."""

import pytest

from frontdesk.model import Role
from tests.edges.llm_gateway.conftest import ASK, Gateway


async def test_vectors_are_compared_and_searched(gateway: Gateway) -> None:
    async with gateway.http() as http:

        async def value(path: str, **body: object) -> object:
            return (await http.post(f"/vectors/{path}", json=body)).json()

        assert await value("dot", a=[1, 2], b=[3, 4]) == {"value": 11}
        assert await value("norm", vector=[3, 4]) == {"value": 5}
        assert await value("cosine-similarity", a=[1, 0], b=[0, 1]) == {"value": 0}
        assert await value("cosine-similarity", a=[0, 0], b=[0, 1]) == {"value": 0}
        found = await value("similarity-search", vector=[1, 0], vectors=[[0, 1], [1, 0], [1, 1]], limit=2)
    assert [each["place"] for each in found["items"]] == [1, 2]  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("dot", {"a": [1], "b": [1, 2]}),
        ("dot", {"a": [], "b": []}),
        ("dot", {"a": ["x"], "b": [1]}),
        ("norm", {"vector": [1e200]}),
        ("norm", {}),
        ("similarity-search", {"vector": [1], "vectors": [[1, 2]]}),
        ("similarity-search", {"vector": [1], "vectors": [[1]], "limit": 0}),
    ],
)
async def test_vectors_that_do_not_fit_are_refused(gateway: Gateway, path: str, body: object) -> None:
    async with gateway.http() as http:
        answer = await http.post(f"/vectors/{path}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")


async def test_a_caller_sees_its_own_calls_and_a_supervisor_all(gateway: Gateway) -> None:
    other, boss = await gateway.new_key(name="other"), await gateway.new_key(role=Role.SUPERVISOR, name="boss")
    for key in (gateway.key, gateway.key, other):
        async with gateway.openai(key) as client:
            await client.chat.completions.create(model="default", messages=ASK)
    await gateway.calls()
    async with gateway.http(other) as http:
        mine = (await http.get("/calls", params={"by": ["caller", "tier"]})).json()
    async with gateway.http(boss) as http:
        all_of_them = (await http.get("/calls", params={"by": "caller"})).json()
    assert [(each["group"], each["calls"]) for each in mine["items"]] == [({"caller": "other", "tier": "model"}, 1)]
    assert [(each["group"]["caller"], each["calls"]) for each in all_of_them["items"]] == [("other", 1), ("test", 2)]
    [row] = mine["items"]
    assert row["milliseconds_p50"] == row["milliseconds_p99"] == row["milliseconds_mean"] > 0
    assert (row["masked"], row["failed"], mine["currency"]) == (1, 0, "USD")
    assert row["cost"] > 0


async def test_a_report_is_refused_by_what_it_does_not_know(gateway: Gateway) -> None:
    async with gateway.http() as http:
        assert (await http.get("/calls", params={"by": "weather"})).status_code == 400
        assert (await http.get("/calls", params={"since": "2026-01-01T00:00:00"})).status_code == 400
        assert (await http.get("/calls", params={"since": "yesterday"})).status_code == 400
        assert (await http.get("/calls", params={"since": "2999-01-01T00:00:00Z"})).json()["items"] == []
