"""How a message was read, and what people corrected, as JSON."""

from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.model import Analysis, Concern, Correction, Entity, Probability, SecondReading, Sentiment, Signal


@shows(Probability)
class ProbabilityAnswer(ApiAnswer, frozen=True):
    """A code and how probable it is, 0 to 1."""


@shows(Entity)
class EntityAnswer(ApiAnswer, frozen=True):
    """A value found in the text from character `start` to before `end`; `origin` may be "signature"."""


@shows(Signal)
class SignalAnswer(ApiAnswer, frozen=True):
    """Something that the message says beside its intent, how probable that is, and the words that say it."""


@shows(Concern)
class ConcernAnswer(ApiAnswer, frozen=True):
    """One matter of the message, from character `start` to before `end`; `type` is a code of message types."""


@shows(SecondReading, without=("sentiment",))
class SecondReadingAnswer(ApiAnswer, frozen=True):
    """What the built-in reader says of a message that a language model has read."""

    sentiment: Sentiment


@shows(Analysis)
class AnalysisAnswer(ApiAnswer, frozen=True):
    """One reading of one message. `intent` is null where no configured intent fits; `reads` is the part that was read.

    With several `concerns`, `intent` is that of the most pressing one.
    """


@shows(Correction)
class CorrectionAnswer(ApiAnswer, frozen=True):
    """A person's correction of an analysis."""
