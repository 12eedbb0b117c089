"""The pipeline: what becomes of a customer's message, step by step. Its lines are the product.

Each step returns at once what an earlier life of the same work has stored, else does its part outside any
transaction and stores the result fenced by the lease. So a crash between any two lines loses nothing, and what
reaches the outside carries a key and looks before it repeats.
"""

from dataclasses import replace

from frontdesk.model import Case, Change
from frontdesk.orchestrator.actions import ESCALATE, change_of, decision_of, effects_of
from frontdesk.orchestrator.facts import facts_of
from frontdesk.ticketing.recording import record as recorded
from frontdesk.ticketing.status import after_decision
from frontdesk.workflows.dependencies import PipelineDependencies
from frontdesk.workflows.effects import act


async def handle_message(case: Case, dependencies: PipelineDependencies) -> None:
    """Inbound message -> analysis -> decision -> effects -> reply. Each line is one durable step."""
    case = await analyse(case, dependencies)
    case = await record(case, dependencies)
    case = await decide(case, dependencies)
    for effect in case.effects:
        case = await act(case, effect, dependencies)
    await dependencies.cases.keep_end(case)


async def analyse(case: Case, dependencies: PipelineDependencies) -> Case:
    """Understand the message."""
    if case.analysis is not None:
        return case
    return await dependencies.cases.keep_analysis(case, await dependencies.analyst.analyse(case.message))


async def record(case: Case, dependencies: PipelineDependencies) -> Case:
    """Refresh the interaction over all its messages; find who wrote."""
    if case.recorded:
        return case
    texts = await dependencies.cases.inbound_texts(case.interaction.id)
    title, summary = await _headline(case, texts, dependencies)
    return await dependencies.cases.keep_record(case, recorded(case, title, summary, len(texts)))


async def decide(case: Case, dependencies: PipelineDependencies) -> Case:
    """Let the rules choose what follows, and note it as effects."""
    if case.decision is not None:
        return case
    rules = await dependencies.rules.current()
    facts = await dependencies.rules.advised(facts_of(case))
    verdict = rules.decide(facts)
    decision = decision_of(verdict, case, facts, dependencies.new_id(), dependencies.clock())
    effects = effects_of(decision, case, dependencies.templates)
    priorities = await dependencies.priorities() if any(e.action.kind == ESCALATE for e in effects) else ()
    change = change_of(decision, effects, case.interaction, priorities)
    return await dependencies.cases.keep_decision(case, decision, effects, _change(case, change))


async def _headline(case: Case, texts: tuple[str, ...], dependencies: PipelineDependencies) -> tuple[str, str]:
    """Title and summary: of a single message those of its analysis, of several those of all together."""
    if len(texts) == 1 and case.analysis is not None:
        return case.analysis.title, case.analysis.summary
    return await dependencies.analyst.summarise(texts, case.message)


def _change(case: Case, wanted: Change) -> Change:
    """What the rules want, with the status that the status flow allows."""
    status = after_decision(case.interaction.status, wanted.status)
    return replace(wanted, status=status if status is not case.interaction.status else None)
