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
    """A fact found in a text: `text[start:end] == value`, in Python string indices.

    `origin` is "signature" where it stands in the writer's signature.
    """

    field: str
    value: str
    start: int
    end: int
    origin: str = ""


@dataclass(frozen=True)
class Signal:
    """What a message says beside its intent, by a name of engine/signals; `spans` are the words that say it."""

    name: str
    probability: float
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Concern:
    """One matter of a message, at text[start:end], with its own intent and type."""

    intent: str | None
    probability: float
    intents: tuple[Scored, ...]
    start: int
    end: int
    type: str


@dataclass(frozen=True)
class Turn:
    """A text that came before, by "customer" or "service"."""

    role: str
    text: str


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
    signals: tuple[Signal, ...] = ()
    concerns: tuple[Concern, ...] = ()
    reads: tuple[tuple[int, int], ...] = ()

    def signal(self, name: str) -> float:
        """The probability of a signal, 0 where it is not listed."""
        return next((each.probability for each in self.signals if each.name == name), 0.0)
