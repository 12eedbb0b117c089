"""Builds the services of the console."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from frontdesk.interfaces import Invalid, ModelFailed, Thread
from frontdesk.model import Case, Lease
from frontdesk.model.llm import Asker
from frontdesk.orchestrator.replying import values_of
from frontdesk.storage.interactions.attention import StoredAttention
from frontdesk.storage.interactions.history import StoredHistory
from frontdesk.storage.interactions.listing import StoredLists
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.interactions.views import StoredViews
from frontdesk.ui.console.services import ConsoleServices, Draft
from frontdesk.wiring.container import Container, new_id, now

SUGGESTION = "reply-suggestion"
MOST_MESSAGES = 30
LONGEST_TEXT = 4000


def console_services(container: Container) -> ConsoleServices:
    """What the console's pages read and change in an open container."""
    has_models = container.llm.room.chains.has_models
    return ConsoleServices(
        lists=StoredLists(container.database, container.codes),
        views=StoredViews(container.database, now, new_id),
        merging=StoredMerging(container.database, now),
        history=StoredHistory(container.database),
        attention=StoredAttention(container.database, now),
        interactions=container.interactions,
        replies=container.replies,
        readings=container.readings,
        effects=container.effect_desk,
        work=container.work_desk,
        customers=container.customers,
        contacts=container.contacts,
        explain=container.rule_desk.explain,
        suggest=_suggester(container),
        templates=lambda thread: _filled(container, thread),
        read_again=container.rereadings.plan_for if has_models else None,
    )


def _suggester(container: Container) -> Callable[[Thread, str], Awaitable[str]]:
    async def suggest(thread: Thread, by: str) -> str:
        """A draft of the next answer; empty where no model is there, or none answered."""
        lines = [(m.received_at, "customer", m.text) for m in thread.messages]
        lines += [(a.created_at, "service", a.text) for a in thread.answers if a.type != "IM"]
        messages = [{"author": who, "text": text[:LONGEST_TEXT]} for _, who, text in sorted(lines) if text.strip()]
        if not messages:
            return ""
        names = tuple({m.sender.name for m in thread.messages if m.sender.name})
        try:
            asked = Asker(by, names=names)
            outcome = await container.llm.room.use_cases.run(SUGGESTION, {"messages": messages[-MOST_MESSAGES:]}, asked)
        except (ModelFailed, Invalid):
            return ""
        return str(outcome.value["reply"])

    return suggest


def _filled(container: Container, thread: Thread) -> Sequence[Draft]:
    """Reply templates filled in for the latest message, those that can be."""
    if not thread.messages:
        return ()
    message = thread.messages[-1]
    analysis = next((a for a in thread.analyses if a.id == message.analysis_id), None)
    effects = tuple(e for e in thread.effects if e.message_id == message.id)
    lease = Lease("", "", datetime.now(UTC))
    case = Case(message, thread.interaction, lease, repeated=False, analysis=analysis, effects=effects)
    language, values = analysis.language if analysis else "en", values_of(case)
    drafts = []
    for template in container.pipeline.templates.all():
        if template.needs and not values.get(template.needs):
            continue
        try:
            drafts.append(Draft(template.name, template.render(language, values)))
        except Invalid:
            continue
    return tuple(drafts)
