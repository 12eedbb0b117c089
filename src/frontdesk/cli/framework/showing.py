"""Shows a message and its results as plain JSON values or lines, the same in every command."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from frontdesk.model import Analysis, Case, Concern, Decision, Effect, EffectState, Signal, Tier
from frontdesk.model.signals import signal_kinds

if TYPE_CHECKING:
    from frontdesk.interfaces import ReaderAnswer

DIGITS = 4
# Parameters of actions that tell a person nothing new.
UNTOLD = frozenset({"about", "call"})


def analysis_object(read: "Analysis | ReaderAnswer", tier: Tier, types: Mapping[str, str]) -> dict[str, Any]:
    """An analysis; `types` maps codes of message types to their names."""
    return {
        "language": read.language,
        "sentiment": str(read.sentiment),
        "sentiment_probability": round(read.sentiment_probability, DIGITS),
        "intent": read.intent,
        "intent_probability": round(read.intent_probability, DIGITS),
        "intents": [{"code": each.code, "probability": round(each.probability, DIGITS)} for each in read.intents],
        "type": types.get(read.message_type, read.message_type),
        "type_probability": round(read.type_probability, DIGITS),
        "title": read.title,
        "summary": read.summary,
        "entities": [{"field": e.field, "value": e.value, "start": e.start, "end": e.end} for e in read.entities],
        "signals": [_signal(each) for each in read.signals],
        "concerns": [_concern(each, types) for each in read.concerns],
        "reads": [list(span) for span in read.reads],
        "tier": tier.value,
    }


def _signal(each: Signal) -> dict[str, Any]:
    spans = [list(span) for span in each.spans]
    return {"name": each.name, "probability": round(each.probability, DIGITS), "spans": spans}


def _concern(each: Concern, types: Mapping[str, str]) -> dict[str, Any]:
    return {
        "intent": each.intent,
        "probability": round(each.probability, DIGITS),
        "type": types.get(each.type, each.type),
        "start": each.start,
        "end": each.end,
    }


def decision_object(decision: Decision) -> dict[str, Any]:
    """What the rules said and the row that matched."""
    actions = [{"kind": action.kind, **action.parameters} for action in decision.actions]
    return {"route": decision.route, "rule": decision.rule, "actions": actions}


def effect_object(effect: Effect) -> dict[str, Any]:
    """An effect with its state, receipt or error."""
    shown = {"key": effect.key, "kind": effect.action.kind, "state": effect.state.value, "reference": effect.reference}
    return shown | ({"error": effect.error} if effect.error else {})


def way_object(case: Case, reply: str | None, types: Mapping[str, str]) -> dict[str, Any]:
    """All results of one message; steps that have not been reached are None or empty."""
    analysis, decision = case.analysis, case.decision
    return {
        "reference": case.interaction.reference,
        "message": case.message.text,
        "analysis": analysis_object(analysis, analysis.tier, types) if analysis else None,
        "decision": decision_object(decision) if decision else None,
        "effects": [effect_object(effect) for effect in case.effects],
        "reply": reply,
    }


def analysis_lines(shown: Mapping[str, Any], intents: Mapping[str, str]) -> list[str]:
    """An analysis object for people."""
    intent = shown["intent"]
    named = f"{intent} {intents.get(intent, '')}".strip() if intent else "none fits"
    mood = f"{shown['sentiment']} {_percent(shown['sentiment_probability'])}"
    kind = f"{shown['type']} {_percent(shown['type_probability'])}"
    lines = [
        f"{shown['language']} · {mood} · {kind} · intent {named} {_percent(shown['intent_probability'])}",
        f"title    {shown['title']}",
        f"summary  {shown['summary']}",
    ]
    kinds = signal_kinds()
    present = [each for each in shown["signals"] if each["probability"] >= kinds[each["name"]].limit]
    if present:
        told = (f"{each['name']} {_percent(each['probability'])}" for each in present)
        lines.append(f"signals  {', '.join(told)}")
    if len(shown["concerns"]) > 1:
        told = (f"{each['intent'] or '-'} {_percent(each['probability'])}" for each in shown["concerns"])
        lines.append(f"concerns {', '.join(told)}")
    return lines + [f"{e['field']}  {e['value']}  [{e['start']}:{e['end']}]" for e in shown["entities"]]


def decision_lines(decision: Decision) -> list[str]:
    """A decision for people."""
    row = f'row "{decision.rule}" of the rules {decision.rule_set} {decision.rule_set_version}'
    actions = [
        " ".join([each.kind, *(str(value) for name, value in each.parameters.items() if name not in UNTOLD)])
        for each in decision.actions
    ]
    return [f"{decision.route}, by {row}", *([", ".join(actions)] if actions else [])]


def effect_line(effect: Effect) -> str:
    """An effect for people."""
    state = "" if effect.state is EffectState.DONE else f"({effect.state.value})"
    return " ".join(filter(None, [effect.action.kind, effect.reference, state, effect.error]))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their columns in line; the last column is as wide as it likes."""
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(len(rows[0]) - 1)] if rows else []
    return ["  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[-1]]) for row in rows]


def print_table(rows: Sequence[Sequence[str]], none: str = "") -> None:
    """Print rows with their columns in line, or what to say where there are none."""
    if rows or none:
        click.echo("\n".join(line.rstrip() for line in table(rows)) or none)


def as_json(value: Any) -> str:
    """One line of JSON. Half surrogate pairs, which UTF-8 cannot hold, are written as escapes."""
    line = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return line if _encodable(line) else json.dumps(value)


def _encodable(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _percent(probability: float) -> str:
    return f"{probability:.0%}"
