"""Asks a model for an answer that satisfies a schema. If it does not, the model is told why and asked once more."""

from dataclasses import replace
from typing import Any

from frontdesk.interfaces import ChatTurn, ErrorKind, ModelAnswer, ModelFailed, ModelRequest
from frontdesk.llm.calling import Calling, ModelQuestion
from frontdesk.llm.deadlines import Deadline
from frontdesk.llm.routes import Route
from frontdesk.llm.schemas import Check
from frontdesk.llm.tolerant import read_answer

# Errors that can be repaired by telling the model what was wrong.
MENDABLE = frozenset({ErrorKind.NOT_JSON, ErrorKind.WRONG_SCHEMA, ErrorKind.CUT_OFF})
SHOWN_BACK = 6000


async def ask_checked(
    calling: Calling, route: Route, request: ModelRequest, question: ModelQuestion, seconds: float, check: Check
) -> tuple[Any, ModelAnswer]:
    """The valid value in the model's answer, and the answer itself. Raises ModelFailed."""
    deadline = Deadline(seconds)
    try:
        return await _ask(calling, route, request, question, deadline.left, check)
    except _Wrong as wrong:
        repair = replace(request, turns=(*request.turns, *_complaint(wrong)))
        try:
            return await _ask(calling, route, repair, question, deadline.left, check)
        except _Wrong as again:
            # The service is well, this model cannot do it: the next route is worth more than a third try.
            raise ModelFailed(again.trouble, f"{again}, also when told", permanent=True) from None


class _Wrong(ModelFailed):
    """An answer that the model may be able to repair. It carries answer and reason, but not in its own text."""

    def __init__(self, cause: ModelFailed, said: str, why: str) -> None:
        super().__init__(cause.trouble, str(cause))
        self.said, self.why = said, why


async def _ask(
    calling: Calling, route: Route, request: ModelRequest, question: ModelQuestion, seconds: float, check: Check
) -> tuple[Any, ModelAnswer]:
    def read(answer: ModelAnswer) -> tuple[Any, ModelAnswer]:
        try:
            value = read_answer(answer)
        except ModelFailed as error:
            if error.trouble in MENDABLE:
                raise _Wrong(error, answer.text, str(error)) from None
            raise
        if problem := check.problem(value):
            cause = ModelFailed(ErrorKind.WRONG_SCHEMA, f"the answer does not fit its schema: {problem}")
            raise _Wrong(cause, answer.text, problem.words)
        return value, answer

    return await calling.complete(route, request, question, seconds, read)


def _complaint(wrong: _Wrong) -> tuple[ChatTurn, ...]:
    """The wrong answer and what is wrong with it."""
    shorter = " Be shorter." if wrong.trouble is ErrorKind.CUT_OFF else ""
    told = (
        f"Your answer cannot be used: {wrong.why}.{shorter} Answer again with the corrected JSON object, nothing else."
    )
    said = wrong.said[:SHOWN_BACK].strip()
    return (*((ChatTurn("assistant", said),) if said else ()), ChatTurn("user", told))
