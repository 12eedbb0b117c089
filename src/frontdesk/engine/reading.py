"""The inputs and results of the engine, as frozen dataclasses."""

from dataclasses import dataclass

TITLE_LIMIT = 100
SUMMARY_LIMIT = 300

SENTIMENTS = ("Negative", "Neutral", "Positive")
MESSAGE_TYPES = ("Complaint", "Complement", "Question", "ServiceRequest", "Information")


@dataclass(frozen=True)
class IntentSpec:
    """One intent that a message may have; description and examples are all that it is known by."""

    code: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scored:
    """An intent's code with its calibrated probability, 0 to 1."""

    code: str
    probability: float


@dataclass(frozen=True)
class Span:
    """A fact found in a text: `text[start:end] == value`, in Python string indices."""

    field: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Vocabulary:
    """Names that the database knows, so that they are found however they are written around."""

    products: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Everything that the engine says about one message."""

    language: str
    sentiment: str
    sentiment_probability: float
    title: str
    summary: str
    entities: tuple[Span, ...]
    message_type: str
    type_probability: float
    intent: str | None
    intent_probability: float
    intents: tuple[Scored, ...]
