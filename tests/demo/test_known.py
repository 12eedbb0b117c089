"""What the demo knows: enough articles in enough languages, and orders of its own customers."""

from collections import defaultdict
from datetime import date

from frontdesk.answers.passages import passages_of, text_of
from frontdesk.cli.demo.command import load_demo
from frontdesk.demo import demo_customers, demo_messages
from frontdesk.demo.known import demo_articles, demo_orders, demo_products
from frontdesk.demo.vectors import MadeBefore
from frontdesk.model.knowledge import Audience
from frontdesk.orchestrator.templates import check_text
from frontdesk.wiring.container import Container, now

TODAY = date(2026, 6, 1)


def test_every_topic_is_in_english_and_german_and_a_third_in_french_and_spanish_too() -> None:
    languages = defaultdict(set)
    for each in demo_articles():
        languages[each.translation_of or each.id].add(each.language)
        assert 2 <= len(each.questions) <= 4, each.id
    assert len(languages) >= 60
    assert all({"en", "de"} <= each for each in languages.values())
    assert sum({"fr", "es"} <= each for each in languages.values()) * 3 >= len(languages)
    assert {each.audience for each in demo_articles()} == set(Audience)


def test_products_and_customers_that_are_named_are_there() -> None:
    products, orders = {each.number for each in demo_products()}, demo_orders(TODAY)
    assert {number for each in demo_articles() for number in each.products} <= products
    assert {line.product for each in orders for line in each.lines} <= products
    customers = dict(demo_customers())
    assert all(customers[each.customer_id] == each.name for each in orders if each.customer_id)
    writers = {each.message.sender.address for each in demo_messages(now())}
    assert all(each.email in writers for each in orders if each.email)


async def test_the_demo_loads_what_it_knows_once(container: Container) -> None:
    await load_demo(container)
    knowledge = container.knowledge
    assert len(await knowledge.base.published([Audience.PUBLIC], TODAY)) > 120
    stamp, order = await knowledge.base.stamp(), await knowledge.orders.order("558431")
    await load_demo(container)
    assert (await knowledge.base.stamp(), await knowledge.orders.order("558431")) == (stamp, order)


async def test_its_vectors_come_along_and_are_those_that_the_encoders_make(container: Container) -> None:
    """`training/demo.py` makes them anew after a change of the articles, or of how they are cut."""
    await load_demo(container)
    store = container.knowledge.vectors
    texts = [text_of(article, each) for article in demo_articles()[::40] for each in passages_of(article)[:2]]
    for encoder in container.knowledge.encoders:
        assert not await store.missing(encoder.name, 1)
        made, kept = await encoder.passages(texts), await MadeBefore(encoder.name).passages(texts)
        assert (made * kept).sum(axis=1).min() > 0.999


async def test_the_demo_is_set_up_once_and_what_people_change_stays(container: Container) -> None:
    await load_demo(container)
    texts, timing = container.configuration.macros, container.configuration.timing
    kept = await texts.of("somebody")
    assert any(each.is_answer for each in kept)
    assert any(not each.is_answer for each in kept)
    for each in kept:
        check_text(each.text)
    await timing.remove("levels", "urgent", "Ada")
    await load_demo(container)
    assert set((await timing.entries())["levels"]) == {"standard"}
    assert await texts.of("somebody") == kept
