"""Articles in the console: made, previewed, changed with what differs, and shown to agents; products and orders."""

import re
from dataclasses import replace
from datetime import date

from frontdesk.model.knowledge import Article, Audience, Order, OrderState, Product
from frontdesk.wiring.container import Container
from tests.ui.console.test_rules import admin, post
from tests.web_client import HTML, Client

__all__ = ["admin"]  # the fixture
PLACE = "/console/articles/article"
FORM = {"title": "Returns", "body": "Within **30 days**.", "language": "en", "audience": "public", "state": "published"}


async def test_an_article_is_made_and_changed_and_what_differs_is_shown(admin: Client, container: Container) -> None:
    made = await post(admin, PLACE, **FORM, id="returns", questions="How long?\n\nWie lange?", tags="returns, shop")
    assert made.headers["location"] == f"{PLACE}?id=returns&saved=1"
    stored = await container.knowledge.articles.get("returns")
    assert (stored.questions, stored.tags) == (("How long?", "Wie lange?"), ("returns", "shop"))
    page = (await admin.get(made.headers["location"], headers=HTML)).text
    assert "Within <strong>30 days</strong>." in page
    await post(admin, PLACE, **FORM | {"body": "Within **14 days**.", "id": "returns", "version": "1", "note": "law"})
    changes = (await admin.get(f"{PLACE}/difference?id=returns&version=2", headers=HTML)).text
    assert "<del>30</del><ins>14</ins>" in changes
    assert "law" in changes
    stale = await post(admin, PLACE, **FORM | {"id": "returns", "version": "1"})
    assert (stale.status_code, "was changed meanwhile" in stale.text) == (400, True)
    assert (await post(admin, f"{PLACE}/remove", id="returns", version="2")).status_code == 303
    assert (await admin.get(f"{PLACE}?id=returns", headers=HTML)).status_code == 404


async def test_a_preview_stores_nothing_and_runs_nothing(admin: Client) -> None:
    body = "<script>alert(1)</script>\n\n[here](javascript:alert(1)) [there](https://example.com)"
    shown = await post(admin, PLACE, **FORM | {"id": "x", "what": "preview", "body": body})
    [preview] = re.findall(r'id="preview-card">.*?</section>', shown.text, re.DOTALL)
    assert "&lt;script&gt;" in preview
    assert re.findall(r'<a href="([^"]+)"', preview) == ["https://example.com"]
    assert (await admin.get(f"{PLACE}?id=x", headers=HTML)).status_code == 404


async def test_a_bad_article_comes_back_with_what_is_wrong(admin: Client) -> None:
    for change, words in (
        ({"title": " "}, "title is empty"),
        ({"language": "English"}, "is no code"),
        ({"audience": "everybody"}, "audience is one of"),
        ({"valid_from": "soon"}, "is no date"),
    ):
        answer = await post(admin, PLACE, **FORM | change)
        assert (answer.status_code, words in answer.text) == (400, True), change
        assert "Within **30 days**." in answer.text


async def test_agents_read_and_search_and_do_not_write(agent: Client, container: Container) -> None:
    store = container.knowledge.articles
    first = Article("returns", "Returning shoes", "Within **30 days**.", questions=("How long?",), products=("S-1",))
    await store.put(first, "Kim")
    await store.put(replace(first, id="inside", title="Goodwill", audience=Audience.INTERNAL), "Kim")
    await store.put(replace(first, id="old", title="Old", review_on=date(2020, 1, 1), language="de"), "Kim")
    page = (await agent.get(f"{PLACE}?id=returns", headers=HTML)).text
    assert "<strong>30 days</strong>" in page
    assert "<textarea" not in page
    assert (await post(agent, PLACE, **FORM)).status_code == 403
    for query, titles in (
        ("q=shoes", ["Returning shoes"]),
        ("audience=internal", ["Goodwill"]),
        ("due=1", ["Old"]),
        ("language=de&status=published", ["Old"]),
        ("status=draft", []),
        ("product=S-2", []),
        ("product=S-1&q=shoes", ["Returning shoes"]),
    ):
        found = (await agent.get(f"/console/articles?{query}", headers=HTML)).text
        assert re.findall(r'<a class="title"[^>]*>([^<]+)</a>', found) == titles, query


async def test_products_and_orders_are_found(agent: Client, container: Container) -> None:
    await container.knowledge.products.put_all([Product("LS-8", "LavaStar 8"), Product("TM-1", "TurboMix")])
    found = (await agent.get("/console/products?q=lava", headers=HTML)).text
    assert ("LavaStar 8" in found, "TurboMix" in found) == (True, False)
    orders = [Order("1", OrderState.SHIPPED, email="kim@example.com"), Order("2", OrderState.RECEIVED)]
    await container.knowledge.order_book.put_all(orders)
    found = (await agent.get("/console/orders?q=KIM@example.com", headers=HTML)).text
    assert re.findall(r'<span class="title reference">(\w+)</span>', found) == ["1"]
