"""The data of an interaction's page: codes as names, texts split at their entities, and only for the team what is
meant for the team.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from frontdesk.model import (
    Action,
    Analysis,
    Code,
    CodeList,
    Decision,
    DeliveryState,
    Effect,
    Entity,
    InboundMessage,
    OutboundMessage,
    Tier,
)
from frontdesk.model.thread import Thread
from frontdesk.model.translatable import Translatable
from frontdesk.ui.languages import N_
from frontdesk.ui.steps import next_of, steps_of

INTERNAL_MEMO = "IM"
UNSEEN_BY_CUSTOMERS = (DeliveryState.PENDING, DeliveryState.FAILED, DeliveryState.WITHHELD)
MOST_ALTERNATIVES = 3
LEAST_PROBABILITY = 0.01
# Who read a message.
READERS = {Tier.BUILTIN: N_("Built-in engine"), Tier.MODEL: N_("Language model")}
# Parameters of actions that hold a code.
LISTS = {"priority": CodeList.PRIORITY, "category": CodeList.CATEGORY, "team": CodeList.TEAM, "status": CodeList.STATUS}
LANGUAGES: Mapping[str, str] = {
    code: Translatable(name)
    for code, name in tomllib.loads(files(__package__).joinpath("spoken.toml").read_text("utf-8")).items()
}


@dataclass(frozen=True, slots=True)
class CodeLabels:
    """What codes are called."""

    lists: Mapping[CodeList, Mapping[str, str]]

    @classmethod
    def of(cls, lists: Mapping[CodeList, tuple[Code, ...]]) -> "CodeLabels":
        """From the code lists."""
        return cls({which: {entry.code: entry.name for entry in entries} for which, entries in lists.items()})

    def of_code(self, which: CodeList, code: str | None) -> str:
        """The name of a code, translatable; the code itself where the list does not know it, empty for none."""
        name = self.lists.get(which, {}).get(code) if code else None
        return Translatable(name) if name else code or ""


def track_context(thread: Thread, names: CodeLabels, *, is_agent: bool, may_answer: bool) -> dict[str, Any]:
    """All that track.html and its fragment need, apart from the form's id."""
    current = {message.analysis_id for message in thread.messages}
    analyses = [analysis for analysis in thread.analyses if analysis.id in current]
    numbers = {message.id: message.sequence for message in thread.messages}
    latest = next((a for a in analyses if a.message_id == thread.messages[-1].id), None)
    return {
        "interaction": _interaction(thread, names),
        "steps": steps_of(thread, _understood(latest, names)) if is_agent else next_of(thread),
        "messages": list(_conversation(thread, analyses, names, is_agent)),
        "analyses": [_analysis(each, numbers, names) for each in analyses] if is_agent else [],
        "decisions": [_decision(each, numbers, names) for each in thread.decisions] if is_agent else [],
        "effects": [_effect(each, names) for each in thread.effects] if is_agent else [],
        "is_agent": is_agent,
        "may_answer": may_answer,
    }


def label_of(field: str) -> str:
    """A field's name in words: order_no as "Order number"."""
    words = field.replace("_", " ")
    return (words[:-3] + " number" if words.endswith(" no") else words).capitalize()


def _interaction(thread: Thread, names: CodeLabels) -> dict[str, Any]:
    interaction = thread.interaction
    return {
        "reference": interaction.reference,
        "title": interaction.title,
        "summary": interaction.summary,
        "status": interaction.status.value,
        "status_name": names.of_code(CodeList.STATUS, interaction.status.value),
        "priority_name": names.of_code(CodeList.PRIORITY, interaction.priority),
        "category_name": names.of_code(CodeList.CATEGORY, interaction.category),
        "channel_name": names.of_code(CodeList.CHANNEL, interaction.channel),
        "team": names.of_code(CodeList.TEAM, interaction.team),
        "created_at": interaction.created_at,
    }


def _understood(analysis: Analysis | None, names: CodeLabels) -> tuple[str, ...]:
    """Language, sentiment and intent, each a label of its own."""
    if analysis is None:
        return ()
    intent = names.of_code(CodeList.INTENT, analysis.intent) or N_("no intent of the list")
    sentiment = Translatable(analysis.sentiment.value.capitalize())
    return LANGUAGES.get(analysis.language, analysis.language), sentiment, intent


def _conversation(
    thread: Thread, analyses: list[Analysis], names: CodeLabels, is_agent: bool
) -> Iterable[dict[str, Any]]:
    read = {analysis.message_id: analysis for analysis in analyses}
    inbound = [(m.received_at, 0, _inbound(m, read.get(m.id), names)) for m in thread.messages]
    seen = (a for a in thread.answers if is_agent or _is_for_customers(a))
    outbound = [(a.created_at, 1, _outbound(a, names, is_agent)) for a in seen]
    return (shown for _, _, shown in sorted([*inbound, *outbound], key=lambda each: each[:2]))


def _is_for_customers(answer: OutboundMessage) -> bool:
    return answer.type != INTERNAL_MEMO and answer.state not in UNSEEN_BY_CUSTOMERS


def _inbound(message: InboundMessage, analysis: Analysis | None, names: CodeLabels) -> dict[str, Any]:
    sender = message.sender
    return {
        "direction": "in",
        "text": message.text,
        "quoted": message.quoted,
        "segments": segments(message.text, analysis.entities if analysis else ()),
        "at": message.received_at,
        "author": sender.name or sender.address or sender.phone or "Customer",
        "channel_name": names.of_code(CodeList.CHANNEL, message.channel),
        "sentiment": analysis.sentiment.value if analysis else None,
        "intent_name": names.of_code(CodeList.INTENT, analysis.intent) if analysis else "",
        "type_name": names.of_code(CodeList.MESSAGE_TYPE, analysis.message_type) if analysis else "",
        "language": analysis.language if analysis else "",
        "state": "",
        "notes": [ERASED] if message.erased_at else [],
    }


ERASED = N_("These words were erased.")


def _outbound(answer: OutboundMessage, names: CodeLabels, is_agent: bool) -> dict[str, Any]:
    kind = names.of_code(CodeList.REPLY_TYPE, answer.type)
    notes = (kind, Translatable(answer.state.value.capitalize()), answer.error) if is_agent else ()
    return {
        "direction": "out",
        "memo": answer.type == INTERNAL_MEMO,
        "text": answer.text,
        "segments": segments(answer.text, ()),
        "at": answer.created_at,
        "author": answer.processed_by or "Frontdesk",
        "channel_name": names.of_code(CodeList.CHANNEL, answer.channel),
        "sentiment": None,
        "intent_name": "",
        "type_name": "",
        "language": "",
        "state": answer.state.value,
        "notes": [note for note in notes if note],
        "remark": answer.remark if is_agent else "",
    }


def segments(text: str, entities: Iterable[Entity]) -> list[dict[str, str | None]]:
    """The text cut at the spans of entities; of those that overlap the first counts."""
    parts: list[dict[str, str | None]] = []
    at = 0
    for entity in sorted(entities, key=lambda each: (each.start, -each.end)):
        if not at <= entity.start < entity.end <= len(text):
            continue
        if at < entity.start:
            parts.append({"text": text[at : entity.start], "field": None})
        parts.append({"text": text[entity.start : entity.end], "field": entity.field, "label": label_of(entity.field)})
        at = entity.end
    if at < len(text):
        parts.append({"text": text[at:], "field": None})
    return parts


def _analysis(analysis: Analysis, numbers: Mapping[str, int], names: CodeLabels) -> dict[str, Any]:
    others = [p for p in analysis.intents if p.code != analysis.intent and p.probability >= LEAST_PROBABILITY]
    others.sort(key=lambda each: -each.probability)
    return {
        "message_sequence": numbers[analysis.message_id],
        "title": analysis.title,
        "summary": analysis.summary,
        "language": LANGUAGES.get(analysis.language, analysis.language),
        "sentiment": analysis.sentiment.value,
        "sentiment_probability": analysis.sentiment_probability,
        "type_name": names.of_code(CodeList.MESSAGE_TYPE, analysis.message_type),
        "intent_name": names.of_code(CodeList.INTENT, analysis.intent),
        "intent_probability": analysis.intent_probability,
        "alternatives": [
            {"name": names.of_code(CodeList.INTENT, each.code), "probability": each.probability}
            for each in others[:MOST_ALTERNATIVES]
        ],
        "reader": READERS[analysis.tier],
        "model": analysis.model,
        "milliseconds": analysis.milliseconds,
        "entities": [
            {"field": each.field, "label": label_of(each.field), "value": each.value} for each in analysis.entities
        ],
    }


def _decision(decision: Decision, numbers: Mapping[str, int], names: CodeLabels) -> dict[str, Any]:
    return {
        "message_sequence": numbers[decision.message_id],
        "route": decision.route,
        "rule": decision.rule,
        "actions": [
            {"kind": each.kind, "label": label_of(each.kind), "parameters": _parameters(each, names)}
            for each in decision.actions
        ],
        "at": decision.created_at,
    }


def _parameters(action: Action, names: CodeLabels) -> dict[str, str]:
    return {label_of(name): _value(name, value, names) for name, value in action.parameters.items()}


def _value(name: str, value: Any, names: CodeLabels) -> str:
    if (which := LISTS.get(name)) is not None:
        return names.of_code(which, str(value))
    return str(value).replace("_", " ") if name == "template" else str(value)


def _effect(effect: Effect, names: CodeLabels) -> dict[str, Any]:
    values = _parameters(effect.action, names).values()
    return {
        "key": effect.key,
        "kind": effect.action.kind,
        "label": label_of(effect.action.kind),
        "state": effect.state.value,
        "summary": tuple(values),
        "reference": "" if set(effect.action.parameters) & set(LISTS) else effect.reference,
        "attempts": effect.attempts,
        "error": effect.error,
    }
