"""What the pages for setting up show."""

from dataclasses import dataclass
from datetime import datetime

from frontdesk.model import Correction, Effect


@dataclass(frozen=True, slots=True)
class EffectForPerson:
    """An effect with the interaction that it belongs to."""

    effect: Effect
    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class AccuracyFigure:
    """Messages of one group that a person looked at: how many, and in how many the field was left as it was read."""

    group: str
    reviewed: int
    agreed: int


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """What went through a channel, by its code: messages of the day, the latest in and out, the last error."""

    code: str
    messages_of_day: int
    last_in: datetime | None
    last_out: datetime | None
    last_error: str
    last_error_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutsideSystem:
    """A way to the outside as the set-up page shows it: a channel (with its code) or a back end (with its actions)."""

    name: str
    code: str
    is_set_up: bool
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LearntCorrection:
    """A corrected intent with its message; `learnt`: the message is an example for all others."""

    correction: Correction
    reference: str
    text: str
    learnt: bool
