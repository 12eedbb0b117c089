"""The knowledge base: versions, what may be told to whom and when, the words and vectors of passages."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from frontdesk.answers.passages import text_of as searched_text
from frontdesk.interfaces import NotFound, Stale
from frontdesk.interfaces.knowledge import Rows
from frontdesk.knowledge.entries import digest_of
from frontdesk.model import WorkState
from frontdesk.model.audit import AuditFilter
from frontdesk.model.knowledge import (
    Article,
    ArticleFilter,
    ArticleState,
    Attribute,
    Audience,
    Order,
    OrderLine,
    OrderState,
    Product,
)
from frontdesk.storage.knowledge.importing import Imported
from frontdesk.wiring.container import Container
from frontdesk.workflows.make_vectors import make_vectors

TODAY = date(2026, 6, 1)
EVERYBODY = [Audience.PUBLIC]
RETURNS = Article(
    "returns",
    "Returning goods",
    "# Returning goods\n\nYou may return goods within 30 days.\n\nShoes must be unworn.",
    questions=("How long may I return shoes?", "Wie lange kann ich Schuhe zurückgeben?"),
    products=("S-1",),
    tags=("returns",),
)


class Counting:
    """An encoder that counts how often a text has an e, and what it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def passages(self, texts: Any) -> Rows:
        self.asked += texts
        return np.array([[text.count("e"), 1.0] for text in texts], np.float32)

    async def questions(self, texts: Any) -> Rows:
        return await self.passages(texts)


async def test_an_article_comes_back_as_it_was_stored_and_each_change_is_a_version(container: Container) -> None:
    store = container.knowledge.articles
    whole = replace(RETURNS, valid_from=date(2026, 1, 1), review_on=TODAY, owner="Kim", url="/help/returns")
    assert await store.put(whole, "Kim") == (whole, True)
    after, is_new = await store.put(replace(whole, title="Returns"), "Lee", "shorter")
    assert (after.version, is_new, await store.get("returns")) == (2, False, after)
    assert await store.put(after, "Lee") == (after, False)
    newest, first = await store.versions("returns")
    assert (newest.article, newest.saved_by, newest.note) == (after, "Lee", "shorter")
    assert (first.article, await container.knowledge.base.version("returns", 1)) == (whole, first)


async def test_who_changed_what_stands_in_the_audit_trail(container: Container) -> None:
    store = container.knowledge.articles
    await store.take_in("help", [Imported(RETURNS, digest_of(RETURNS))], "command line")
    await store.put(replace(RETURNS, title="Returns"), "Kim")
    await store.remove("returns", "Lee")
    trail = await container.people.audit.page(AuditFilter(), 5)
    assert [(each.kind, each.by) for each in trail.rows] == [
        ("article_removed", "Lee"),
        ("article_changed", "Kim"),
        ("articles_imported", "command line"),
    ]


async def test_a_change_of_what_somebody_else_changed_is_refused(container: Container) -> None:
    store = container.knowledge.articles
    await store.put(RETURNS, "Kim", version=0)
    for version in (0, 2):
        with pytest.raises(Stale):
            await store.put(replace(RETURNS, title="Other"), "Lee", version=version)
    with pytest.raises(Stale):
        await store.remove("returns", "Kim", version=7)
    await store.remove("returns", "Kim", version=1)
    with pytest.raises(NotFound):
        await store.versions("returns")
    assert await container.knowledge.base.find(["shoes"], EVERYBODY, TODAY, 5) == []


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ({}, True),
        ({"audience": Audience.INTERNAL}, False),
        ({"state": ArticleState.DRAFT}, False),
        ({"valid_from": date(2026, 6, 2)}, False),
        ({"valid_from": TODAY, "valid_to": TODAY}, True),
        ({"valid_to": date(2026, 5, 31)}, False),
    ],
)
async def test_only_what_holds_today_and_is_for_this_audience_is_told(
    container: Container, change: dict[str, Any], is_told: bool
) -> None:
    base = container.knowledge.base
    await container.knowledge.articles.put(replace(RETURNS, **change), "Kim")
    found = [
        await base.published(EVERYBODY, TODAY),
        await base.passages(EVERYBODY, TODAY),
        await base.find(["unworn", "shoes"], EVERYBODY, TODAY, 5),
    ]
    assert [bool(each) for each in found] == [is_told] * 3


async def test_rare_words_find_the_passage_that_has_them(container: Container) -> None:
    for number in range(20):
        body = f"You may ask us about the delivery of number {number}."
        await container.knowledge.articles.put(Article(f"d{number}", "Delivery", body), "Kim")
    await container.knowledge.articles.put(RETURNS, "Kim")
    question = ["May", "you", "ask", "about", "Schuhe?"]
    best = (await container.knowledge.base.find(question, EVERYBODY, TODAY, 3))[0]
    assert best[0] == "returns"
    passages = await container.knowledge.base.passages(EVERYBODY, TODAY)
    assert [each.question for each in passages if (each.article, each.number) == best[:2]] == [RETURNS.questions[1]]
    assert await container.knowledge.base.find(["?", "☃"], EVERYBODY, TODAY, 3) == []


async def test_lists_are_filtered_and_searched_and_go_on_where_they_ended(container: Container) -> None:
    store = container.knowledge.articles
    await store.put(RETURNS, "Kim")
    german = replace(RETURNS, id="de", language="de", title="Rückgabe", tags=(), translation_of="returns")
    await store.put(german, "Kim")
    await store.put(Article("note", "Note", "Ask the boss.", audience=Audience.INTERNAL, review_on=TODAY), "Kim")

    async def ids(**wanted: Any) -> list[str]:
        return sorted(row.article.id for row in (await store.page(ArticleFilter(**wanted), 10)).rows)

    assert await ids(text="unwor") == ["de", "returns"]
    assert await ids(text="boss -unworn") == ["note"]
    assert await ids(tag=("returns",)) == ["returns"]
    assert await ids(product=("S-1",), language=("de",)) == ["de"]
    assert await ids(audience=(Audience.INTERNAL,), review_until=TODAY) == ["note"]
    assert (await store.labels())["language"] == ("de", "en")
    assert [each.id for each in await store.translations(await store.get("de"))] == ["returns"]
    first = await store.page(ArticleFilter(), 2)
    second = await store.page(ArticleFilter(), 2, first.next_cursor or "")
    assert [row.article.id for row in (*first.rows, *second.rows)] == ["note", "de", "returns"]
    assert second.next_cursor is None


async def test_an_import_adds_changes_keeps_and_names_what_is_gone(container: Container) -> None:
    store = container.knowledge.articles
    other = Article("hours", "Opening hours", "We are open from 9 to 18.")

    def given(*articles: Article) -> list[Imported]:
        return [Imported(each, digest_of(each)) for each in articles]

    assert (await store.take_in("help", given(RETURNS, other), "Kim")).added == ("returns", "hours")
    await store.put(replace(RETURNS, title="As edited here"), "Lee")
    changed = replace(other, body="We are open from 8 to 20.")
    again = await store.take_in("help", given(RETURNS, changed), "Kim")
    assert (again.added, again.changed, again.unchanged) == ((), ("hours",), ("returns",))
    assert (await store.get("returns")).title == "As edited here"
    last = await store.take_in("help", given(changed), "Kim")
    assert (last.unchanged, last.gone, (await store.get("returns")).version) == (("hours",), ("returns",), 2)


async def test_vectors_are_made_once_for_each_version(container: Container) -> None:
    knowledge, encoder = container.knowledge, Counting()
    await knowledge.articles.put(RETURNS, "Kim")
    before = await knowledge.base.stamp()
    assert await make_vectors(knowledge.vectors, [encoder], searched_text) == 1
    assert RETURNS.questions[0] in encoder.asked
    assert await knowledge.base.stamp() != before
    assert await knowledge.vectors.progress([encoder.name]) == {"counting": (1, 1)}
    [kept] = await knowledge.base.vectors(encoder.name, EVERYBODY, TODAY)
    rows = np.frombuffer(kept.vectors, np.float32).reshape(-1, kept.size)
    assert rows.tolist() == [[text.count("e"), 1.0] for text in encoder.asked]
    assert await make_vectors(knowledge.vectors, [encoder], searched_text) == 0
    await knowledge.articles.put(replace(RETURNS, body="Never."), "Kim")
    assert await knowledge.base.vectors(encoder.name, EVERYBODY, TODAY) == []
    assert await knowledge.vectors.progress([encoder.name]) == {"counting": (0, 1)}


async def test_the_worker_makes_what_is_missing_and_a_dropped_version_is_not_kept(container: Container) -> None:
    knowledge = container.knowledge
    await knowledge.articles.put(RETURNS, "Kim")
    [(article, passages)] = await knowledge.vectors.missing("builtin-512", 5)
    await knowledge.articles.put(replace(RETURNS, title="Returns"), "Kim")
    assert article.version == 1
    assert [row.kind for row in (await container.work.admin.page(WorkState.OPEN, 5)).rows] == ["knowledge"]
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}
    await container.runner.run_until_idle()
    assert await knowledge.vectors.progress(["builtin-512"]) == {"builtin-512": (1, 1)}
    [kept] = await knowledge.base.vectors("builtin-512", EVERYBODY, TODAY)
    assert (kept.version, kept.size, len(kept.vectors)) == (2, 512, len(passages) * 512 * 4)
    await knowledge.vectors.keep([replace(kept, version=1, vectors=b"")])
    assert [kept] == list(await knowledge.base.vectors("builtin-512", EVERYBODY, TODAY))
    assert (await container.work.admin.page(WorkState.OPEN, 5)).rows == ()


async def test_products_and_orders_come_back_as_they_were_stored(container: Container) -> None:
    products, orders = container.knowledge.products, container.knowledge.order_book
    washer = Product("W-8", "LavaStar 8", ("washer",), (Attribute("capacity", "8", "kg"),))
    assert await products.put_all([washer]) == (1, 0)
    assert await products.put(replace(washer, name="LavaStar 8 Plus"), version=1) == (
        replace(washer, name="LavaStar 8 Plus", version=2),
        False,
    )
    assert [each.number for each in (await products.page(5, text="star 8 p")).rows] == ["W-8"]
    with pytest.raises(Stale):
        await products.remove("W-8", version=1)
    order = Order(
        "558431", OrderState.SHIPPED, "100205", email="Owen@example.com", lines=(OrderLine("W-8", "LavaStar 8", 2),),
        ordered_on=TODAY,
    )  # fmt: skip
    assert await orders.put_all([order]) == (1, 0)
    assert await orders.put_all([order]) == (0, 0)
    assert await orders.put_all([replace(order, state=OrderState.DELIVERED)]) == (0, 1)
    assert await container.knowledge.orders.orders_of("100205") == [replace(order, state=OrderState.DELIVERED)]
    assert [each.number for each in (await orders.page(5, text="owen@EXAMPLE.com")).rows] == ["558431"]
    assert await orders.order("1") is None
