"""The values of the facts for a message: plain JSON values, documented in docs/reference/facts.md."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from frontdesk.model import ENTITY_FIELDS, SIGNALS, Analysis, Case, Identity, MessageContext, Status
from frontdesk.model.signals import signal_kinds
from frontdesk.orchestrator.amounts import amount_of
from frontdesk.orchestrator.facts import MACHINES, NEVER, PRESSING

QUESTION_MARKS = "?？؟¿"
# Words and beginnings of words that customers in a hurry use: English, German, French, Spanish.
URGENT_WORDS = (
    *("urgent", "asap", "immediately", "emergency", "right away", "as soon as possible", "dringend", "sofort", "eilt"),
    *("notfall", "umgehend", "immédiat", "au plus vite", "dès que possible", "urgence", "inmediat", "cuanto antes"),
    "urgencia",
)
_URGENT = re.compile(r"\b(?:" + "|".join(map(re.escape, URGENT_WORDS)) + ")", re.IGNORECASE)
# So much of a text can be asked for by rules; it is stored with each decision.
MOST_TEXT = 2_000
_WORD = re.compile(r"\w+")


def no_holiday(_day: date) -> str:
    """No day is one."""
    return ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What rules know of the desk: its clock, its holidays by day, and the least probabilities by risk and action."""

    zone: tzinfo = UTC
    holiday: Callable[[date], str] = no_holiday
    least: Mapping[str, float] = field(default_factory=dict)


_FRESH: Mapping[str, Any] = {
    "channel": "WEB",
    "category": "SUP",
    "priority": "M",
    "status": Status.NEW.value,
    "customer": "",
    "identity": Identity.UNPROVEN.value,
    "team": "",
    "first_message": True,
    "sequence": 1,
    "age_hours": 0.0,
    "open_service_call": False,
    "service_call": "",
    "acknowledged": [],
    "repeat_within_days": NEVER,
    "followed": False,
    "remote_route": "",
}


def facts_of(case: Case, desk: Desk, context: MessageContext) -> dict[str, Any]:
    """All facts of a recorded case. Raises ValueError before its analysis."""
    analysis, interaction, message = case.analysis, case.interaction, case.message
    if analysis is None:
        raise ValueError("a case has facts only after its analysis")
    return {
        **_read(analysis),
        **text_flags(message.text),
        **_words(message.text, analysis),
        "channel": message.channel,
        "category": interaction.category,
        "priority": interaction.priority,
        "status": interaction.status.value,
        "customer": interaction.customer_id or "",
        "identity": message.sender.identity.value,
        "team": interaction.team,
        "first_message": message.sequence == 1,
        "sequence": message.sequence,
        "age_hours": _hours(case),
        "open_service_call": bool(context.open_service_call),
        "service_call": context.open_service_call,
        "acknowledged": list(context.acknowledged),
        "repeat_within_days": NEVER if context.days_since_same is None else round(context.days_since_same, 2),
        "followed": context.is_followed,
        "local": local_time(message.received_at, desk),
        "least": dict(desk.least),
        "remote_route": "",
    }


def facts_of_text(text: str, analysis: Analysis, desk: Desk) -> dict[str, Any]:
    """The facts of a text as if it had opened an interaction on the website now; to try rules on texts of a file."""
    told = {"local": local_time(analysis.created_at, desk), "least": dict(desk.least)}
    return {**_read(analysis), **text_flags(text), **_words(text, analysis), **_FRESH, **told}


def most_pressing(present: Mapping[str, float]) -> str:
    """Of the signals that are present, by how pressing they are: what a machine wrote is no wish of a person.

    Danger always comes first.
    """
    machine = max((name for name in MACHINES if name in present), key=lambda name: present[name], default="")
    first = next(iter(present), "")
    if machine and first != PRESSING[0] and present[machine] >= max(present.values()):
        return machine
    return first


def text_flags(text: str) -> dict[str, Any]:
    """Facts that need no understanding of the text."""
    letters = [character for character in text if character.isalpha()]
    return {
        "text_length": len(text),
        "question": any(mark in text for mark in QUESTION_MARKS),
        "capitals": round(sum(map(str.isupper, letters)) / len(letters), 3) if letters else 0.0,
        "urgent": _URGENT.search(text) is not None,
    }


def local_time(at: datetime, desk: Desk) -> dict[str, Any]:
    """A time by the desk's clock."""
    here = at.astimezone(desk.zone)
    return {"month": here.month, "hour": here.hour, "weekday": here.isoweekday(), "holiday": desk.holiday(here.date())}


def folded(text: str) -> str:
    """A text in small letters without accents, up to a length."""
    apart = unicodedata.normalize("NFKD", text[:MOST_TEXT].casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))[:MOST_TEXT]


def _words(text: str, analysis: Analysis) -> dict[str, Any]:
    own = " ".join(text[start:end] for start, end in analysis.reads) or text
    small = folded(own)
    return {"text": small, "words": list(dict.fromkeys(_WORD.findall(small)))}


def _read(analysis: Analysis) -> dict[str, Any]:
    entities, second = _entities(analysis), analysis.second
    signals = {name: round(analysis.signal(name), 4) for name in SIGNALS}
    present = {name: signals[name] >= kind.limit for name, kind in signal_kinds().items()}
    return {
        "intent": analysis.intent or "",
        "intent_probability": analysis.intent_probability,
        "sentiment": analysis.sentiment.value,
        "sentiment_probability": analysis.sentiment_probability,
        "message_type": analysis.message_type,
        "type_probability": analysis.type_probability,
        "signal": most_pressing({name: signals[name] for name in PRESSING if present[name]}),
        "signals": signals,
        "concerns": [
            {"intent": each.intent or "", "probability": each.probability, "type": each.type}
            for each in analysis.concerns
        ],
        "second_intent": (second.intent if second else analysis.intent) or "",
        "second_sentiment": second.sentiment if second else analysis.sentiment.value,
        "language": analysis.language,
        "tier": analysis.tier.value,
        "entities": entities,
        "has": {field: field in entities for field in ENTITY_FIELDS} | present,
        "amount": _amount(entities.get("amount", ()), analysis.language),
    }


def _amount(values: Iterable[str], language: str) -> dict[str, Any]:
    found = next((each for value in values if (each := amount_of(value, language))), None)
    return {"value": found.value, "currency": found.currency} if found else {"value": -1, "currency": ""}


def _hours(case: Case) -> float:
    age = case.message.received_at - case.interaction.created_at
    return round(max(0.0, age.total_seconds()) / 3600, 3)


def _entities(analysis: Analysis) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entity in analysis.entities:
        found.setdefault(entity.field, []).append(entity.value)
    return found
