"""Decides when an effect may run: a reply waits for the receipt that it states, everything waits for approvals.

What needs no receipt also follows the one before it: it runs once that was tried, so that the order holds and yet a
back end that is down keeps nobody waiting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from frontdesk.model import Effect, EffectState, Receipt
from frontdesk.orchestrator.plans import HOLDING, RESULT, WAIT, holds, is_planned, named, result_of

SETTLED = frozenset({EffectState.DONE, EffectState.FAILED, EffectState.DROPPED})


class Turn(StrEnum):
    """Whether an effect is carried out now, later (it waits for an open effect), never (it was refused), or skipped."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class EffectTurn:
    """An effect's turn. `until` is when it stops waiting; None: it waits without limit."""

    turn: Turn
    until: datetime | None = None


def place_of(effect: Effect, effects: Sequence[Effect], now: datetime, patience: timedelta) -> EffectTurn:
    """The turn of an effect among the effects of its message.

    A step that names others waits until they are settled; what only comes after one that failed waits for a person.
    What needs a person's approval waits without limit. A reply that states a receipt of a back end waits for `patience`
    after the decision; then it is sent with another text that does not state it (see templates).
    """
    step, by_name = step_of(effect), _named(effect, effects)
    if any(each.state not in SETTLED for each in by_name.values()):
        return EffectTurn(Turn.LATER)
    if by_name and not {"if", "else"} & step.keys() and any(map(is_failed, by_name.values())):
        return EffectTurn(Turn.LATER)
    if by_name and not holds(step, {name: result_of(each) for name, each in by_name.items()}):
        return EffectTurn(Turn.SKIPPED)
    awaited = [each for each in effects if each.key in effect.waits_for]
    holding = [each for each in awaited if each.action.kind in HOLDING and each not in by_name.values()]
    if any(each.state is EffectState.DROPPED and not result_of(each)["skipped"] for each in holding):
        return EffectTurn(Turn.NEVER)
    left = [each for each in awaited if each.state not in SETTLED]
    if any(each in left for each in holding) or (holding and is_untried(before_it(effect, effects))):
        return EffectTurn(Turn.LATER)
    if effect.action.kind == WAIT:
        until = _pause(effect, _begun_at(effect, awaited))
        return EffectTurn(Turn.LATER, until) if until is None or now < until else EffectTurn(Turn.NOW)
    if not left:
        return EffectTurn(Turn.NOW)
    until = _begun_at(effect, holding) + patience
    return EffectTurn(Turn.LATER, until) if now < until else EffectTurn(Turn.NOW)


def step_of(effect: Effect) -> dict[str, Any]:
    """Its action as a step of a plan."""
    return {"kind": effect.action.kind, **effect.action.parameters}


def is_failed(effect: Effect) -> bool:
    """Whether a person is to say how it goes on."""
    return effect.state is EffectState.FAILED


def expires_at(effect: Effect, now: datetime) -> datetime | None:
    """When a question that is asked now is no longer asked."""
    hours = effect.action.parameters.get("hours")
    return now + timedelta(hours=float(hours)) if hours else None


def before_it(effect: Effect, effects: Sequence[Effect]) -> Effect | None:
    """The effect that it follows: the nearest one before it that holds nobody up and waits for no receipt."""
    if is_planned(step_of(effect)):
        return None
    holding = {each.key for each in effects if each.action.kind in HOLDING}
    before = (each for each in effects if each.position < effect.position and each.key not in holding)
    chain = [each for each in before if holding.issuperset(each.waits_for) and not is_planned(step_of(each))]
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


def dropped(effect: Effect, result: str, now: datetime) -> Effect:
    """The effect as dropped with this result: skipped, or expired where nobody answered in time."""
    words = {"skipped": "not approved, or its condition did not hold", "expired": "nobody answered in time"}
    detail = {**effect.detail, RESULT: result}
    return replace(effect, state=EffectState.DROPPED, error=words[result], done_at=now, detail=detail)


def tried(effect: Effect, reason: str, attempts: int) -> Effect:
    """The effect as still pending, with the error of the last attempt."""
    return replace(effect, attempts=effect.attempts + attempts, error=reason)


def _named(effect: Effect, effects: Sequence[Effect]) -> dict[str, Effect]:
    """The effects that a step names."""
    if not is_planned(step_of(effect)):
        return {}
    ordered = sorted(effects, key=lambda each: each.position)
    at = next(place for place, each in enumerate(ordered) if each.key == effect.key)
    return {name: ordered[place] for name, place in named(list(map(step_of, ordered)), at).items()}


def _pause(effect: Effect, since: datetime) -> datetime | None:
    given = effect.action.parameters
    length = timedelta(hours=float(given.get("hours", 0)), minutes=float(given.get("minutes", 0)))
    return since + length if length else None


def _begun_at(effect: Effect, awaited: Iterable[Effect]) -> datetime:
    """When waiting began: with the decision or, where it waited for something before, with the end of that."""
    return max([effect.created_at, *(each.done_at for each in awaited if each.done_at)])
