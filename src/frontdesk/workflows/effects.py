"""Effects: each carried out once, in order where one waits for another, and none in the way of the rest.

What only writes our own rows is carried out with the decision. Any other effect is first tried in turn with its
message. One that cannot be carried out now gets work of its own, with its own backoff, and its message goes on.
Whoever waits for it is made due when it is settled.
"""

from datetime import timedelta

from frontdesk.interfaces import ConnectorFailed, Failed, Held, Invalid, NotFound, OwnRows, Recorder
from frontdesk.model import Case, Effect, EffectState, Receipt
from frontdesk.orchestrator.actions import DISCLOSING, INTERNAL, change_by
from frontdesk.orchestrator.effects import Turn, done, failed, place_of, refused, tried
from frontdesk.ticketing.status import allowed_change
from frontdesk.workflows.dependencies import PipelineDependencies

# A claim proves nothing: who only says that they are a customer is told what everybody is told.
UNPROVEN = "it is not proven that the sender is this customer, so nothing of theirs is told"


async def act(case: Case, effect: Effect, dependencies: PipelineDependencies) -> Case:
    """Carry out an effect with its message, or leave it to work of its own. Raises nothing of the outside's."""
    if effect.state is not EffectState.PENDING or effect.apart:
        return case
    place = place_of(effect, case.effects, dependencies.clock(), dependencies.patience)
    if place.turn is not Turn.NOW:
        return await dependencies.cases.keep_waiting(case, effect, place.until)
    try:
        return await _carry_out(
            case, effect, dependencies, case.attempt if case.repeated else 1, look_first=case.repeated
        )
    except Failed as error:
        due_at = dependencies.clock() + timedelta(seconds=error.after_seconds or dependencies.retry_after)
        attempts = 0 if isinstance(error, Held) else 1
        return await dependencies.cases.postpone_effect(case, tried(effect, str(error), attempts), due_at)


def act_at_once(case: Case, dependencies: PipelineDependencies, rows: OwnRows) -> Case:
    """Carry out what only writes our own rows, within the transaction of the decision; the rest is left as it is."""
    for effect in case.effects:
        action_handler: object = dependencies.action_handlers.get(effect.action.kind)
        now = dependencies.clock()
        if effect.state is not EffectState.PENDING or not isinstance(action_handler, Recorder):
            continue
        if place_of(effect, case.effects, now, dependencies.patience).turn is not Turn.NOW:
            continue
        try:
            receipt = action_handler.record(effect, case, rows)
        except (Invalid, NotFound):
            continue  # `act` tells what is wrong with it
        case = case.with_effect(done(effect, receipt, 1, now)) if receipt else case
    return case


async def handle_effect(case: Case, effect: Effect, dependencies: PipelineDependencies, last_try: bool) -> None:
    """The work of one effect that was left by its message. Raises Failed where it is to be tried again."""
    if effect.state is not EffectState.PENDING:
        return await dependencies.cases.keep_over(case)
    place = place_of(effect, case.effects, dependencies.clock(), dependencies.patience)
    if place.turn is Turn.LATER:
        await dependencies.cases.keep_waiting(case, effect, place.until)
    elif place.turn is Turn.NEVER:
        await dependencies.cases.keep_effect(case, refused(effect, dependencies.clock()), ends=True)
    else:
        look_first = effect.attempts > 0 or case.attempt > 1
        await _carry_out(case, effect, dependencies, case.attempt, look_first=look_first, ends=True, last_try=last_try)
    return None


async def _carry_out(
    case: Case,
    effect: Effect,
    dependencies: PipelineDependencies,
    attempts: int,
    *,
    look_first: bool,
    ends: bool = False,
    last_try: bool = False,
) -> Case:
    """Do it and keep that it is done; keep as failed what cannot be done. Raises Failed for what may be done later."""
    if effect.action.kind in INTERNAL:
        change = allowed_change(
            case.interaction, change_by(effect.action, case.interaction, await dependencies.priorities())
        )
        return await dependencies.cases.keep_effect(
            case, done(effect, Receipt(), attempts, dependencies.clock()), change, ends=ends
        )
    try:
        receipt = await _perform(case, effect, dependencies, look_first)
    except Failed as error:
        if not error.permanent and (not last_try or isinstance(error, Held)):
            raise
        return await dependencies.cases.keep_effect(
            case, failed(effect, str(error), attempts, dependencies.clock()), ends=ends
        )
    return await dependencies.cases.keep_effect(case, done(effect, receipt, attempts, dependencies.clock()), ends=ends)


async def _perform(case: Case, effect: Effect, dependencies: PipelineDependencies, look_first: bool) -> Receipt:
    """Look before it is repeated, so that what was done is not done again. Raises Failed."""
    action_handler = dependencies.action_handlers.get(effect.action.kind)
    if action_handler is None:
        raise ConnectorFailed(
            f"no connector is set up for {effect.action.kind}: see docs/reference/connectors", permanent=True
        )
    if effect.action.kind in DISCLOSING and not (case.message.sender.identity.is_proven and case.proven_customer):
        raise ConnectorFailed(UNPROVEN, permanent=True)
    try:
        found = await action_handler.find(effect.key) if look_first else None
        return found or await action_handler.perform(effect, case)
    except (Invalid, NotFound) as error:  # a text or an address of a rule that does not work out for this message
        raise ConnectorFailed(str(error), permanent=True) from None
