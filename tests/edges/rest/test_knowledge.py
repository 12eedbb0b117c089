"""Articles, products and orders by REST: who may, versions, and refusals that name the field."""

from typing import Any

import pytest

from frontdesk.wiring.container import Container
from tests.edges.rest.conftest import JsonClient

ARTICLE = {"title": "Returns", "body": "Within **30 days**.", "questions": ["How long?"], "tags": ["returns"]}
AGENT, SUPERVISOR = {"x-role": "agent"}, {"x-role": "supervisor"}


async def test_an_article_is_stored_changed_listed_and_deleted(client: JsonClient) -> None:
    made = await client.put("/api/v1/articles/returns", json=ARTICLE, headers=SUPERVISOR)
    assert (made.status_code, made.headers["etag"], made.json()["version"]) == (200, '"1"', 1)
    changed = ARTICLE | {"title": "Returning", "note": "clearer", "valid_to": "2030-01-31"}
    refused = await client.put("/api/v1/articles/returns", json=changed)
    assert refused.status_code == 428
    again = await client.put("/api/v1/articles/returns", json=changed, headers={"if-match": '"1"'})
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    stale = await client.put("/api/v1/articles/returns", json=ARTICLE, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    read = await client.get("/api/v1/articles/returns", headers=AGENT)
    assert (read.json()["title"], read.json()["valid_to"]) == ("Returning", "2030-01-31")
    versions = (await client.get("/api/v1/articles/returns/versions", headers=AGENT)).json()
    assert [(each["article"]["title"], each["note"]) for each in versions] == [
        ("Returning", "clearer"),
        ("Returns", ""),
    ]
    first = await client.get("/api/v1/articles/returns/versions/1")
    assert first.json()["article"]["body"] == ARTICLE["body"]
    listed = await client.get("/api/v1/articles", params={"text": "30 days", "tag": "returns", "audience": "public"})
    assert [each["id"] for each in listed.json()["items"]] == ["returns"]
    assert (await client.get("/api/v1/articles", params={"state": "draft"})).json()["items"] == []
    assert (await client.delete("/api/v1/articles/returns", headers={"if-match": '"1"'})).status_code == 412
    assert (await client.delete("/api/v1/articles/returns", headers=SUPERVISOR)).status_code == 204
    assert (await client.get("/api/v1/articles/returns/versions")).status_code == 404


@pytest.mark.parametrize("path", ["articles/a", "products/a", "orders/a"])
async def test_agents_read_and_services_do_not(client: JsonClient, path: str) -> None:
    assert (await client.put(f"/api/v1/{path}", json={}, headers=AGENT)).status_code == 403
    assert (await client.delete(f"/api/v1/{path}", headers=AGENT)).status_code == 403
    assert (await client.get(f"/api/v1/{path}", headers={"x-role": "service"})).status_code == 403
    assert (await client.get(f"/api/v1/{path}", headers=AGENT)).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"body": " \n"}, "body"),
        ({"language": "English"}, "language"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ({"translation_of": "returns"}, "translation_of"),
        ({"audience": "all"}, "audience"),
        ({"questions": [""]}, "questions"),
    ],
)
async def test_a_bad_article_is_refused_by_its_field(client: JsonClient, change: dict[str, Any], field: str) -> None:
    answer = await client.put("/api/v1/articles/returns", json=ARTICLE | change)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_what_no_database_holds_is_replaced(client: JsonClient) -> None:
    answer = await client.put("/api/v1/articles/odd", json=ARTICLE | {"body": "a\u0000b"})
    assert (answer.status_code, answer.json()["body"]) == (200, "a\ufffdb")


async def test_products_and_orders_are_stored_and_listed(client: JsonClient, container: Container) -> None:
    product = {"name": "LavaStar 8", "attributes": [{"name": "capacity", "value": "8", "unit": "kg"}]}
    assert (await client.put("/api/v1/products/LS-8", json=product, headers=SUPERVISOR)).status_code == 200
    assert (await client.put("/api/v1/products/LS-8", json=product)).status_code == 428
    found = (await client.get("/api/v1/products", params={"text": "lava"}, headers=AGENT)).json()["items"]
    assert [(each["number"], each["attributes"][0]["unit"]) for each in found] == [("LS-8", "kg")]
    order = {"state": "shipped", "customer_id": "100205", "lines": [{"product": "LS-8"}], "expected_on": "2026-06-01"}
    stored = await client.put("/api/v1/orders/558431", json=order, headers=SUPERVISOR)
    assert (stored.status_code, stored.json()["lines"][0]["quantity"]) == (200, 1)
    assert (await client.get("/api/v1/orders/558431", headers=AGENT)).json() == stored.json()
    assert len((await client.get("/api/v1/orders", params={"text": "100205"})).json()["items"]) == 1
    bad = await client.put("/api/v1/orders/558431", json={"tracking_url": "ftp://x"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "tracking_url")
    assert (await client.delete("/api/v1/orders/558431")).status_code == 204
    assert (await client.delete("/api/v1/orders/558431")).status_code == 404
