"""The outcome of a decision in the parts that people compare: route, priority, team, status, template, actions."""

from collections.abc import Iterable, Mapping
from typing import Any

from frontdesk.interfaces import Verdict
from frontdesk.model import Decision
from frontdesk.model.rules import Outcome
from frontdesk.orchestrator.actions import ANSWER, REPLY, reply_of

# Which action sets which part; the last one counts.
_SETS = {
    "set_priority": "priority",
    "assign_team": "team",
    "set_category": "category",
    "set_status": "status",
    REPLY: "template",
}


def outcome_of_verdict(verdict: Verdict) -> Outcome:
    """The outcome of a verdict."""
    return _outcome(verdict.rule, verdict.route, verdict.actions)


def outcome_of_decision(decision: Decision) -> Outcome:
    """The outcome of a stored decision."""
    return _outcome(decision.rule, decision.route, [{"kind": a.kind, **a.parameters} for a in decision.actions])


def told(action: Mapping[str, Any]) -> str:
    """An action in one line."""
    parameters = " ".join(f"{name}={action[name]}" for name in sorted(action) if name != "kind")
    return f"{action['kind']} {parameters}".strip()


def _outcome(rule: str, route: str, actions: Iterable[Mapping[str, Any]]) -> Outcome:
    parts = dict.fromkeys(_SETS.values(), "")
    others: list[Mapping[str, Any]] = []
    for action in actions:
        part = _SETS.get(action["kind"])
        if part and part in action:
            parts[part] = str(action[part])
        elif action["kind"] == ANSWER and (reply := reply_of(action)):
            parts["template"] = parts["template"] or str(reply["template"])
            others.append({name: value for name, value in action.items() if name not in ("otherwise", "about")})
        else:
            others.append(dict(action))
    return Outcome(rule=rule, route=route, **parts, actions=tuple(others))
