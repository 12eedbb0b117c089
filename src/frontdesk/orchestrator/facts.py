"""The facts that rules may read: name, meaning, and value for a message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from frontdesk.model import ENTITY_FIELDS, Analysis, Case, CodeList, Sentiment, Status, Tier

QUESTION_MARKS = "?？؟¿"
# Words and beginnings of words that customers in a hurry use: English, German, French, Spanish.
URGENT_WORDS = (
    "urgent",
    "asap",
    "immediately",
    "emergency",
    "right away",
    "as soon as possible",
    "dringend",
    "sofort",
    "eilt",
    "notfall",
    "umgehend",
    "immédiat",
    "au plus vite",
    "dès que possible",
    "urgence",
    "inmediat",
    "cuanto antes",
    "urgencia",
)
_URGENT = re.compile(r"\b(?:" + "|".join(map(re.escape, URGENT_WORDS)) + ")", re.IGNORECASE)


class FactKind(StrEnum):
    """What a fact is."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE_NUMBER = "whole number"
    YES_NO = "true or false"
    BY_ENTITY = "by entity field"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that tables may read. `closed` lists all possible values; `codes` is the code list that they come from."""

    name: str
    kind: FactKind
    meaning: str
    closed: tuple[str, ...] = ()
    codes: CodeList | None = None
    least: float | None = None
    most: float | None = None


FACTS: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("intent", FactKind.TEXT, "code of the intent; '' where no intent fits", codes=CodeList.INTENT),
        Fact("intent_probability", FactKind.NUMBER, "how probable that intent is", least=0, most=1),
        Fact("sentiment", FactKind.TEXT, "how the customer feels", closed=tuple(map(str, Sentiment))),
        Fact("sentiment_probability", FactKind.NUMBER, "how probable that feeling is", least=0, most=1),
        Fact("message_type", FactKind.TEXT, "code of the message type", codes=CodeList.MESSAGE_TYPE),
        Fact("language", FactKind.TEXT, "ISO 639-1; 'und' where there is none"),
        Fact("tier", FactKind.TEXT, "which route of the chain read the message", closed=tuple(map(str, Tier))),
        Fact("channel", FactKind.TEXT, "code of the channel it came by", codes=CodeList.CHANNEL),
        Fact("category", FactKind.TEXT, "category of the interaction before this decision", codes=CodeList.CATEGORY),
        Fact("priority", FactKind.TEXT, "priority of the interaction before this decision", codes=CodeList.PRIORITY),
        Fact("status", FactKind.TEXT, "status before this decision", tuple(map(str, Status)), CodeList.STATUS),
        Fact("team", FactKind.TEXT, "team before this decision; '' where there is none", codes=CodeList.TEAM),
        Fact("customer", FactKind.TEXT, "customer number; '' where nobody knows it"),
        Fact("first_message", FactKind.YES_NO, "whether it opened the interaction"),
        Fact("sequence", FactKind.WHOLE_NUMBER, "its place among the interaction's messages, from 1", least=1),
        Fact("age_hours", FactKind.NUMBER, "hours since the interaction was opened", least=0),
        Fact("text_length", FactKind.WHOLE_NUMBER, "characters of the text", least=0),
        Fact("question", FactKind.YES_NO, "whether the text has a question mark"),
        Fact("capitals", FactKind.NUMBER, "share of capitals among the letters of the text", least=0, most=1),
        Fact("urgent", FactKind.YES_NO, "whether the text has a word of hurry (English, German, French, Spanish)"),
        Fact("has", FactKind.BY_ENTITY, "whether the text names such a thing: has.order_no is true or false"),
        Fact(
            "entities", FactKind.BY_ENTITY, "the list of values found: entities.order_no[0] is the first, null if none"
        ),
        Fact("remote_route", FactKind.TEXT, "the route that a rules service elsewhere named; '' without one"),
    )
}

# What a decision writes into the interaction; the facts of its next message show it.
FED_BACK = ("category", "priority", "status", "team")

_FRESH: Mapping[str, Any] = {
    "channel": "WEB",
    "category": "SUP",
    "priority": "M",
    "status": Status.NEW.value,
    "customer": "",
    "team": "",
    "first_message": True,
    "sequence": 1,
    "age_hours": 0.0,
    "remote_route": "",
}


def facts_of(case: Case) -> dict[str, Any]:
    """All facts of a recorded case, as plain JSON values; documented in docs/reference/facts.md."""
    analysis, interaction, message = case.analysis, case.interaction, case.message
    if analysis is None:
        raise ValueError("a case has facts only after its analysis")
    return {
        **_read(analysis),
        **text_flags(message.text),
        "channel": message.channel,
        "category": interaction.category,
        "priority": interaction.priority,
        "status": interaction.status.value,
        "customer": interaction.customer_id or "",
        "team": interaction.team,
        "first_message": message.sequence == 1,
        "sequence": message.sequence,
        "age_hours": _hours(case),
        "remote_route": "",
    }


def facts_of_text(text: str, analysis: Analysis) -> dict[str, Any]:
    """The facts of a text as if it had opened an interaction on the website now; to try rules on texts of a file."""
    return {**_read(analysis), **text_flags(text), **_FRESH}


def text_flags(text: str) -> dict[str, Any]:
    """Facts that need no understanding of the text."""
    letters = [character for character in text if character.isalpha()]
    return {
        "text_length": len(text),
        "question": any(mark in text for mark in QUESTION_MARKS),
        "capitals": round(sum(map(str.isupper, letters)) / len(letters), 3) if letters else 0.0,
        "urgent": _URGENT.search(text) is not None,
    }


def _read(analysis: Analysis) -> dict[str, Any]:
    entities = _entities(analysis)
    return {
        "intent": analysis.intent or "",
        "intent_probability": analysis.intent_probability,
        "sentiment": analysis.sentiment.value,
        "sentiment_probability": analysis.sentiment_probability,
        "message_type": analysis.message_type,
        "language": analysis.language,
        "tier": analysis.tier.value,
        "entities": entities,
        "has": {field: field in entities for field in ENTITY_FIELDS},
    }


def _hours(case: Case) -> float:
    age = case.message.received_at - case.interaction.created_at
    return round(max(0.0, age.total_seconds()) / 3600, 3)


def _entities(analysis: Analysis) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entity in analysis.entities:
        found.setdefault(entity.field, []).append(entity.value)
    return found
