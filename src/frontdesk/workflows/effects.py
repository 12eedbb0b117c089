"""Effects: each carried out once, in order where one waits for another, and none in the way of the rest.

An effect is first tried in turn with its message. One that cannot be carried out now gets work of its own, with its
own backoff, and its message goes on. Whoever waits for it is made due when it is settled.
"""

from datetime import timedelta

from frontdesk.interfaces import ConnectorFailed, Failed, Held, Invalid, NotFound
from frontdesk.model import Case, Effect, EffectState, Receipt
from frontdesk.orchestrator.actions import INTERNAL, change_by
from frontdesk.orchestrator.effects import Turn, done, failed, place_of, refused, tried
from frontdesk.ticketing.status import allowed_change
from frontdesk.workflows.desk import Desk


async def act(case: Case, effect: Effect, desk: Desk) -> Case:
    """Carry out an effect with its message, or leave it to work of its own. Raises nothing of the outside's."""
    if effect.state is not EffectState.PENDING or effect.apart:
        return case
    place = place_of(effect, case.effects, desk.clock(), desk.patience)
    if place.turn is not Turn.NOW:
        return await desk.cases.keep_waiting(case, effect, place.until)
    try:
        return await _carry_out(case, effect, desk, case.attempt if case.repeated else 1, look_first=case.repeated)
    except Failed as error:
        due_at = desk.clock() + timedelta(seconds=error.after_seconds or desk.retry_after)
        attempts = 0 if isinstance(error, Held) else 1
        return await desk.cases.postpone_effect(case, tried(effect, str(error), attempts), due_at)


async def handle_effect(case: Case, effect: Effect, desk: Desk, last_try: bool) -> None:
    """The work of one effect that was left by its message. Raises Failed where it is to be tried again."""
    if effect.state is not EffectState.PENDING:
        return await desk.cases.keep_over(case)
    place = place_of(effect, case.effects, desk.clock(), desk.patience)
    if place.turn is Turn.LATER:
        await desk.cases.keep_waiting(case, effect, place.until)
    elif place.turn is Turn.NEVER:
        await desk.cases.keep_effect(case, refused(effect, desk.clock()), ends=True)
    else:
        look_first = effect.attempts > 0 or case.attempt > 1
        await _carry_out(case, effect, desk, case.attempt, look_first=look_first, ends=True, last_try=last_try)
    return None


async def _carry_out(
    case: Case,
    effect: Effect,
    desk: Desk,
    attempts: int,
    *,
    look_first: bool,
    ends: bool = False,
    last_try: bool = False,
) -> Case:
    """Do it and keep that it is done; keep as failed what cannot be done. Raises Failed for what may be done later."""
    if effect.action.kind in INTERNAL:
        change = allowed_change(case.interaction, change_by(effect.action, case.interaction, await desk.ladder()))
        return await desk.cases.keep_effect(case, done(effect, Receipt(), attempts, desk.clock()), change, ends=ends)
    try:
        receipt = await _perform(case, effect, desk, look_first)
    except Failed as error:
        if not error.permanent and (not last_try or isinstance(error, Held)):
            raise
        return await desk.cases.keep_effect(case, failed(effect, str(error), attempts, desk.clock()), ends=ends)
    return await desk.cases.keep_effect(case, done(effect, receipt, attempts, desk.clock()), ends=ends)


async def _perform(case: Case, effect: Effect, desk: Desk, look_first: bool) -> Receipt:
    """Look before it is repeated, so that what was done is not done again. Raises Failed."""
    performer = desk.performers.get(effect.action.kind)
    if performer is None:
        raise ConnectorFailed(
            f"no connector is set up for {effect.action.kind}: see docs/reference/connectors", permanent=True
        )
    try:
        found = await performer.find(effect.key) if look_first else None
        return found or await performer.perform(effect, case)
    except (Invalid, NotFound) as error:  # a text or an address of a rule that does not work out for this message
        raise ConnectorFailed(str(error), permanent=True) from None
