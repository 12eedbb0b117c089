"""Answers to questions: what is said, of which kind, and where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.model.knowledge import Audience


class AnswerKind(StrEnum):
    """What an answer does."""

    ANSWERED = "answered"
    ASKS_BACK = "asks_back"
    ORDER_STATUS = "order_status"
    HANDED_OVER = "handed_over"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as it is proven: a claim proves nothing.

    `audiences` may be told to them. `customer_id` is the proven customer, `addresses` their proven addresses and phone
    numbers. `may_see_orders`: an agent, who sees all of them. `language` is preferred to what the question is read as.
    """

    audiences: tuple[Audience, ...] = (Audience.PUBLIC,)
    customer_id: str = ""
    addresses: tuple[str, ...] = ()
    may_see_orders: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A part of an article's body: `body[start:end] == quote` in this version."""

    article: str
    version: int
    title: str
    start: int
    end: int
    quote: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class UsedPassage:
    """A passage that was found, with its score; the better, the higher."""

    article: str
    version: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. `confidence` is the probability that it is right, of the least sure part.

    `used` is ranked, also where nothing is answered. `concerns` are the questions that it covers, `choices` the models
    that it asks back about.
    """

    text: str
    kind: AnswerKind
    language: str
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    used: tuple[UsedPassage, ...] = ()
    concerns: tuple[str, ...] = ()
    order: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A question.

    `sent`: the assistant's words went out; `helped`: what their reader said to "Did this help?", None for nothing;
    `back_at`: when the customer wrote again, on any channel.
    """

    reference: str
    question: str
    kind: AnswerKind
    sent: bool
    articles: tuple[str, ...]
    at: datetime
    back_at: datetime | None
    helped: bool | None = None
    channel: str = ""
    language: str = ""
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """Suggestions that people took: how many, how many as they were, their words and how many of these were changed."""

    count: int
    unchanged: int
    words: int
    edited: int
