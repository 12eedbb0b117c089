"""How a message was read, and what people corrected, as JSON."""

from datetime import datetime

from frontdesk.edges.rest.api_answer import ApiAnswer
from frontdesk.model import Sentiment, Tier


class ProbabilityAnswer(ApiAnswer, frozen=True):
    """A code and how probable it is, 0 to 1."""

    code: str
    probability: float


class EntityAnswer(ApiAnswer, frozen=True):
    """A value found in the text from character `start` to before `end`; `origin` may be "signature"."""

    field: str
    value: str
    start: int
    end: int
    origin: str


class SignalAnswer(ApiAnswer, frozen=True):
    """Something that the message says beside its intent, how probable that is, and the words that say it."""

    name: str
    probability: float
    spans: list[tuple[int, int]]


class ConcernAnswer(ApiAnswer, frozen=True):
    """One matter of the message, from character `start` to before `end`; `type` is a code of message types."""

    intent: str | None
    probability: float
    intents: list[ProbabilityAnswer]
    start: int
    end: int
    type: str


class SecondReadingAnswer(ApiAnswer, frozen=True):
    """What the built-in reader says of a message that a language model has read."""

    intent: str | None
    intent_probability: float
    sentiment: Sentiment
    sentiment_probability: float
    message_type: str
    type_probability: float


class AnalysisAnswer(ApiAnswer, frozen=True):
    """One reading of one message. `intent` is null where no configured intent fits; `reads` is the part that was read.

    With several `concerns`, `intent` is that of the most pressing one.
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
    intents: list[ProbabilityAnswer]
    entities: list[EntityAnswer]
    milliseconds: float
    created_at: datetime
    signals: list[SignalAnswer]
    concerns: list[ConcernAnswer]
    reads: list[tuple[int, int]]
    second: SecondReadingAnswer | None


class CorrectionAnswer(ApiAnswer, frozen=True):
    """A person's correction of an analysis."""

    id: str
    message_id: str
    analysis_id: str
    field: str
    was: str
    becomes: str
    by: str
    at: datetime
