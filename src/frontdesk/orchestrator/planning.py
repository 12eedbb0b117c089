"""From verdicts to what is done: nothing is done on a guess, each topic is acknowledged once, and there is one reply.

This stands outside of the rule table, so that no rule can act beyond what was understood. It reads the facts alone, so
that a decision can be computed again from its record.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from frontdesk.interfaces import Invalid, Verdict
from frontdesk.model import SIGNALS, Effect, Tier
from frontdesk.orchestrator.actions import (
    ANSWER,
    CREATE_SERVICE_CALL,
    REMARK_SERVICE_CALL,
    REPLY,
    STATED,
    UPWARDS,
    reply_of,
    stated_by,
)
from frontdesk.orchestrator.plans import ASK_PERSON, HOLDING, WAIT, in_order, is_approved, is_planned
from frontdesk.orchestrator.risks import certainty, least_of, risk_of
from frontdesk.orchestrator.templates import ReplyTemplates

RECEIPT = "received"
SEVERAL, SEVERAL_CALLED = "several_received", "several_called"
ROUTE_JOINT = " + "
# In place of a rule: the message is one of a burst, and what follows from it is decided with the last one.
FOLLOWED = "decided with the message after it"
# Why a proposal is one.
UNSURE, DISAGREE = "unsure", "readers_disagree"
# What is written into actions here; no rule can.
NOTED = ("proposes", "because", "certainty", "least", "about", "call")

# Signals of how something is said: with an intent beside them, the intent is what the message is about.
IN_PASSING = frozenset({"irony", "thanks_only"})

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """The verdict on one topic of a message, with the facts that it was made on."""

    verdict: Verdict
    facts: Facts

    @property
    def name(self) -> str:
        """What it is about: the signal that decided, else the intent."""
        reads, intent = self.verdict.reads, str(self.facts.get("intent") or "")
        decided = [self.facts.get("signal")] if "signal" in reads else []
        decided += [name for path in reads if (name := path.removeprefix("has.")) in SIGNALS and self._has(name)]
        return next((str(name) for name in decided if name and not (intent and name in IN_PASSING)), intent)

    def _has(self, name: str) -> bool:
        return bool(self.facts.get("has", {}).get(name))


@dataclass(frozen=True, slots=True)
class _Weighed:
    """An action with how certain it is."""

    action: Mapping[str, Any]
    certainty: float


def is_proposal(effect: Effect) -> bool:
    """Whether the question is one that is asked because the reading was not certain enough."""
    return effect.action.kind == ASK_PERSON and "proposes" in effect.action.parameters


def facts_by_concern(facts: Facts) -> list[Facts]:
    """The facts of each concern with an intent of its own, the message's own first; of other messages the facts."""
    found = {each["intent"]: each for each in reversed(facts.get("concerns") or ()) if each["intent"]}
    if len(found) < 2 or facts.get("remote_route"):
        return [facts]
    ordered = sorted(found.values(), key=lambda each: each["intent"] != facts.get("intent"))
    return [_with_concern(facts, each) for each in ordered]


def plan(topics: Sequence[Topic], templates: ReplyTemplates) -> Verdict:
    """All topics as one verdict. Those that the same row decided count once."""
    rows = {topic.verdict.rule: topic for topic in reversed(topics)}
    distinct = [topic for topic in topics if rows[topic.verdict.rule] is topic]
    first, facts = distinct[0].verdict, distinct[0].facts
    if facts.get("followed"):
        return replace(first, rule=FOLLOWED, actions=())
    weighed = _merged(distinct, templates)
    acting = _gated(weighed, facts, templates)
    names = ",".join(dict.fromkeys(topic.name for topic in topics))
    told = frozenset(facts.get("acknowledged") or ())
    acting = [each for action in map(_named(names), acting) if (each := _untold(action, told, templates))]
    acting = [each for action in acting if (each := _addressed(action, facts))]
    title = ROUTE_JOINT.join(topic.verdict.rule for topic in distinct)[:200]
    try:
        return replace(first, rule=title, actions=tuple(in_order(acting)))
    except Invalid:  # two matters whose plans cannot be joined
        return replace(first, rule=title, actions=({"kind": ASK_PERSON, "question": title},))


def _with_concern(facts: Facts, concern: Facts) -> Facts:
    mine = {"intent": concern["intent"], "intent_probability": concern["probability"]}
    own = facts.get("tier") == Tier.MODEL or concern["intent"] == facts.get("intent")
    kind = {"message_type": concern["type"]} if concern.get("type") else {}
    second = {} if own else {"second_intent": concern["intent"]}
    return {**facts, **mine, **kind, **second}


def _merged(topics: Sequence[Topic], templates: ReplyTemplates) -> list[_Weighed]:
    """The actions of all topics: what only one of them can set is set once, and there is one reply."""
    weighed = [
        _Weighed(action, certainty(topic.verdict, topic.facts, risk_of(action, templates)))
        for topic in topics
        for action in topic.verdict.actions
    ]
    if len(topics) == 1:
        return weighed
    kept: dict[str, _Weighed] = {}
    for each in weighed:
        kind = str(each.action["kind"])
        if kind == "set_status" and not _all_want(each.action, topics):
            continue
        once = kind in (REPLY, ANSWER) or kind.startswith(("set_", "assign_"))
        key = kind if once else repr(sorted(each.action.items()))
        kept[key] = _one_of(kept[key], each) if key in kept else each
    replying = [each for each in weighed if reply_of(each.action)]
    replies = [reply for each in replying if (reply := reply_of(each.action))]
    if replies and (any(each != replies[0] for each in replies) or not any(reply_of(k.action) for k in kept.values())):
        called = any(each.action["kind"] == CREATE_SERVICE_CALL for each in weighed)
        several = {"kind": REPLY, "template": SEVERAL_CALLED if called else SEVERAL}
        kept[REPLY] = _Weighed(several, min(each.certainty for each in replying))
    if REPLY in kept and ANSWER in kept:
        kept[ANSWER] = replace(kept[ANSWER], action=_only_answer(kept[ANSWER].action))
    last = [kept.pop(kind) for kind in (REPLY, "set_status") if kind in kept]
    return [*kept.values(), *last]


def _all_want(action: Mapping[str, Any], topics: Sequence[Topic]) -> bool:
    return all(action in topic.verdict.actions for topic in topics)


def _one_of(one: _Weighed, other: _Weighed) -> _Weighed:
    """The higher priority; of other things the first, as certain as the less certain of both."""
    if one.action["kind"] == "set_priority":
        return max(one, other, key=lambda each: _height(str(each.action["priority"])))
    return replace(one, certainty=min(one.certainty, other.certainty))


def _height(priority: str) -> int:
    return UPWARDS.index(priority) if priority in UPWARDS else -1


def _gated(weighed: Sequence[_Weighed], facts: Facts, templates: ReplyTemplates) -> list[Mapping[str, Any]]:
    """What may be done, then a question to a person, then what waits for the answer."""
    actions = [each.action for each in weighed]
    asks = next((at for at, each in enumerate(actions) if each["kind"] == ASK_PERSON), len(weighed))
    open_ones = [at < asks or not (at == asks or is_approved(actions, at)) for at in range(len(actions))]
    before = [each for each, is_open in zip(weighed, open_ones, strict=True) if is_open]
    behind = [each for each, is_open in zip(actions, open_ones, strict=True) if not is_open]
    least: Mapping[str, float] = facts.get("least") or {}
    needs = {id(each): least_of(each.action, risk_of(each.action, templates), least) for each in before}
    held = [each for each in before if each.certainty < needs[id(each)]]
    if not held:
        return [each.action for each in weighed]
    kinds = {str(each.action["kind"]) for each in held}
    held = [each for each in before if each in held or _states(each.action, kinds, templates)]
    done = [each.action for each in before if each not in held]
    waiting = [*(each.action for each in held), *behind]
    if any(is_planned(each) or each["kind"] == WAIT for each in actions):  # it is proposed as a whole
        stops = (each in held or each.action["kind"] in HOLDING or is_planned(each.action) for each in weighed)
        first = list(stops).index(True)
        done, waiting = actions[:first], actions[first:]
    receipt = [{"kind": REPLY, "template": RECEIPT}] if any(reply_of(each.action) for each in held) else []
    if any(map(reply_of, done)):
        receipt = []
    return [*done, *receipt, _question(held, needs), *waiting]


def _states(action: Mapping[str, Any], kinds: Iterable[str], templates: ReplyTemplates) -> bool:
    """Whether a reply states what one of these actions yields."""
    reply = reply_of(action)
    return reply is not None and any(STATED[name] in kinds for name in stated_by(reply, templates))


def _question(held: Sequence[_Weighed], needs: Mapping[int, float]) -> Mapping[str, Any]:
    least_sure = min(each.certainty for each in held)
    return {
        "kind": ASK_PERSON,
        "proposes": ", ".join(dict.fromkeys(str(each.action["kind"]) for each in held)),
        "because": UNSURE if least_sure > 0 else DISAGREE,
        "certainty": least_sure,
        "least": max(needs.get(id(each), 0.0) for each in held),
    }


def _named(names: str) -> Any:
    """Notes with a reply which topics it answers."""
    return lambda action: {**action, "about": names} if reply_of(action) else action


def _addressed(action: Mapping[str, Any], facts: Facts) -> Mapping[str, Any] | None:
    """A remark with the service call that it is for; None where no call is open."""
    if action["kind"] != REMARK_SERVICE_CALL:
        return action
    call = facts.get("service_call")
    return {**action, "call": call} if call else None


def _untold(action: Mapping[str, Any], told: frozenset[str], templates: ReplyTemplates) -> Mapping[str, Any] | None:
    """The action without a reply that was told already. An answer is news; None where nothing is left."""
    reply = reply_of(action)
    if reply is None or not _is_told(reply, set(str(action["about"]).split(",")), told, templates):
        return action
    return _only_answer(action) if action["kind"] == ANSWER else None


def _only_answer(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer without a reply in its place."""
    return {name: value for name, value in action.items() if name not in ("otherwise", "about")}


def _is_told(
    reply: Mapping[str, Any], topics: AbstractSet[str], told: frozenset[str], templates: ReplyTemplates
) -> bool:
    """Whether a reply would only acknowledge again what was acknowledged. What states a receipt is news."""
    if stated_by(reply, templates):
        return False
    if reply.get("template") == RECEIPT and "" in told and topics.isdisjoint(SIGNALS):
        return True  # it says no more than the one before: that somebody reads it
    return topics <= told
