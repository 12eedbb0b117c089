"""Analysis: what a message means to the engine or a model, and what people corrected."""

from dataclasses import dataclass
from datetime import datetime

from frontdesk.model.codes import Sentiment, Tier

# The kinds of entities; rules, templates and models use these names.
ENTITY_FIELDS = (
    "customer_no",
    "customer_name",
    "customer_phone",
    "customer_email",
    "product_no",
    "product_name",
    "order_no",
    "order_date",
    "delivery_no",
    "delivery_date",
    "invoice_no",
    "invoice_date",
    "store_name",
    "store_location",
    "amount",
    "tracking_no",
)


# Separates several values of an entity field in one text.
VALUES_APART = ", "


SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Entity:
    """A value found in a text at text[start:end]. `origin` is SIGNATURE where it stands in the writer's signature."""

    field: str
    value: str
    start: int
    end: int
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Probability:
    """A code with its probability, 0 to 1."""

    code: str
    probability: float


@dataclass(frozen=True, slots=True)
class Signal:
    """What a message says beside its intent, by its name in `SIGNALS`; `spans` are the words that say it."""

    name: str
    probability: float
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Concern:
    """One matter of a message, at text[start:end]; `type` is a message type. A message can have several."""

    intent: str | None
    probability: float
    intents: tuple[Probability, ...]
    start: int
    end: int
    type: str


CUSTOMER, SERVICE = "customer", "service"


@dataclass(frozen=True, slots=True)
class Turn:
    """A text of a conversation and who wrote it: CUSTOMER or SERVICE."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent that can be recognised: a code, what it means and messages that have it."""

    code: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What the built-in reader says of a message that a language model has read; `intent` as in Analysis."""

    intent: str | None
    intent_probability: float
    sentiment: str
    sentiment_probability: float
    message_type: str
    type_probability: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """One reading of one message. It is never changed; a later reading is added beside it.

    `intent` is None where no configured intent fits; with several `concerns` it is that of the most pressing one.
    `message_type` is a code of that list. `signals` holds those of at least 5 %. `reads` is the part of the text that
    was read: the customer's own words, without quotations, signature and disclaimers. `second` is there
    where a language model has read.
    """

    id: str
    message_id: str
    run: int
    tier: Tier
    model: str
    language: str
    sentiment: Sentiment
    sentiment_probability: float
    title: str
    summary: str
    message_type: str
    type_probability: float
    intent: str | None
    intent_probability: float
    intents: tuple[Probability, ...]
    entities: tuple[Entity, ...]
    milliseconds: float
    created_at: datetime
    signals: tuple[Signal, ...] = ()
    concerns: tuple[Concern, ...] = ()
    reads: tuple[tuple[int, int], ...] = ()
    second: SecondReading | None = None

    def signal(self, name: str) -> float:
        """The probability of a signal; 0 where it is not listed."""
        return next((each.probability for each in self.signals if each.name == name), 0.0)

    def values(self, field: str) -> tuple[str, ...]:
        """All values of an entity field, in the order of the text."""
        return tuple(entity.value for entity in self.entities if entity.field == field)


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's correction of an analysis: `field` was `was` and becomes `becomes`.

    The field may also be one of ENTITY_FIELDS; then the text holds all its values, and is empty for none.
    """

    id: str
    message_id: str
    analysis_id: str
    field: str
    was: str
    becomes: str
    by: str
    at: datetime
