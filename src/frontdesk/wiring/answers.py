"""Puts together what answers questions."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from frontdesk.answers.service import AnswerService
from frontdesk.interfaces import Clock
from frontdesk.model import Case
from frontdesk.model.analysis import Turn
from frontdesk.model.signals import signal_kinds
from frontdesk.orchestrator.drafting import UseCaseRunner
from frontdesk.orchestrator.wording_answers import WordingAnswers
from frontdesk.providers.builtin import Builtin
from frontdesk.services.parts import KnowledgeServices
from frontdesk.settings.sections import Answers
from frontdesk.storage.configuration.codes import StoredCodes
from frontdesk.storage.interactions.pages import StoredPages

WANTS_PERSON = "wants_person"


def answer_service(
    settings: Answers,
    knowledge: KnowledgeServices,
    builtin: Builtin,
    codes: StoredCodes,
    use_cases: UseCaseRunner,
    clock: Clock,
) -> AnswerService:
    """Answers from this knowledge base and these orders."""
    limit = signal_kinds()[WANTS_PERSON].limit

    async def wants_person(text: str) -> bool:
        """Whether a text asks for a person, as an analysis says it."""
        found = await builtin.read(text, await codes.catalogue())
        return any(each.name == WANTS_PERSON and each.probability >= limit for each in found.signals)

    return AnswerService(
        knowledge.base,
        knowledge.encoders,
        knowledge.orders,
        builtin.language,
        wants_person,
        clock,
        settings.wrong_rate,
        WordingAnswers(use_cases, settings.model_seconds) if settings.word_with_model else None,
    )


def turns_of(pages: StoredPages) -> Callable[[Case], Awaitable[Sequence[Turn]]]:
    """Reads the conversation up to the message of a case, as its customer sees it."""

    async def read(case: Case) -> Sequence[Turn]:
        thread = await pages.thread(case.interaction.reference)
        if thread and case.joined:
            thread = replace(thread, messages=tuple(each for each in thread.messages if each.id not in case.joined))
        earlier = thread.conversation(case.message) if thread else ()
        return [*earlier, Turn("customer", case.message.text)]

    return read
