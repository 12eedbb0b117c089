"""What is known: articles that answer questions, products, and the orders of customers."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Audience(StrEnum):
    """Who may be told what an article says."""

    PUBLIC = "public"
    INTERNAL = "internal"


class ArticleState(StrEnum):
    """Only what is published answers questions."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Article:
    """An article or a question with its answer.

    `body` is Markdown exactly as it was imported: citations index it (`body[start:end]`). `questions` are questions
    that it answers, in any language. It is valid from the beginning of `valid_from` to the end of `valid_to`.
    `translation_of` is the id of the article that this one says in another language. `products` are product numbers.
    Every change makes a new `version`.
    """

    id: str
    title: str
    body: str
    language: str = "en"
    questions: tuple[str, ...] = ()
    audience: Audience = Audience.PUBLIC
    url: str = ""
    products: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    state: ArticleState = ArticleState.PUBLISHED
    valid_from: date | None = None
    valid_to: date | None = None
    owner: str = ""
    review_on: date | None = None
    translation_of: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """An article as it was saved by somebody."""

    article: Article
    saved_at: datetime
    saved_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """What is searched: a part of an article's body (`body[start:end]`), or one of its questions.

    `number` counts the passages of a version from 0. A question has an empty place: its answer is the whole article.
    """

    article: str
    version: int
    number: int
    start: int
    end: int
    question: str = ""


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """The vectors of all passages of one version by one encoder: float32 rows in the order of the passages, as bytes.

    They stand in the order of `Passage.number`; `size` is how many numbers a row has.
    """

    article: str
    version: int
    encoder: str
    size: int
    vectors: bytes


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; empty fields do not filter. `on`: only what may answer on that day. `text`: words in them."""

    text: str = ""
    audience: tuple[Audience, ...] = ()
    state: tuple[ArticleState, ...] = ()
    language: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    on: date | None = None
    review_until: date | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of a product, such as capacity 8 kg."""

    name: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product with what else people call it. Its manuals are articles that name its number."""

    number: str
    name: str
    aliases: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    version: int = 1


class OrderState(StrEnum):
    """How far an order is."""

    RECEIVED = "received"
    IN_PREPARATION = "in_preparation"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order: so many of a product."""

    product: str
    name: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. Whoever is told about it must be proven to be its customer or contact, or know it.

    `expected_on` is the day of delivery that was promised; `tracking` is the carrier's number.
    """

    number: str
    state: OrderState
    customer_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    postal_code: str = ""
    lines: tuple[OrderLine, ...] = ()
    ordered_on: date | None = None
    expected_on: date | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None
    carrier: str = ""
    tracking: str = ""
    tracking_url: str = ""
    blocked: bool = False
