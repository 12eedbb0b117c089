"""Checks a provider's answer: codes must be in their lists, titles within limits, entities and spans in the text."""

from collections.abc import Set
from dataclasses import replace

from frontdesk.interfaces import Catalogue, ProviderFailed, ReaderAnswer
from frontdesk.model import ENTITY_FIELDS, SIGNALS, Concern, Entity, Probability, Sentiment, Signal

TITLE_LENGTH = 100
SUMMARY_LENGTH = 300
MESSAGE_TYPES = {"Complaint": "CM", "Complement": "CL", "Question": "QS", "ServiceRequest": "SR", "Information": "IN"}


def check(answer: ReaderAnswer, text: str, catalogue: Catalogue) -> ReaderAnswer:
    """The checked answer: titles are cut, entities that are not in the text are dropped, an unknown intent becomes
    none.

    Raises ProviderFailed when sentiment or type are not in their lists, which cannot be repaired.
    """
    if answer.sentiment not in set(Sentiment):
        raise ProviderFailed(f"unknown sentiment {answer.sentiment!r}", permanent=True)
    if answer.message_type not in MESSAGE_TYPES:
        raise ProviderFailed(f"unknown message type {answer.message_type!r}", permanent=True)
    codes = {intent.code for intent in catalogue.intents}
    return replace(
        answer,
        language=answer.language[:10],
        title=cut(answer.title, TITLE_LENGTH),
        summary=cut(answer.summary, SUMMARY_LENGTH),
        message_type=MESSAGE_TYPES[answer.message_type],
        sentiment_probability=_within(answer.sentiment_probability),
        type_probability=_within(answer.type_probability),
        intent=answer.intent if answer.intent in codes else None,
        intent_probability=_within(answer.intent_probability),
        intents=tuple(Probability(p.code, _within(p.probability)) for p in answer.intents if p.code in codes),
        entities=tuple(entity for entity in answer.entities if cites(entity, text)),
        signals=tuple(_signal(each, text) for each in answer.signals if each.name in SIGNALS),
        concerns=tuple(_concern(each, codes) for each in answer.concerns if _is_within(each.start, each.end, text)),
        reads=tuple((start, end) for start, end in answer.reads if _is_within(start, end, text)),
    )


def _signal(each: Signal, text: str) -> Signal:
    spans = tuple((start, end) for start, end in each.spans if _is_within(start, end, text))
    return Signal(each.name, _within(each.probability), spans)


def _concern(each: Concern, codes: Set[str]) -> Concern:
    intents = tuple(Probability(p.code, _within(p.probability)) for p in each.intents if p.code in codes)
    return replace(
        each,
        intent=each.intent if each.intent in codes else None,
        probability=_within(each.probability),
        intents=intents,
        type=MESSAGE_TYPES.get(each.type, ""),
    )


def _is_within(start: int, end: int, text: str) -> bool:
    return 0 <= start < end <= len(text)


def cites(entity: Entity, text: str) -> bool:
    """Whether the entity is of a known field and its value stands in the text where it says."""
    in_place = 0 <= entity.start < entity.end <= len(text) and text[entity.start : entity.end] == entity.value
    return in_place and entity.field in ENTITY_FIELDS


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word, with an ellipsis where something was cut."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:-–") + "…"


def _within(probability: float) -> float:
    return min(1.0, max(0.0, float(probability)))
