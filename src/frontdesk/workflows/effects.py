"""Carries out effects (actions on their way): each once, and in order where one waits for another.

Effects that only write our own rows are carried out together with the decision. Any other effect is first tried while
its message is handled. If that fails, the effect gets its own work row with its own backoff, and the message goes on.
When an effect is settled, the effects that wait for it become due.
"""

from dataclasses import replace
from datetime import timedelta

from frontdesk.interfaces import ConnectorFailed, Failed, Held, Invalid, NotFound, OwnRows, Recorder
from frontdesk.model import Case, Effect, EffectState, Receipt
from frontdesk.orchestrator.actions import DISCLOSING, INTERNAL, change_by
from frontdesk.orchestrator.effects import Turn, done, dropped, expires_at, failed, is_untried, place_of, tried
from frontdesk.orchestrator.plans import ASK_PERSON, WAIT
from frontdesk.ticketing.status import allowed_change
from frontdesk.workflows.dependencies import PipelineDependencies

# A claim proves nothing: who only says that they are a customer is told what everybody is told.
UNPROVEN = "it is not proven that the sender is this customer, so nothing of theirs is told"


async def act(case: Case, effect: Effect, dependencies: PipelineDependencies) -> Case:
    """Carry out an effect with its message, or give it its own work row. Errors of other systems are not raised."""
    if effect.state is not EffectState.PENDING or effect.apart:
        return case
    place = place_of(effect, case.effects, dependencies.clock(), dependencies.patience)
    if place.turn is Turn.LATER:
        return await dependencies.cases.keep_waiting(case, effect, place.until)
    if place.turn is not Turn.NOW:
        return await dependencies.cases.keep_effect(case, dropped(effect, "skipped", dependencies.clock()))
    try:
        return await _carry_out(
            case, effect, dependencies, case.attempt if case.repeated else 1, look_first=case.repeated
        )
    except Failed as error:
        due_at = dependencies.clock() + timedelta(seconds=error.after_seconds or dependencies.retry_after)
        attempts = 0 if isinstance(error, Held) else 1
        return await dependencies.cases.postpone_effect(case, tried(effect, str(error), attempts), due_at)


def act_at_once(case: Case, dependencies: PipelineDependencies, rows: OwnRows) -> Case:
    """Carry out the effects that only write our own rows, in the decision's transaction. Others stay pending."""
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
    """Handle the work row of one effect. Raises Failed where it is to be tried again."""
    if effect.state is EffectState.WAITING:
        return await _expire(case, effect, dependencies)
    if effect.state is not EffectState.PENDING:
        return await dependencies.cases.keep_over(case)
    place = place_of(effect, case.effects, dependencies.clock(), dependencies.patience)
    if place.turn is Turn.LATER:
        await dependencies.cases.keep_waiting(case, effect, place.until)
    elif place.turn is not Turn.NOW:
        await dependencies.cases.keep_effect(case, dropped(effect, "skipped", dependencies.clock()), ends=True)
    else:
        look_first = effect.attempts > 0 or case.attempt > 1
        try:
            await _carry_out(
                case, effect, dependencies, case.attempt, look_first=look_first, ends=True, last_try=last_try
            )
        except Failed as error:
            if is_untried(effect):  # its work row counts the attempts
                await dependencies.cases.keep_tried(case, tried(effect, str(error), 0))
            raise
    return None


async def _expire(case: Case, effect: Effect, dependencies: PipelineDependencies) -> None:
    """The time in which a question could be answered is over."""
    await dependencies.cases.keep_effect(case, dropped(effect, "expired", dependencies.clock()), ends=True)


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
    """Carry an effect out and store its result, also a final failure. Raises Failed if a later attempt may help."""
    if effect.action.kind == ASK_PERSON:
        asked = replace(effect, state=EffectState.WAITING)
        return await dependencies.cases.keep_waiting(case, asked, expires_at(effect, dependencies.clock()))
    if effect.action.kind == WAIT:
        over = done(effect, Receipt("", {"came": False}), attempts, dependencies.clock())
        return await dependencies.cases.keep_effect(case, over, ends=ends)
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
    """Ask the other side first whether an earlier attempt succeeded, so that nothing is done twice. Raises Failed."""
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
    except (Invalid, NotFound) as error:  # a rule's text or address cannot be filled in for this message
        raise ConnectorFailed(str(error), permanent=True) from None
