"""Checks articles, products and orders before they are stored: clear refusals that name the field, nothing cut."""

import re
from dataclasses import fields, replace
from typing import TypeVar

from frontdesk.interfaces import Invalid
from frontdesk.model.knowledge import Article, Order, Product
from frontdesk.model.translatable import tr
from frontdesk.ticketing.submission import storable

Fact = TypeVar("Fact", Article, Product, Order)

MOST_BODY = 200_000
MOST_QUESTIONS, MOST_LABELS = 200, 50
LENGTHS = {
    Article: {"id": 200, "title": 300, "body": MOST_BODY, "url": 2000, "owner": 200, "translation_of": 200},
    Product: {"number": 40, "name": 200},
    Order: {
        "number": 40,
        "customer_id": 10,
        "name": 200,
        "email": 320,
        "phone": 40,
        "postal_code": 20,
        "carrier": 100,
        "tracking": 100,
        "tracking_url": 2000,
    },
}
LISTS = {"questions": (MOST_QUESTIONS, 500), "products": (MOST_LABELS, 40), "tags": (MOST_LABELS, 100)}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,6})?")
_ADDRESS = re.compile(r"https?://[^\s/?#\\]+([/?#][^\s\\]*)?", re.IGNORECASE)
_LINE = re.compile(r"[\x00-\x1f\x7f]")


def check_article(given: Article) -> Article:
    """The article as it will be stored. Raises Invalid."""
    article = _storable(given, many_lines=("body",))
    _need(article.id, "id")
    _need(article.body, "body")
    _need(article.title, "title")
    for name, (most, length) in LISTS.items():
        _check_list(getattr(article, name), name, most, length)
    if not _LANGUAGE.fullmatch(article.language):
        raise Invalid(tr("language {language!r} is no code such as en or pt-BR", language=article.language), "language")
    _check_address(article.url, "url")
    if article.valid_from and article.valid_to and article.valid_to < article.valid_from:
        raise Invalid(tr("valid_to is before valid_from"), "valid_to")
    if article.translation_of == article.id:
        raise Invalid(tr("an article is no translation of itself"), "translation_of")
    return article


def check_product(given: Product) -> Product:
    """The product as it will be stored. Raises Invalid."""
    product = _storable(given)
    _need(product.number, "number")
    _need(product.name, "name")
    _check_list(product.aliases, "aliases", MOST_LABELS, 200)
    if len(product.attributes) > MOST_QUESTIONS:
        raise Invalid(tr("{field} has more than {most} entries", field="attributes", most=MOST_QUESTIONS), "attributes")
    for each in product.attributes:
        if not each.name.strip() or len(each.name) > 100 or len(each.value) > 500 or len(each.unit) > 20:
            raise Invalid(tr("an attribute has a name, a value and perhaps a unit, all of them short"), "attributes")
    attributes = tuple(
        replace(each, name=storable(each.name), value=storable(each.value), unit=storable(each.unit))
        for each in product.attributes
    )
    return replace(product, attributes=attributes)


def check_order(given: Order) -> Order:
    """The order as it will be stored. Raises Invalid."""
    order = _storable(given)
    _need(order.number, "number")
    _check_address(order.tracking_url, "tracking_url")
    if len(order.lines) > MOST_QUESTIONS:
        raise Invalid(tr("{field} has more than {most} entries", field="lines", most=MOST_QUESTIONS), "lines")
    for each in order.lines:
        if not each.product.strip() or len(each.product) > 40 or len(each.name) > 200 or not 0 < each.quantity < 10**6:
            raise Invalid(tr("a line has a product, perhaps a name, and a quantity above 0"), "lines")
    lines = tuple(replace(each, product=storable(each.product), name=storable(each.name)) for each in order.lines)
    return replace(order, lines=lines, email=order.email.lower())


def _storable(given: Fact, many_lines: tuple[str, ...] = ()) -> Fact:
    """Without characters that no database can hold. Raises Invalid for what is too long, or breaks a line."""
    changed: dict[str, object] = {}
    for each in fields(given):
        value = getattr(given, each.name)
        if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
            changed[each.name] = tuple(storable(part) for part in value)
        elif type(value) is str:
            changed[each.name] = kept = storable(value)
            if each.name not in many_lines and _LINE.search(kept):
                raise Invalid(tr("{field} must be one line", field=each.name), each.name)
            most = LENGTHS[type(given)].get(each.name)
            if most and len(kept) > most:
                raise Invalid(tr("{field} has more than {most:,} characters", field=each.name, most=most), each.name)
    return replace(given, **changed)  # type: ignore[arg-type]  # each value has the type of what it replaces


def _need(value: str, name: str) -> None:
    if not value.strip():
        raise Invalid(tr("{field} is empty", field=name), name)


def _check_list(values: tuple[str, ...], name: str, most: int, length: int) -> None:
    if len(values) > most:
        raise Invalid(tr("{field} has more than {most} entries", field=name, most=most), name)
    if any(not each.strip() or len(each) > length or _LINE.search(each) for each in values):
        raise Invalid(tr("each of {field} is one line of 1 to {length} characters", field=name, length=length), name)


def _check_address(url: str, name: str) -> None:
    """Pages link to it, so that it must be one of the web, or a path of our own."""
    if not url or (url.startswith("/") and not url.startswith("//")):
        return
    if not _ADDRESS.fullmatch(url):
        raise Invalid(tr("{field} is no address like https://example.com/page", field=name), name)
