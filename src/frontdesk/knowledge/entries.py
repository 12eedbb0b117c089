"""Articles, products and orders out of the fields of a record: a line of JSONL, a row of CSV."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from frontdesk.interfaces import Invalid
from frontdesk.knowledge.checking import check_article, check_order, check_product
from frontdesk.model.knowledge import Article, ArticleState, Attribute, Audience, Order, OrderLine, OrderState, Product
from frontdesk.model.translatable import tr

Fields = Mapping[str, Any]
Kind = TypeVar("Kind", bound=Enum)

ARTICLE_FIELDS = frozenset({*Article.__dataclass_fields__, "question", "answer"} - {"version"})
PRODUCT_FIELDS = frozenset({"number", "name", "aliases", "attributes"})
ORDER_FIELDS = frozenset(Order.__dataclass_fields__)
# In CSV the parts of a list stand between these.
BETWEEN = re.compile(r"\s*[|\n]\s*")
TITLE = 300


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a record does not say. `language_of` names the language of a text."""

    language_of: Callable[[str], str]
    audience: Audience = Audience.PUBLIC
    state: ArticleState = ArticleState.PUBLISHED


def article_of(fields: Fields, defaults: Defaults) -> Article:
    """An article; the text of `body` stays exactly as it is, as citations index it. Raises Invalid."""
    body = _text(fields, "body") or _text(fields, "answer")
    questions = (*_list(fields, "question"), *_list(fields, "questions"))
    title = _text(fields, "title").strip() or (questions[0] if questions else title_of(body))
    url = _text(fields, "url").strip()
    language = _language(_text(fields, "language")) or defaults.language_of(f"{title}\n{body}"[:3000])
    article = Article(
        id=_text(fields, "id").strip() or new_id(url or title, language),
        title=" ".join(title.split())[:TITLE],
        body=body,
        language=language,
        questions=tuple(dict.fromkeys(" ".join(each.split()) for each in questions)),
        audience=_enum(fields, "audience", Audience, defaults.audience),
        url=url,
        products=_list(fields, "products"),
        tags=_list(fields, "tags"),
        state=_enum(fields, "state", ArticleState, defaults.state),
        valid_from=_date(fields, "valid_from"),
        valid_to=_date(fields, "valid_to"),
        owner=_text(fields, "owner").strip(),
        review_on=_date(fields, "review_on"),
        translation_of=_text(fields, "translation_of").strip(),
    )
    return check_article(article)


def product_of(fields: Fields) -> Product:
    """A product; attributes are objects, or in CSV `name: value unit` between bars. Raises Invalid."""
    attributes = tuple(_attribute(each) for each in _parts(fields, "attributes"))
    aliases = _list(fields, "aliases")
    number, name = _text(fields, "number").strip(), _text(fields, "name").strip()
    return check_product(Product(number, name, aliases, attributes))


def order_of(fields: Fields) -> Order:
    """An order; lines are objects, or in CSV `quantity x product name` between bars. Raises Invalid."""
    order = Order(
        state=_enum(fields, "state", OrderState, OrderState.RECEIVED),
        lines=tuple(_line(each) for each in _parts(fields, "lines")),
        blocked=_text(fields, "blocked").strip().lower() in ("true", "yes", "1"),
        number=_text(fields, "number").strip(),
        ordered_on=_date(fields, "ordered_on"),
        expected_on=_date(fields, "expected_on"),
        shipped_on=_date(fields, "shipped_on"),
        delivered_on=_date(fields, "delivered_on"),
    )
    words = ("customer_id", "name", "email", "phone", "postal_code", "carrier", "tracking", "tracking_url")
    order = replace(order, **{name: _text(fields, name).strip() for name in words})  # type: ignore[arg-type]  # all text
    return check_order(order)


def title_of(body: str) -> str:
    """What a text is called that says no title: its first heading, or the beginning of its first line."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    heading = next((line for line in lines if line.startswith("#")), lines[0] if lines else "")
    return heading.strip("#*_ ")[:100]


def digest_of(article: Article) -> str:
    """Of all that a source says of an article."""
    return hashlib.sha256(repr(article).encode("utf-8", "replace")).hexdigest()


def new_id(name: str, language: str) -> str:
    """An id for a title or an address: the same for the same, so that another answer is its next version."""
    words = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:40].strip("-")
    digest = hashlib.sha256(f"{language}\n{name}".encode("utf-8", "replace")).hexdigest()[:10]
    return f"{words}-{digest}" if words else digest


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if not isinstance(value, str):
        raise Invalid(tr("{field} must be text", field=name), name)
    return value


def _language(text: str) -> str:
    """A code as it is stored: de, pt-BR."""
    first, between, rest = text.strip().replace("_", "-").partition("-")
    return f"{first.lower()}{between}{rest}"


def _parts(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name)
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [each for each in BETWEEN.split(value.strip()) if each]
    if not isinstance(value, list):
        raise Invalid(tr("{field} must be a list", field=name), name)
    return value


def _list(fields: Fields, name: str) -> tuple[str, ...]:
    if name == "question" and isinstance(fields.get(name), str):
        return (fields[name].strip(),) if fields[name].strip() else ()
    parts = _parts(fields, name)
    if not all(isinstance(each, str) for each in parts):
        raise Invalid(tr("{field} must be a list of texts", field=name), name)
    return tuple(dict.fromkeys(each.strip() for each in parts if each.strip()))


def _enum(fields: Fields, name: str, kind: type[Kind], default: Kind) -> Kind:
    value = _text(fields, name).strip().lower()
    if not value:
        return default
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(each.value) for each in kind)
        raise Invalid(tr("{field} is one of {known}", field=name, known=known), name) from None


def _date(fields: Fields, name: str) -> date | None:
    value = _text(fields, name).strip()
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        raise Invalid(tr("{field} is no date like 2026-01-31", field=name), name) from None


def _attribute(value: Any) -> Attribute:
    if isinstance(value, Mapping):
        return Attribute(_text(value, "name").strip(), _text(value, "value").strip(), _text(value, "unit").strip())
    name, _, told = str(value).partition(":")
    amount, _, unit = told.strip().partition(" ")
    is_number = amount.replace(".", "", 1).replace(",", "", 1).isdigit()
    return Attribute(name.strip(), amount, unit.strip()) if is_number else Attribute(name.strip(), told.strip())


def _line(value: Any) -> OrderLine:
    if isinstance(value, Mapping):
        quantity = _text(value, "quantity") or "1"
        return OrderLine(_text(value, "product").strip(), _text(value, "name").strip(), _quantity(quantity))
    found = re.fullmatch(r"(?:(\d+)\s*[x×]\s*)?(\S+)\s*(.*)", str(value).strip())
    if found is None:
        raise Invalid(tr("a line has a product, perhaps a name, and a quantity above 0"), "lines")
    return OrderLine(found[2], found[3], _quantity(found[1] or "1"))


def _quantity(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise Invalid(tr("a line has a product, perhaps a name, and a quantity above 0"), "lines")
    return int(text)
