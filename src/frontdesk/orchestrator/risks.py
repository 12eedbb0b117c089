"""The risk of each action, and how certain a decision is of what the action hangs on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from frontdesk.interfaces import Verdict
from frontdesk.model import Status, Tier
from frontdesk.model.signals import signal_kinds
from frontdesk.orchestrator.actions import (
    ANSWER,
    CREATE_SERVICE_CALL,
    INTERNAL,
    NOTIFY_WEBHOOK,
    ORDER_STATUS,
    REMARK_SERVICE_CALL,
    REPLY,
    UPDATE_CASE,
    reply_of,
)
from frontdesk.orchestrator.facts import PRESSING
from frontdesk.orchestrator.plans import HOLDING
from frontdesk.orchestrator.templates import ReplyTemplates


class Risk(StrEnum):
    """What a mistaken action costs: nothing, a needless line, a customer who was not understood, money or a secret."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


RISKS: Mapping[str, Risk] = {
    REPLY: Risk.MEDIUM,
    # It hangs on no reading, and has a limit of its own; the reply that it may send instead has its risk.
    ANSWER: Risk.LOW,
    "set_status": Risk.MEDIUM,
    REMARK_SERVICE_CALL: Risk.LOW,
    CREATE_SERVICE_CALL: Risk.HIGH,
    UPDATE_CASE: Risk.HIGH,
    ORDER_STATUS: Risk.HIGH,
    NOTIFY_WEBHOOK: Risk.HIGH,
}
# What the customer takes for an end.
ENDING = frozenset({Status.SOLUTION_PROVIDED, Status.CONFIRMED, Status.CLOSED})
# Signals that only make more urgent what would be done without them.
MORE_URGENT = frozenset({"unresolved", "repeat_contact"})
_PROBABILITIES = {
    "intent": "intent_probability",
    "sentiment": "sentiment_probability",
    "message_type": "type_probability",
}
_SECOND = {"intent": "second_intent", "sentiment": "second_sentiment"}


def risk_of(action: Mapping[str, Any], templates: ReplyTemplates) -> Risk:
    """As in RISKS. A neutral receipt is of low risk, and so is a reply that states what was done, for that has a risk
    of its own. A status is of medium risk only where it ends the interaction.
    """
    reply = reply_of(action)
    if reply and "template" in reply:
        template = templates.named(str(reply["template"]))
        return Risk.LOW if template.neutral or template.needs else Risk.MEDIUM
    if action["kind"] == "set_status" and action["status"] not in ENDING:
        return Risk.NONE
    costs_nothing = action["kind"] in HOLDING or action["kind"] in INTERNAL
    return RISKS.get(action["kind"], Risk.NONE if costs_nothing else Risk.HIGH)


def least_of(action: Mapping[str, Any], risk: Risk, least: Mapping[str, float]) -> float:
    """The least probability at which the action is carried out without a person."""
    if risk is Risk.NONE:
        return 0.0
    named = least.get(action["kind"]) if risk is not Risk.LOW else None
    return least.get(risk.value, 0.0) if named is None else named


def certainty(verdict: Verdict, facts: Mapping[str, Any], risk: Risk) -> float:
    """How probable it is that the row was rightly taken: the least among the facts that it reads.

    0 where two readers disagree on one of them. A fact that needs no understanding is certain. What is costly hangs on
    the intent where the row reads one; how the customer feels then only says how urgent it is.
    """
    by_intent = risk is Risk.HIGH and "intent" in verdict.reads
    reads = [path for path in verdict.reads if not (by_intent and path == "sentiment")]
    each = [_certainty(path, facts, any_intent=verdict.any_intent) for path in reads]
    return round(min([1.0, _of_signals(verdict, facts), *each]), 4)


def _of_signals(verdict: Verdict, facts: Mapping[str, Any]) -> float:
    """How probable it is that the most pressing signal is one that the row takes."""
    if not verdict.signals:
        return 1.0
    signals: Mapping[str, float] = facts.get("signals") or {}
    if "" not in verdict.signals and not MORE_URGENT.issuperset(verdict.signals):
        return max(signals.get(name, 0.0) for name in verdict.signals)
    return 1.0 - max((signals.get(name, 0.0) for name in PRESSING if name not in verdict.signals), default=0.0)


def _certainty(path: str, facts: Mapping[str, Any], *, any_intent: bool) -> float:
    if path in _PROBABILITIES:
        if facts.get("tier") == Tier.MODEL and path in _SECOND and facts.get(_SECOND[path], facts[path]) != facts[path]:
            return 0.0
        if path == "intent" and any_intent:  # an intent that is unsure would be none, which is taken too
            return 1.0
        return float(facts.get(_PROBABILITIES[path], 1.0)) if facts.get(path) else 1.0
    signals: Mapping[str, float] = facts.get("signals") or {}
    root, _, name = path.partition(".")
    if root == "has" and name in signal_kinds():
        probability = signals.get(name, 0.0)
        return probability if facts.get("has", {}).get(name) else 1.0 - probability
    return 1.0
