"""Decides when an effect may run: a reply waits for the receipt that it states, everything waits for approvals.

What needs no receipt also follows the one before it: it runs once that was tried, so that the order holds and yet a
back end that is down keeps nobody waiting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.model import Effect, EffectState, Receipt
from frontdesk.orchestrator.actions import ASK_PERSON

SETTLED = frozenset({EffectState.DONE, EffectState.FAILED, EffectState.DROPPED})


class Turn(StrEnum):
    """Whether an effect is carried out now, later (it waits for an open effect), or never (it was refused)."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class EffectTurn:
    """An effect's turn. `until` is when it stops waiting; None: it waits without limit."""

    turn: Turn
    until: datetime | None = None


def place_of(effect: Effect, effects: Sequence[Effect], now: datetime, patience: timedelta) -> EffectTurn:
    """The turn of an effect among the effects of its message.

    An effect that needs a person's approval waits without limit. A reply that states a receipt of a back end waits for
    `patience` after the decision; then it is sent with another text that does not state it (see templates).
    """
    awaited = [each for each in effects if each.key in effect.waits_for]
    if any(each.action.kind == ASK_PERSON and each.state is EffectState.DROPPED for each in awaited):
        return EffectTurn(Turn.NEVER)
    left = [each for each in awaited if each.state not in SETTLED]
    if any(each.action.kind == ASK_PERSON for each in left):
        return EffectTurn(Turn.LATER)
    if is_untried(before_it(effect, effects)):
        return EffectTurn(Turn.LATER)
    if not left:
        return EffectTurn(Turn.NOW)
    until = _decided_at(effect, awaited) + patience
    return EffectTurn(Turn.LATER, until) if now < until else EffectTurn(Turn.NOW)


def before_it(effect: Effect, effects: Sequence[Effect]) -> Effect | None:
    """The effect that it follows: the nearest one before it that neither asks a person nor waits for a receipt."""
    asked = {each.key for each in effects if each.action.kind == ASK_PERSON}
    before = (each for each in effects if each.position < effect.position and each.key not in asked)
    chain = [each for each in before if asked.issuperset(each.waits_for)]
    return max(chain, key=lambda each: each.position, default=None)


def is_untried(effect: Effect | None) -> bool:
    """Whether it is still to be tried for the first time."""
    return effect is not None and effect.state is EffectState.PENDING and not (effect.attempts or effect.error)


def done(effect: Effect, receipt: Receipt, attempts: int, now: datetime) -> Effect:
    """The effect as done."""
    return replace(
        effect,
        state=EffectState.DONE,
        attempts=effect.attempts + attempts,
        reference=receipt.reference,
        detail=receipt.detail,
        error="",
        done_at=now,
    )


def failed(effect: Effect, reason: str, attempts: int, now: datetime) -> Effect:
    """The effect as failed: a person sees it and can retry or drop it."""
    return replace(effect, state=EffectState.FAILED, attempts=effect.attempts + attempts, error=reason, done_at=now)


def refused(effect: Effect, now: datetime) -> Effect:
    """The effect as dropped, because the person who was asked refused it."""
    return replace(effect, state=EffectState.DROPPED, error="not approved", done_at=now)


def tried(effect: Effect, reason: str, attempts: int) -> Effect:
    """The effect as still pending, with the error of the last attempt."""
    return replace(effect, attempts=effect.attempts + attempts, error=reason)


def _decided_at(effect: Effect, awaited: Iterable[Effect]) -> datetime:
    """When waiting began: with the decision or, where there was one, with the approval."""
    approvals = (each.done_at for each in awaited if each.action.kind == ASK_PERSON and each.done_at)
    return max([effect.created_at, *approvals])
