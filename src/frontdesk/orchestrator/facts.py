"""The facts that rules may read: name, kind and meaning. `gathering` makes their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from frontdesk.model import ENTITY_FIELDS, SIGNALS, CodeList, Identity, Sentiment, Status, Tier

# Signals by how much they decide what becomes of a message, the most pressing first.
PRESSING = (
    *("danger", "wants_person", "threatens", "privacy_request", "abuse", "automatic", "spam", "no_words"),
    *("instructs_model", "cancels", "resolved", "unresolved", "repeat_contact", "irony", "thanks_only"),
)
# Written by machines: no person wants anything, whatever their words are.
MACHINES = ("automatic", "spam")
NEVER = 9999  # days since something that never was


class FactKind(StrEnum):
    """What a fact is."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE_NUMBER = "whole number"
    YES_NO = "true or false"
    LIST = "list"
    PARTS = "in parts"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that tables may read. `closed` lists all possible values; `codes` is the code list that they come from.

    A fact of kind PARTS is read by its `parts`, as in has.order_no.
    """

    name: str
    kind: FactKind
    meaning: str
    closed: tuple[str, ...] = ()
    codes: CodeList | None = None
    least: float | None = None
    most: float | None = None
    parts: Mapping[str, "Fact"] = field(default_factory=dict)


def _parts(name: str, meaning: str, *parts: Fact) -> Fact:
    return Fact(name, FactKind.PARTS, meaning, parts={part.name: part for part in parts})


def _share(name: str, meaning: str = "") -> Fact:
    return Fact(name, FactKind.NUMBER, meaning, least=0, most=1)


T, Y, W, N = FactKind.TEXT, FactKind.YES_NO, FactKind.WHOLE_NUMBER, FactKind.NUMBER
FACTS: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("intent", T, "code of the intent; '' where no intent fits", codes=CodeList.INTENT),
        _share("intent_probability", "how probable that intent is"),
        Fact("sentiment", T, "how the customer feels", closed=tuple(map(str, Sentiment))),
        _share("sentiment_probability", "how probable that feeling is"),
        Fact("message_type", T, "code of the message type", codes=CodeList.MESSAGE_TYPE),
        _share("type_probability", "how probable that type is"),
        Fact("signal", T, "the most pressing signal that is present; '' where none is", closed=("", *PRESSING)),
        _parts("signals", "how probable each signal is: signals.danger", *map(_share, SIGNALS)),
        Fact("concerns", FactKind.LIST, "the matters of the message: len(concerns) > 1, concerns[0].intent"),
        Fact("second_intent", T, "what the built-in reader takes the intent for, which always reads too"),
        Fact("second_sentiment", T, "what it takes the sentiment for", closed=tuple(map(str, Sentiment))),
        Fact("language", T, "ISO 639-1; 'und' where there is none"),
        Fact("tier", T, "which route of the chain read the message", closed=tuple(map(str, Tier))),
        Fact("channel", T, "code of the channel it came by", codes=CodeList.CHANNEL),
        Fact("category", T, "category of the interaction before this decision", codes=CodeList.CATEGORY),
        Fact("priority", T, "priority of the interaction before this decision", codes=CodeList.PRIORITY),
        Fact("status", T, "status before this decision", tuple(map(str, Status)), CodeList.STATUS),
        Fact("team", T, "team before this decision; '' where there is none", codes=CodeList.TEAM),
        Fact("customer", T, "customer number, which may be a mere claim; '' where nobody knows it"),
        Fact("identity", T, "how it was proven who wrote the message", closed=tuple(map(str, Identity))),
        Fact("first_message", Y, "whether it opened the interaction"),
        Fact("sequence", W, "its place among the interaction's messages, from 1", least=1),
        Fact("age_hours", N, "hours since the interaction was opened", least=0),
        Fact("open_service_call", Y, "whether the interaction has a service call that is not done"),
        Fact("service_call", T, "the key of that service call; '' without one"),
        Fact("acknowledged", FactKind.LIST, "signals and intents already acknowledged here since a person answered"),
        Fact("repeat_within_days", N, "days since they wrote about this intent in another interaction", least=0),
        Fact("followed", Y, "whether more of the same burst came: it is decided together with the last of it"),
        Fact("text", T, "the customer's own words in small letters without accents: contains(text, 'refund')"),
        Fact("words", FactKind.LIST, "the same, word by word: 'refund' in words"),
        Fact("text_length", W, "characters of the text", least=0),
        Fact("question", Y, "whether the text has a question mark"),
        _share("capitals", "share of capitals among the letters of the text"),
        Fact("urgent", Y, "whether the text has a word of hurry (English, German, French, Spanish)"),
        _parts(
            "has",
            "whether the text names such a thing, or has such a signal: has.order_no, has.danger",
            *(Fact(name, Y, "") for name in (*ENTITY_FIELDS, *SIGNALS)),
        ),
        _parts(
            "entities",
            "the list of values found: entities.order_no[0] is the first, null if none",
            *(Fact(name, FactKind.LIST, "") for name in ENTITY_FIELDS),
        ),
        _parts(
            "amount",
            "the first amount of money, as a number with its currency",
            Fact("value", N, "the number, -1 where there is none", least=-1),
            Fact("currency", T, "ISO 4217; '' where none is said"),
        ),
        _parts(
            "local",
            "the time of the message by the desk's clock",
            Fact("hour", W, "0 to 23", least=0, most=23),
            Fact("month", W, "1 to 12", least=1, most=12),
            Fact("weekday", W, "1 is Monday", least=1, most=7),
            Fact("holiday", T, "name of the public holiday, '' where it is none"),
        ),
        _parts(
            "least",
            "the least probability that actions need, by risk; see rules.md",
            *(_share(name) for name in ("low", "medium", "high")),
        ),
        Fact("remote_route", T, "the route that a rules service elsewhere named; '' without one"),
    )
}

# What facts of older releases lack, and what it is taken for: nothing that the shipped rules would act on.
UNRECORDED: Mapping[str, Any] = {
    **{"signal": "", "signals": {}, "concerns": [], "open_service_call": False, "service_call": "", "question": False},
    **{"acknowledged": [], "least": {}},
}

# What a decision writes into the interaction; the facts of its next message show it.
FED_BACK = ("category", "priority", "status", "team")


def fact_at(path: Sequence[str]) -> Fact | None:
    """The fact that a path such as ("has", "danger") reads; None where there is none, or where a part is missing."""
    fact = FACTS.get(path[0])
    if fact is None or fact.kind is not FactKind.PARTS:
        return fact if len(path) == 1 else None
    return fact.parts.get(path[1]) if len(path) == 2 else None


def readable() -> tuple[str, ...]:
    """The names of all facts as columns of a table read them."""
    return tuple(
        name
        for fact in FACTS.values()
        for name in ([f"{fact.name}.{part}" for part in fact.parts] if fact.parts else [fact.name])
    )
