"""Questions: answered from the knowledge base, with the source of every answer."""

from typing import Annotated, Literal

from litestar.exceptions import PermissionDeniedException
from litestar.params import JSONBody
from msgspec import Meta

from frontdesk.edges.rest.bodies import Body
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, RouteGroup
from frontdesk.interfaces import Invalid, NotFound
from frontdesk.model import Caller, Role
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Answer, Asker
from frontdesk.model.identity import INTERNAL_SCOPE
from frontdesk.model.knowledge import Audience
from frontdesk.ticketing.submission import MOST_CHARACTERS

Words = Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]


class TurnBody(Body, frozen=True, forbid_unknown_fields=True):
    """What the customer or we said."""

    role: Literal["customer", "service"]
    text: Annotated[str, Meta(max_length=MOST_CHARACTERS)]


class QuestionBody(Body, frozen=True, forbid_unknown_fields=True):
    """A customer's question; `conversation` is what was said before: turns, or an interaction (agents)."""

    question: Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS, examples=["How long can I return shoes?"])]
    language: Annotated[str, Meta(max_length=10, pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})?)?$(?!\n)")] = ""
    conversation: Annotated[list[TurnBody], Meta(max_length=200)] | Annotated[str, Meta(max_length=8)] = []  # noqa: RUF012 - msgspec copies it


class AnswerRoutes(RouteGroup):
    """Answers to questions."""

    path = "/answers"
    tags = ("Answers",)

    @route(
        "POST",
        "/",
        Role.SERVICE,
        "Answer a question",
        "From published articles and orders, each part with its source; `not_known` where nothing answers. "
        "Nothing is stored or sent. Internal articles are told to agents and to keys with the scope "
        "`knowledge:internal` only.",
        also=(404, 422),
        status_code=200,
    )
    async def answer(self, request: Asked, data: JSONBody[QuestionBody]) -> Answer:
        """Answer it."""
        if not data.question.strip():
            raise Invalid("question is empty", "question")
        turns = [*await self._before(request.user, data.conversation), Turn("customer", data.question)]
        return await self.services.answers.answer(turns, asker_of(request.user, data.language))

    async def _before(self, caller: Caller, given: list[TurnBody] | str) -> list[Turn]:
        if not isinstance(given, str):
            return [Turn(each.role, each.text) for each in given]
        if not given:
            return []
        if not caller.role.covers(Role.AGENT):
            raise PermissionDeniedException(detail="only agents may name an interaction: send what was said")
        thread = await self.services.interactions.pages.thread(given)
        if thread is None:
            raise NotFound(f"there is no interaction {given}")
        return list(thread.conversation())


def asker_of(caller: Caller, language: str) -> Asker:
    """Agents are told everything; programs what is public, unless their key says more."""
    is_agent = caller.role.covers(Role.AGENT)
    inside = is_agent or INTERNAL_SCOPE in caller.grant.scopes
    audiences = (Audience.INTERNAL, Audience.PUBLIC) if inside else (Audience.PUBLIC,)
    return Asker(audiences, may_see_orders=is_agent, language=language)
