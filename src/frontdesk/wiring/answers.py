"""Puts together what answers questions."""

from frontdesk.answers.service import AnswerService
from frontdesk.interfaces import Clock
from frontdesk.model.signals import signal_kinds
from frontdesk.providers.builtin import Builtin
from frontdesk.services.parts import KnowledgeServices
from frontdesk.settings.sections import Answers
from frontdesk.storage.configuration.codes import StoredCodes

WANTS_PERSON = "wants_person"


def answer_service(
    settings: Answers, knowledge: KnowledgeServices, builtin: Builtin, codes: StoredCodes, clock: Clock
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
        lambda: clock().date(),
        settings.wrong_rate,
    )
