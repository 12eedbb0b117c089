"""Puts together what answers questions."""

from frontdesk.answers.service import AnswerService
from frontdesk.interfaces import Clock
from frontdesk.providers.builtin import Builtin
from frontdesk.services.parts import KnowledgeServices
from frontdesk.settings.sections import Answers


def answer_service(settings: Answers, knowledge: KnowledgeServices, builtin: Builtin, clock: Clock) -> AnswerService:
    """Answers from this knowledge base and these orders."""

    async def wants_person(_text: str) -> bool:
        """Whether a text asks for a person: the analysis will say so (signals); until then nothing does."""
        return False

    return AnswerService(
        knowledge.base,
        knowledge.encoders,
        knowledge.orders,
        builtin.language,
        wants_person,
        lambda: clock().date(),
        settings.wrong_rate,
    )
