"""Actions: which kinds there are, what they need, and what those change that need no plug."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from frontdesk.interfaces import Invalid, Verdict
from frontdesk.model import Action, Case, Change, Decision, Effect, EffectState, Status

CREATE_SERVICE_CALL = "create_service_call"
REPLY = "reply"

# What is done by writing our own interaction, in the same transaction as the decision.
INTERNAL = {
    "set_priority": "priority",
    "set_category": "category",
    "assign_team": "team",
    "set_status": "status",
    "tag": "tags",
}
REQUIRED: dict[str, frozenset[str]] = {
    CREATE_SERVICE_CALL: frozenset(),
    REPLY: frozenset({"template"}),
    **{kind: frozenset({field}) for kind, field in INTERNAL.items()},
}


def check_action(raw: Any) -> dict[str, Any]:
    """A rule's action as `{"kind": …, parameters…}`. Raises Invalid that says what is missing."""
    if isinstance(raw, str):
        raw = {"kind": raw}
    if not isinstance(raw, Mapping) or raw.get("kind") not in REQUIRED:
        raise Invalid(f"unknown action {raw!r}: use one of {', '.join(sorted(REQUIRED))}", "actions")
    action = dict(raw)
    if missing := REQUIRED[action["kind"]] - action.keys():
        raise Invalid(f"action {action['kind']} needs {', '.join(sorted(missing))}", "actions")
    return action


def decision_of(verdict: Verdict, case: Case, facts: Mapping[str, Any], decision_id: str, now: datetime) -> Decision:
    """The verdict as the stored decision of this case."""
    return Decision(
        id=decision_id,
        message_id=case.message.id,
        rule_set=verdict.rule_set,
        rule_set_version=verdict.version,
        rule=verdict.rule,
        route=verdict.route,
        actions=tuple(Action(a["kind"], {k: v for k, v in a.items() if k != "kind"}) for a in verdict.actions),
        facts=facts,
        created_at=now,
    )


def effects_of(decision: Decision, case: Case) -> tuple[Effect, ...]:
    """One effect for each action, with its stable key; those that only write the interaction are done with it."""
    return tuple(
        Effect(
            key=effect_key(decision, position),
            message_id=case.message.id,
            interaction_id=case.interaction.id,
            decision_id=decision.id,
            position=position,
            action=action,
            state=EffectState.DONE if action.kind in INTERNAL else EffectState.PENDING,
            attempts=0,
            created_at=decision.created_at,
            reference=str(action.parameters[INTERNAL[action.kind]]) if action.kind in INTERNAL else "",
            done_at=decision.created_at if action.kind in INTERNAL else None,
        )
        for position, action in enumerate(decision.actions)
    )


def effect_key(decision: Decision, position: int) -> str:
    """Made of message, rule set version and position: the same for every repetition, and for nothing else."""
    return f"{decision.message_id}:{decision.rule_set}:{decision.rule_set_version}:{position}"


def change_of(decision: Decision) -> Change:
    """What the decision sets on the interaction; of the status it is what the rules want, ticketing decides."""
    wanted: dict[str, Any] = {"route": decision.route}
    for action in decision.actions:
        if action.kind in INTERNAL:
            field = INTERNAL[action.kind]
            wanted[field] = action.parameters[field]
    if "status" in wanted:
        wanted["status"] = Status(wanted["status"])
    return Change(**wanted)
