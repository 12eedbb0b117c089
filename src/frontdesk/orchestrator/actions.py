"""The kinds of actions: their parameters, and what those change that need no connector."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.interfaces import Invalid, Verdict
from frontdesk.model import Action, Change, Decision, Effect, EffectState, Interaction, Role, Status
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.plans import ASK_PERSON, EVENTS, HOLDING, WAIT, WORDS, awaited
from frontdesk.orchestrator.templates import ReplyTemplates, check_text, needs_of_text

CREATE_SERVICE_CALL = "create_service_call"
REMARK_SERVICE_CALL = "remark_service_call"
UPDATE_CASE = "update_case"
ORDER_STATUS = "order_status"
NOTIFY_WEBHOOK = "notify_webhook"
REPLY = "reply"
ANSWER = "answer"
PAUSES = ("hours", "minutes", "event")
ESCALATE = "escalate"
TAG = "tag"

# Actions that only write our own interaction, in the transaction of the decision.
INTERNAL = {
    "set_priority": "priority",
    "set_category": "category",
    "assign_team": "team",
    "set_status": "status",
    TAG: "tags",
    ESCALATE: "priority",
}
# The receipts that a reply can state, and the action that each comes from.
STATED = {"service_call": CREATE_SERVICE_CALL, "case": UPDATE_CASE, "order": ORDER_STATUS}
# What tells something that belongs to one customer: done only for who is proven to be that one.
DISCLOSING = frozenset({ORDER_STATUS})
# The route of what nobody needs to read: machines and advertising.
SET_ASIDE = "SetAside"
TAGS_LENGTH = 100
# How the rule set of what a timed rule decides begins, and with it the middle of its effects' keys.
TIMED = "timer-"
# When the action `answer` sends: where it is sure enough, whatever comes, or never (an agent sees it).
WHENS = ("sure", "always", "draft")
# Who can be asked, and how many hours, minutes or money can be named.
PEOPLE = (Role.SUPERVISOR.value, Role.ADMIN.value)
MOST_NUMBER = 1_000_000
STEP_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# The priorities that ship, from the lowest to the highest.
UPWARDS = ("L", "M", "H", "V")


@dataclass(frozen=True, slots=True)
class ActionKind:
    """The parameters of a kind of action: required ones (all of one of the groups) and optional ones."""

    does: str
    needs: tuple[frozenset[str], ...] = (frozenset(),)
    may: frozenset[str] = frozenset()


def _kind(does: str, *needs: str, may: str = "") -> ActionKind:
    return ActionKind(
        does, tuple(frozenset(group.split()) for group in needs) or (frozenset(),), frozenset(may.split())
    )


KINDS: dict[str, ActionKind] = {
    REPLY: _kind("answers the customer by the channel they wrote on", "template", "text", may="type"),
    ANSWER: _kind("answers the question from the knowledge base, with the source", may="when otherwise"),
    CREATE_SERVICE_CALL: _kind("opens a service call in the configured field service"),
    REMARK_SERVICE_CALL: _kind("adds the message to the open service call of the interaction"),
    UPDATE_CASE: _kind("creates or updates the interaction's case in the CRM", may="status priority case_type"),
    ORDER_STATUS: _kind("looks up the order that the message names, for a reply to state", may="order_no"),
    NOTIFY_WEBHOOK: _kind("tells another system, signed", "target", "url", may="event"),
    ASK_PERSON: _kind("lets everything after it wait until a person approves", may="question role hours second_above"),
    WAIT: _kind("pauses for a time, or until something happens", *PAUSES, may=" ".join(PAUSES)),
    "assign_team": _kind("gives the interaction to a team", "team"),
    "set_priority": _kind("sets the priority", "priority"),
    "set_status": _kind("sets the status, if the status flow allows it", "status"),
    "set_category": _kind("sets the category", "category"),
    TAG: _kind("adds tags (separated by commas)", "tags"),
    ESCALATE: _kind("raises the priority by one step, to a team if one is named", may="team reason"),
}


def check_action(raw: Any, templates: ReplyTemplates | None = None) -> dict[str, Any]:
    """Check a rule's action, written as `{"kind": …, parameters…}`. Raises Invalid that says what is wrong.

    With `templates`, the reply template must exist. A text of its own is always compiled.
    """
    if isinstance(raw, str):
        raw = {"kind": raw}
    if not isinstance(raw, Mapping) or raw.get("kind") not in KINDS:
        raise Invalid(
            tr("unknown action {action!r}: use one of {known}", action=raw, known=", ".join(sorted(KINDS))), "actions"
        )
    action = dict(raw)
    kind, given = KINDS[action["kind"]], action.keys() - {"kind"}
    groups = [group for group in kind.needs if group <= given]
    if not groups:
        wanted = " or ".join(", ".join(sorted(group)) for group in kind.needs)
        raise Invalid(tr("action {kind} needs {wanted}", kind=action["kind"], wanted=wanted), "actions")
    if unknown := given - groups[0] - kind.may - set(WORDS):
        raise Invalid(
            tr("action {kind} does not take {unknown}", kind=action["kind"], unknown=", ".join(sorted(unknown))),
            "actions",
        )
    _check_values(action, templates)
    return action


def _check_values(action: Mapping[str, Any], templates: ReplyTemplates | None) -> None:
    for name, value in action.items():
        if name == "after" and isinstance(value, list) and all(isinstance(each, str) for each in value):
            continue
        if not isinstance(value, str | int | float | bool) or (value == "" and name != "question"):
            raise Invalid(
                tr(
                    "action {kind}: {name} is {value!r}: give a text or a number",
                    kind=action["kind"],
                    name=name,
                    value=value,
                ),
                "actions",
            )
    _check_holding(action)
    if action["kind"] == "set_status" and action["status"] not in set(Status):
        raise Invalid(
            tr(
                "unknown status {status!r}: use one of {known}",
                status=action["status"],
                known=", ".join(sorted(Status)),
            ),
            "actions",
        )
    if action["kind"] == ANSWER and action.get("when", WHENS[0]) not in WHENS:
        raise Invalid(
            tr("answer: when is {when!r}: use {known}", when=action["when"], known=", ".join(WHENS)), "actions"
        )
    if "otherwise" in action and templates is not None:
        templates.named(str(action["otherwise"]))
    if "text" in action:
        check_text(str(action["text"]))
    if "template" in action and templates is not None:
        templates.named(str(action["template"]))


def _check_holding(action: Mapping[str, Any]) -> None:
    """The limits of questions and pauses, and the name of a step."""
    if action["kind"] in HOLDING:
        for name in ("hours", "minutes", "second_above"):
            value = action.get(name, 1)
            if isinstance(value, str | bool) or not 0 < value <= MOST_NUMBER:
                text = tr(
                    "{name} is {value!r}: give a number from 0 to {most:,}", name=name, value=value, most=MOST_NUMBER
                )
                raise Invalid(text, "actions")
    for name, allowed in (("role", PEOPLE), ("event", EVENTS)):
        if action["kind"] in HOLDING and name in action and action[name] not in allowed:
            text = tr("{name} is {value!r}: use {known}", name=name, value=action[name], known=", ".join(allowed))
            raise Invalid(text, "actions")
    if "step" in action and not STEP_NAME.fullmatch(str(action["step"])):
        raise Invalid(
            tr("a step is called by small letters, digits and _, not {name!r}", name=action["step"]), "actions"
        )


def decision_of(verdict: Verdict, message: str, facts: Mapping[str, Any], decision_id: str, now: datetime) -> Decision:
    """The decision to store for this message, made from the rules' verdict."""
    return Decision(
        id=decision_id,
        message_id=message,
        rule_set=verdict.rule_set,
        rule_set_version=verdict.version,
        rule=verdict.rule,
        route=verdict.route,
        actions=tuple(map(Action.of, verdict.actions)),
        facts=facts,
        created_at=now,
    )


def effects_of(decision: Decision, interaction_id: int, templates: ReplyTemplates) -> tuple[Effect, ...]:
    """One effect for each action, with its stable key. Actions that only write the interaction are already done."""
    effects: list[Effect] = []
    steps = [{"kind": each.kind, **each.parameters} for each in decision.actions]
    for position, action in enumerate(decision.actions):
        named = [effect_key(decision, place) for place in awaited(steps, position)]
        waits_for = tuple(dict.fromkeys([*named, *_stated(action, effects, templates)]))
        state = _first_state(action, waits_for)
        effects.append(
            Effect(
                key=effect_key(decision, position),
                message_id=decision.message_id,
                interaction_id=interaction_id,
                decision_id=decision.id,
                position=position,
                action=action,
                state=state,
                attempts=0,
                created_at=decision.created_at,
                reference=_written(action) if state is EffectState.DONE else "",
                detail={"persons": 2} if _needs_two(action, decision.facts) else {},
                done_at=decision.created_at if state is EffectState.DONE else None,
                waits_for=waits_for,
            )
        )
    return tuple(effects)


def _needs_two(action: Action, facts: Mapping[str, Any]) -> bool:
    """Whether two persons are to approve, for the message names a larger amount."""
    above = action.parameters.get("second_above") if action.kind == ASK_PERSON else None
    return above is not None and float((facts.get("amount") or {}).get("value", -1)) > float(above)


def effect_key(decision: Decision, position: int) -> str:
    """The key of an effect, made of message, rule set version and position. It is the same for every repetition."""
    return f"{decision.message_id}:{decision.rule_set}:{decision.rule_set_version}:{position}"


def change_of(
    decision: Decision, effects: Iterable[Effect], interaction: Interaction, priorities: Sequence[str]
) -> Change:
    """What the decision sets on the interaction at once. The status is a wish of the rules; ticketing decides.

    `priorities` holds the priorities from the lowest to the highest.
    """
    wanted: dict[str, Any] = {"route": decision.route}
    for effect in effects:
        if effect.action.kind in INTERNAL and effect.state is EffectState.DONE:
            wanted |= _fields(effect.action, interaction, wanted, priorities)
    return Change(**wanted)


def change_by(action: Action, interaction: Interaction, priorities: Sequence[str]) -> Change:
    """What one action sets on the interaction, once a person has approved it."""
    return Change(**_fields(action, interaction, {}, priorities))


def _stated(action: Action, before: Sequence[Effect], templates: ReplyTemplates) -> Iterable[str]:
    """The effects before it whose receipt a reply states."""
    reply = reply_of({"kind": action.kind, **action.parameters})
    kinds = {STATED[name] for name in stated_by(reply, templates)} if reply else set()
    return (each.key for each in before if each.action.kind in kinds)


def reply_of(action: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The reply that an action sends or may send: of `answer` the one that is sent where it is not sure."""
    if action["kind"] == REPLY:
        return action
    if action["kind"] == ANSWER and "otherwise" in action and action.get("when", WHENS[0]) == WHENS[0]:
        return {"kind": REPLY, "template": action["otherwise"]}
    return None


def stated_by(action: Mapping[str, Any], templates: ReplyTemplates) -> frozenset[str]:
    """What a reply states: the names of receipts as in STATED."""
    if "text" in action:
        return needs_of_text(str(action["text"]))
    needs = templates.named(str(action["template"])).needs
    return frozenset({needs} if needs else ())


def _first_state(action: Action, waits_for: tuple[str, ...]) -> EffectState:
    if action.kind == ASK_PERSON and not waits_for and not action.parameters.get("hours"):
        return EffectState.WAITING
    return EffectState.DONE if action.kind in INTERNAL and not waits_for else EffectState.PENDING


def _written(action: Action) -> str:
    return str(action.parameters.get(INTERNAL[action.kind]) or action.parameters.get("team") or "")


def _fields(
    action: Action, interaction: Interaction, wanted: Mapping[str, Any], priorities: Sequence[str]
) -> dict[str, Any]:
    if action.kind == ESCALATE:
        team = {"team": str(action.parameters["team"])} if action.parameters.get("team") else {}
        return {"priority": _one_up(str(wanted.get("priority", interaction.priority)), priorities)} | team
    field = INTERNAL[action.kind]
    value = str(action.parameters[field])
    if action.kind == TAG:
        value = _joined(str(wanted.get("tags", interaction.tags)), value)
    return {field: Status(value) if field == "status" else value}


def _one_up(priority: str, priorities: Sequence[str]) -> str:
    """The next higher priority. The highest one stays, and so does one that is not in the list."""
    return priorities[min(priorities.index(priority) + 1, len(priorities) - 1)] if priority in priorities else priority


def _joined(tags: str, more: str) -> str:
    """The tags of both, each once, as many as fit."""
    every = dict.fromkeys(tag.strip() for tag in f"{tags},{more}".split(",") if tag.strip())
    joined = ""
    for tag in every:
        longer = f"{joined}, {tag}" if joined else tag
        joined = longer if len(longer) <= TAGS_LENGTH else joined
    return joined
