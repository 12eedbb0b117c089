"""Codes: the lists that people edit (category, channel, priority …), and the enumerations of the program."""

from dataclasses import dataclass
from enum import StrEnum


class CodeList(StrEnum):
    """The lists that people edit; each holds codes with a name."""

    CATEGORY = "category"
    CHANNEL = "channel"
    STATUS = "status"
    PRIORITY = "priority"
    MESSAGE_TYPE = "message_type"
    INTENT = "intent"
    REPLY_TYPE = "reply_type"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list. `examples` is used for intents only."""

    list: CodeList
    code: str
    name: str
    description: str = ""
    position: int = 0
    active: bool = True
    examples: tuple[str, ...] = ()


class Status(StrEnum):
    """The status of an interaction; the transitions are in `ticketing.status`."""

    NEW = "NW"
    IN_PROCESS = "IP"
    AUTHOR_ACTION = "AA"
    SOLUTION_PROVIDED = "SP"
    CLOSED = "CL"
    RE_OPENED = "RO"
    CONFIRMED = "CO"


class Sentiment(StrEnum):
    """How the customer feels in a message."""

    POSITIVE = "Positive"
    NEUTRAL = "Neutral"
    NEGATIVE = "Negative"


class Direction(StrEnum):
    """Who wrote a message of the timeline: the customer (in) or the service (out)."""

    IN = "in"
    OUT = "out"


class Tier(StrEnum):
    """Who read a message: the built-in engine or a language model."""

    BUILTIN = "builtin"
    MODEL = "model"
    PERSON = "person"


class EffectState(StrEnum):
    """The state of an effect. A person sees those that are `failed` or `waiting`."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    DROPPED = "dropped"


class DeliveryState(StrEnum):
    """The state of an outbound message. `withheld`: not sent on purpose (a machine wrote, or there were too many)."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    WITHHELD = "withheld"
