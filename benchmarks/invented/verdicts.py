"""What the shipped rules do about a kind of message: asked once for each kind, and remembered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from frontdesk.model import ENTITY_FIELDS, Action
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, INTERNAL, reply_of
from frontdesk.orchestrator.rules import TableRules, default_rules
from frontdesk.orchestrator.templates import ReplyTemplate, shipped_templates

NAME, REFERENCE, CALL = "\u0001name\u0001", "\u0001reference\u0001", "\u0001call\u0001"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a kind of message. `sets` are fields of the interaction, `reply` is its template's name."""

    rule: str
    route: str
    actions: tuple[Action, ...]
    actions_json: str
    sets: Mapping[str, str]
    reply: str
    calls: bool


@cache
def verdict(intent: str, sentiment: str, message_type: str) -> Verdict:
    """What the shipped rules say."""
    facts = {"intent": intent, "sentiment": sentiment, "message_type": message_type, "intent_probability": 0.9}
    facts["signal"] = "thanks_only" if message_type == "CL" and sentiment != "Negative" else ""
    said = _rules().decide(facts)
    actions = tuple(map(Action.of, said.actions))
    sets = {INTERNAL[a.kind]: str(a.parameters[INTERNAL[a.kind]]) for a in actions if a.kind in INTERNAL}
    reply = next((str(reply["template"]) for each in said.actions if (reply := reply_of(each))), "")
    plain = [{"kind": a.kind, "parameters": a.parameters} for a in actions]
    calls = any(a.kind == CREATE_SERVICE_CALL for a in actions)
    return Verdict(said.rule, said.route, actions, msgspec.json.encode(plain).decode(), sets, reply, calls)


@cache
def reply_text(template: str, language: str) -> str:
    """A template's text with NAME, REFERENCE and CALL where those of the case belong."""
    values = {"name": NAME, "reference": REFERENCE, "service_call": {"code": CALL, "status": "Open"}}
    return _template(template).render(language, values)


def otherwise(template: str) -> str:
    """What is sent where the template's service call could not be opened."""
    return _template(template).otherwise or template


@cache
def has_json(fields: tuple[str, ...]) -> str:
    """The fact `has` for a text with these entities."""
    return json.dumps({field: field in fields for field in ENTITY_FIELDS}, separators=(",", ":"))


@cache
def _rules() -> TableRules:
    return default_rules()


@cache
def _all_templates() -> Any:
    return shipped_templates()


def _template(name: str) -> ReplyTemplate:
    found: ReplyTemplate = _all_templates().named(name)
    return found
