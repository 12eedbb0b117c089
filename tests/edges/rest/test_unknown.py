"""What a route does not know it refuses, with the nearest that it knows."""

import pytest

from frontdesk.edges.rest import RestServices
from tests.edges.rest.conftest import JsonClient, app_of


@pytest.mark.parametrize(
    ("query", "name", "hint"),
    [
        ("statsu=CL", "statsu", "`status`"),
        ("page=2", "page", "`cursor`"),
        ("limit=5&offset=10", "offset", "`cursor`"),
        ("Limit=5", "Limit", "`limit`"),
        ("per_page=5", "per_page", "`limit`"),
        ("search=broken", "search", "`q`"),
        ("zzz=1", "zzz", "known are category, "),
    ],
)
async def test_an_unknown_parameter_is_refused_with_the_nearest(
    client: JsonClient, query: str, name: str, hint: str
) -> None:
    answer = await client.get(f"/api/v1/interactions?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == name
    assert hint in answer.json()["detail"]


async def test_every_route_refuses_a_parameter_that_it_does_not_declare(
    client: JsonClient, services: RestServices
) -> None:
    tried = 0
    for route in app_of(services).routes:
        path = "/".join("1" if part.startswith("{") else part for part in route.path.split("/"))
        for method in getattr(route, "route_handler_map", {}):
            if method == "OPTIONS" or not path.startswith("/api/v1"):
                continue
            answer = await client.request(method, path, params={"no_such_thing": "1"})
            assert answer.status_code == 400, (method, path, answer.text)
            assert answer.json()["errors"][0]["field"] == "no_such_thing", (method, path)
            tried += 1
    assert tried > 80


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        ({"text": "Hello", "senders": {}}, "senders", "`sender`"),
        ({"text": "Hello", "sender": {"adress": "a@b.example"}}, "sender.adress", "`sender.address`"),
        ({"text": "Hello", "adress": "a@b.example"}, "adress", "`sender.address`"),
    ],
)
async def test_an_unknown_field_of_a_body_is_refused_with_the_nearest(
    client: JsonClient, body: dict[str, object], field: str, hint: str
) -> None:
    answer = await client.post("/api/v1/messages", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert f"did you mean {hint}" in answer.json()["detail"]
