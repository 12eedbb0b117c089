"""The pipeline: the steps that every customer message goes through. These lines are the product.

A step first looks whether an earlier attempt has stored its result; then it returns that. Otherwise it works outside
any transaction and stores the result, fenced by the lease. So a crash between two lines loses nothing. Calls to other
systems carry a key, and a repetition first asks whether the call was done.

The messages of one interaction are handled one at a time, in order. If a person or a program changes the interaction
meanwhile, only the decision is made again, from the same analysis.
"""

from dataclasses import replace
from typing import Any

from frontdesk.interfaces import Stale
from frontdesk.model import Case, Change, Decision, Effect, MessageContext
from frontdesk.orchestrator.actions import ESCALATE, change_of, decision_of, effects_of
from frontdesk.orchestrator.gathering import facts_of
from frontdesk.ticketing.recording import record as recorded
from frontdesk.ticketing.status import after_decision
from frontdesk.workflows.dependencies import PipelineDependencies
from frontdesk.workflows.effects import act, act_at_once

TRIES = 20


async def handle_message(case: Case, dependencies: PipelineDependencies) -> None:
    """Inbound message -> analysis -> decision -> effects -> reply. Each line is one durable step."""
    case = await analyse(case, dependencies)
    case = await decide(case.together(), dependencies)
    for effect in case.effects:
        case = await act(case, effect, dependencies)
    await end(case, dependencies)


async def analyse(case: Case, dependencies: PipelineDependencies) -> Case:
    """Understand the message, in its conversation."""
    if case.analysis is not None:
        return case
    earlier = (await dependencies.cases.context(case)).before if case.message.sequence > 1 else ()
    return await dependencies.cases.keep_analysis(
        case, await dependencies.analyst.analyse(case.message, earlier=earlier)
    )


async def decide(case: Case, dependencies: PipelineDependencies) -> Case:
    """Update the interaction, find the sender and let the rules decide, all in one transaction.

    Effects that only write our own rows are carried out in the same transaction.
    """
    headlines: dict[tuple[str, ...], tuple[str, str]] = {}
    for _ in range(TRIES):
        if case.decision is not None:
            return case
        context = await dependencies.cases.context(case)
        change = await _recorded(case, context, dependencies, headlines)
        try:
            return await _decided(case, context, change, dependencies)
        except Stale:
            case = (await dependencies.cases.reload(case)).together()
    raise Stale("the interaction is being changed all the time")


async def end(case: Case, dependencies: PipelineDependencies) -> None:
    """End the work: the message is handled."""
    if not case.ended:
        await dependencies.cases.keep_end(case)


async def _recorded(
    case: Case,
    context: MessageContext,
    dependencies: PipelineDependencies,
    headlines: dict[tuple[str, ...], tuple[str, str]],
) -> Change:
    """What the message changes on its interaction. Each state of the conversation is summarised once."""
    if case.recorded or case.analysis is None:
        return Change()
    if context.texts not in headlines:
        headlines[context.texts] = await _headline(case, context, dependencies)
    change = recorded(case, *headlines[context.texts], is_latest=context.is_latest)
    return replace(change, **_customer(case, context))


def _customer(case: Case, context: MessageContext) -> dict[str, Any]:
    """Who wrote, where nobody is known yet; who is proven takes the place of who was only claimed."""
    known, proven = case.interaction.customer_id, case.interaction.customer_proven
    if context.customer_id is None or (known and (proven or not context.customer_proven)):
        return {}
    return {"customer_id": context.customer_id, "customer_proven": context.customer_proven or None}


async def _headline(case: Case, context: MessageContext, dependencies: PipelineDependencies) -> tuple[str, str]:
    """Title and summary over all messages that were read. A message that was retried late may not be the latest one."""
    assert case.analysis is not None
    if context.is_latest:
        return await dependencies.analyst.headline(case.analysis, context.texts, case.message)
    return await dependencies.analyst.summarise(context.texts, case.message)


async def _decided(case: Case, context: MessageContext, recording: Change, dependencies: PipelineDependencies) -> Case:
    """Decide. Raises Stale where the interaction was changed since it was read."""
    seen = replace(case, interaction=case.interaction.after(recording))
    rules = await dependencies.rules.current()
    facts = await dependencies.rules.advised(facts_of(seen, dependencies.desk, context))
    decision = decision_of(rules.decide(facts), seen.message.id, facts, dependencies.new_id(), dependencies.clock())
    effects = effects_of(decision, seen.interaction.id, dependencies.templates)
    change = recording.then(await _change(seen, decision, effects, dependencies))
    return await dependencies.cases.keep_decision(
        case, decision, effects, change, lambda decided, rows: act_at_once(decided, dependencies, rows)
    )


async def _change(
    case: Case, decision: Decision, effects: tuple[Effect, ...], dependencies: PipelineDependencies
) -> Change:
    """What the rules change on the interaction, with a status that the status flow allows."""
    priorities = await dependencies.priorities() if any(each.action.kind == ESCALATE for each in effects) else ()
    wanted = change_of(decision, effects, case.interaction, priorities)
    status = after_decision(case.interaction.status, wanted.status)
    return replace(wanted, status=status if status is not case.interaction.status else None)
