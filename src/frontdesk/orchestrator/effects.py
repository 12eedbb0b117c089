"""Effects: whose turn it is. Some wait for others: a reply for what it states, everything for a person's approval."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.model import Effect, EffectState, Receipt
from frontdesk.orchestrator.actions import ASK_PERSON

SETTLED = frozenset({EffectState.DONE, EffectState.FAILED, EffectState.DROPPED})


class Turn(StrEnum):
    """Whether an effect is to be carried out now, later (something it waits for is open), or never (refused)."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class EffectTurn:
    """An effect's turn; `until` is when it stops waiting, None where it waits as long as it takes."""

    turn: Turn
    until: datetime | None = None


def place_of(effect: Effect, effects: Sequence[Effect], now: datetime, patience: timedelta) -> EffectTurn:
    """Whose turn it is among the effects of one message.

    What waits for a person waits for ever; what waits for a back end (a reply that states a service call) waits for
    `patience` from when it was decided and then goes without: nothing false is told, see templates.
    """
    awaited = [each for each in effects if each.key in effect.waits_for]
    if any(each.action.kind == ASK_PERSON and each.state is EffectState.DROPPED for each in awaited):
        return EffectTurn(Turn.NEVER)
    left = [each for each in awaited if each.state not in SETTLED]
    if not left:
        return EffectTurn(Turn.NOW)
    if any(each.action.kind == ASK_PERSON for each in left):
        return EffectTurn(Turn.LATER)
    until = _decided_at(effect, awaited) + patience
    return EffectTurn(Turn.LATER, until) if now < until else EffectTurn(Turn.NOW)


def done(effect: Effect, receipt: Receipt, attempts: int, now: datetime) -> Effect:
    """The effect carried out."""
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
    """The effect given up: a person sees it, can retry or drop it."""
    return replace(effect, state=EffectState.FAILED, attempts=effect.attempts + attempts, error=reason, done_at=now)


def refused(effect: Effect, now: datetime) -> Effect:
    """The effect dropped since the person who was asked said no."""
    return replace(effect, state=EffectState.DROPPED, error="not approved", done_at=now)


def tried(effect: Effect, reason: str, attempts: int) -> Effect:
    """The effect still to be done, with why it could not be until now."""
    return replace(effect, attempts=effect.attempts + attempts, error=reason)


def _decided_at(effect: Effect, awaited: Iterable[Effect]) -> datetime:
    """Patience begins when the decision was made or, after an approval, with that."""
    approvals = (each.done_at for each in awaited if each.action.kind == ASK_PERSON and each.done_at)
    return max([effect.created_at, *approvals])
