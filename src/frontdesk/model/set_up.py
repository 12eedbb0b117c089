"""What the pages for setting up show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

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


class EntryKind(StrEnum):
    """What can be set up on pages: its value is also the name of its folder in exports."""

    CHANNEL = "channel"
    CONNECTOR = "connector"
    MODEL_SERVICE = "model_service"


class EntryState(StrEnum):
    """`deployed`: the settings file or the environment sets it; `broken`: it was set up on a page, and is of no use."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"
    BROKEN = "broken"
    DEPLOYED = "deployed"


@dataclass(frozen=True, slots=True)
class SetUpEntry:
    """What was set up on a page: those settings alone that differ from their defaults, and the secrets apart.

    `version` counts its changes. `problem` says why its secrets cannot be read.
    """

    kind: EntryKind
    name: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    version: int = 0
    paused: bool = False
    by: str = ""
    at: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """A setting as a form asks for it. `form` is text, secret, number, whole, yes, choice or pairs.

    `is_first`: most people need it; the others are shown to who asks for more.
    """

    name: str
    form: str
    label: str = ""
    about: str = ""
    default: Any = ""
    choices: tuple[str, ...] = ()
    is_needed: bool = False
    is_first: bool = True
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class SetUpItem:
    """Something that can be set up, with what is set. `values` are texts of forms; `held` names the secrets there are.

    `address` is what its vendor calls, `steps` is what to do there. `may_pause`: it can be left alone for a
    while without losing anything.
    """

    kind: EntryKind
    name: str
    title: str
    fields: tuple[FormField, ...] = ()
    state: EntryState = EntryState.OFF
    values: Mapping[str, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    problem: str = ""
    version: int = 0
    by: str = ""
    at: datetime | None = None
    address: str = ""
    code: str = ""
    may_pause: bool = False
    steps: tuple[str, ...] = ()
