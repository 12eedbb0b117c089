"""Deciding a message again after a correction: what the rules would say, and what of it only sets the interaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from frontdesk.interfaces import Verdict
from frontdesk.model import ENTITY_FIELDS, VALUES_APART, Action, Change, Correction, Interaction
from frontdesk.orchestrator.actions import INTERNAL, change_by
from frontdesk.orchestrator.plans import ASK_PERSON
from frontdesk.orchestrator.rules import TableRules

# What a person said is certain.
CERTAIN = 1.0
_WITH: Mapping[str, tuple[str, str]] = {
    "intent": ("intent_probability", "second_intent"),
    "sentiment": ("sentiment_probability", "second_sentiment"),
    "message_type": ("type_probability", ""),
}


@dataclass(frozen=True, slots=True)
class DecidedAgain:
    """What the rules say with what people corrected.

    `change` is what it sets on the interaction; `left` are the other actions, which a person would have to do.
    """

    verdict: Verdict
    change: Change
    left: tuple[Mapping[str, Any], ...]


def decide_again(
    rules: TableRules,
    facts: Mapping[str, Any],
    corrections: Iterable[Correction],
    interaction: Interaction,
    priorities: Sequence[str],
) -> DecidedAgain:
    """Decide on the stored facts with the latest corrections in them. Nothing is done about it."""
    verdict = rules.decide(corrected(facts, corrections))
    kinds = [action["kind"] for action in verdict.actions]
    certain = verdict.actions[: kinds.index(ASK_PERSON) if ASK_PERSON in kinds else len(kinds)]
    change, seen = Change(route=verdict.route), interaction
    for action in certain:
        if action["kind"] in INTERNAL:
            step = change_by(Action.of(action), seen, priorities)
            change, seen = change.then(step), seen.after(step)
    changed = {name: value for name, value in change.fields().items() if getattr(interaction, name) != value}
    left = tuple(action for action in verdict.actions if action["kind"] not in (*INTERNAL, ASK_PERSON))
    return DecidedAgain(verdict, replace(Change(), **changed), left)  # type: ignore[arg-type]  # fields of a Change


def corrected(facts: Mapping[str, Any], corrections: Iterable[Correction]) -> dict[str, Any]:
    """The facts with what people said in place of what was read; the last word counts."""
    found = {**facts, "acknowledged": []}
    for word in corrections:
        if word.field in _WITH:
            probability, second = _WITH[word.field]
            found |= {word.field: word.becomes, probability: CERTAIN} | ({second: word.becomes} if second else {})
            if word.field == "intent":
                found["concerns"] = []
        elif word.field == "language":
            found["language"] = word.becomes
        elif word.field in ENTITY_FIELDS:
            values = word.becomes.split(VALUES_APART) if word.becomes else []
            others = {name: each for name, each in found.get("entities", {}).items() if name != word.field}
            found["entities"] = others | ({word.field: values} if values else {})
            found["has"] = {**found.get("has", {}), word.field: bool(values)}
    return found
