"""What the demo knows: articles about its appliances and its shop, products, and the orders of its customers."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from frontdesk.knowledge.entries import Defaults, article_of, order_of, product_of
from frontdesk.model.knowledge import Article, Order, Product

LANGUAGES = ("en", "de", "fr", "es")
DAYS = ("ordered", "expected", "shipped", "delivered")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def demo_articles() -> tuple[Article, ...]:
    """All articles; the English one of each has its plain id, the others name it as what they translate."""
    return tuple(
        article_of(fields, Defaults(lambda _text: LANGUAGES[0]))
        for topic in _topics()
        for fields in _in_languages(topic)
    )


def demo_products() -> tuple[Product, ...]:
    """All products."""
    return tuple(map(product_of, _lines("products.jsonl")))


def demo_orders(today: date) -> tuple[Order, ...]:
    """All orders, their days counted from today."""
    return tuple(_order(each, today) for each in _lines("orders.jsonl"))


def _in_languages(topic: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {name: value for name, value in topic.items() if name not in LANGUAGES}
    for language in LANGUAGES:
        if language not in topic:
            continue
        own = {"language": language, **topic[language]}
        if language != LANGUAGES[0]:
            own |= {"id": f"{topic['id']}-{language}", "translation_of": topic["id"]}
        yield {**shared, **own, "questions": [str(each) for each in own["questions"]]}


def _order(line: Mapping[str, Any], today: date) -> Order:
    fields = {name: value for name, value in line.items() if name not in DAYS}
    days = {f"{name}_on": (today + timedelta(days=line[name])).isoformat() for name in DAYS if name in line}
    return order_of(fields | days)


@cache
def _topics() -> tuple[Mapping[str, Any], ...]:
    folder = files("frontdesk.demo") / "knowledge"
    texts = sorted((each.name, each.read_text("utf-8")) for each in folder.iterdir() if each.name.endswith(".yaml"))
    return tuple(topic for _name, text in texts for topic in yaml.load(text, _LOADER))  # noqa: S506 - a safe loader


def _lines(name: str) -> Iterator[Mapping[str, Any]]:
    for line in (files("frontdesk.demo") / "knowledge" / name).read_text("utf-8").splitlines():
        yield json.loads(line)
