"""Drafts of a person's next answer: one that a language model writes, and the reply templates filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from frontdesk.interfaces import Clock, Invalid, ModelFailed
from frontdesk.model import Case, Lease
from frontdesk.model.desk import Macro
from frontdesk.model.llm import Asker, UseCaseOutcome
from frontdesk.model.thread import Thread
from frontdesk.orchestrator.replying import values_of
from frontdesk.orchestrator.templates import FALLBACK_LANGUAGE, ReplyTemplate, ReplyTemplates

SUGGESTION = "reply-suggestion"
MOST_MESSAGES = 30
LONGEST_TEXT = 4000
INTERNAL_MEMO = "IM"


class UseCaseRunner(Protocol):
    """Runs a use case of language models by its name."""

    async def run(self, name: str, inputs: Mapping[str, Any], asked: Asker) -> UseCaseOutcome:
        """The checked answer. Raises ModelFailed, Invalid."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that an answer may begin with."""

    name: str
    text: str


class Drafting:
    """Drafts answers in a thread."""

    def __init__(self, use_cases: UseCaseRunner, templates: ReplyTemplates, clock: Clock) -> None:
        """Ask these models, and fill in these templates."""
        self._use_cases, self._templates, self._clock = use_cases, templates, clock

    async def suggested(self, thread: Thread, by: str) -> str:
        """What a model would answer next; empty where there is no model, or none answered."""
        messages = _conversation(thread)
        if not messages:
            return ""
        names = tuple({m.sender.name for m in thread.messages if m.sender.name})
        try:
            outcome = await self._use_cases.run(SUGGESTION, {"messages": messages}, Asker(by, names=names))
        except (ModelFailed, Invalid):
            return ""
        return str(outcome.value["reply"])

    def filled(self, thread: Thread, macros: Iterable[Macro] | None = None) -> Sequence[Draft]:
        """The reply templates, or the texts of these macros, filled in for the latest message, those that can be."""
        if not thread.messages:
            return ()
        case = self._latest_case(thread)
        language, values = case.analysis.language if case.analysis else "en", values_of(case)
        drafts = []
        for template in self._templates.all() if macros is None else map(_template, macros):
            if template.needs and not values.get(template.needs):
                continue
            try:
                drafts.append(Draft(template.name, template.render(language, values)))
            except Invalid:
                continue
        return tuple(drafts)

    def _latest_case(self, thread: Thread) -> Case:
        message = thread.messages[-1]
        analysis = next((a for a in thread.analyses if a.id == message.analysis_id), None)
        effects = tuple(e for e in thread.effects if e.message_id == message.id)
        lease = Lease("", "", self._clock())
        return Case(message, thread.interaction, lease, repeated=False, analysis=analysis, effects=effects)


def _template(macro: Macro) -> ReplyTemplate:
    return ReplyTemplate(macro.name, "", {FALLBACK_LANGUAGE: macro.text})


def _conversation(thread: Thread) -> list[dict[str, str]]:
    """The latest texts of both sides, oldest first; memos stay with the team."""
    lines = [(m.received_at, "customer", m.text) for m in thread.messages]
    lines += [(a.created_at, "service", a.text) for a in thread.answers if a.type != INTERNAL_MEMO]
    said = [{"author": who, "text": text[:LONGEST_TEXT]} for _, who, text in sorted(lines) if text.strip()]
    return said[-MOST_MESSAGES:]
