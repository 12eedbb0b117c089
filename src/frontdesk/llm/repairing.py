"""Asks a model for an answer that satisfies a schema. If it does not, the model is told why and asked once more."""

from dataclasses import replace
from typing import Any

import msgspec

from frontdesk.interfaces import Document, ErrorKind, Form, ModelAnswer, ModelFailed, ModelRequest
from frontdesk.llm.calling import Calling, ModelQuestion
from frontdesk.llm.deadlines import Deadline
from frontdesk.llm.documents import answer_texts, with_text
from frontdesk.llm.routes import Route
from frontdesk.llm.schemas import Check
from frontdesk.llm.tolerant import read_answer

# Errors that can be repaired by telling the model what was wrong.
MENDABLE = frozenset({ErrorKind.NOT_JSON, ErrorKind.WRONG_SCHEMA, ErrorKind.CUT_OFF})
SHOWN_BACK = 6000


async def ask_checked(
    calling: Calling, route: Route, request: ModelRequest, question: ModelQuestion, seconds: float, check: Check
) -> tuple[Any, ModelAnswer]:
    """The valid value in the model's answer, None where it calls a tool instead; and the answer, its texts plain JSON.

    Raises ModelFailed.
    """
    deadline = Deadline(seconds)
    try:
        return await _ask(calling, route, request, question, deadline.left, check)
    except _Wrong as wrong:
        repair = replace(request, body={**request.body, "messages": [*request.body["messages"], *_complaint(wrong)]})
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
        if answer.finish == "tool":
            return None, answer
        value = _checked(answer, check)
        _, *others = answer_texts(answer.body, request.form) or [({}, "")]
        for holder, key in others if request.form is Form.OPENAI else ():
            holder[key] = _plain(_checked(replace(answer, text=holder[key]), check))
        return value, replace(answer, text=_plain(value), body=with_text(answer.body, request.form, _plain(value)))

    return await calling.complete(route, request, question, seconds, read)


def _checked(answer: ModelAnswer, check: Check) -> Any:
    """The value of an answer. Raises _Wrong."""
    try:
        value = read_answer(answer)
    except ModelFailed as error:
        if error.trouble in MENDABLE:
            raise _Wrong(error, answer.text, str(error)) from None
        raise
    if problem := check.problem(value):
        cause = ModelFailed(ErrorKind.WRONG_SCHEMA, f"the answer does not fit its schema: {problem}")
        raise _Wrong(cause, answer.text, problem.words)
    return value


def _plain(value: Any) -> str:
    """Without fences and talk around it, so that any client can read it."""
    return msgspec.json.encode(value).decode()


def _complaint(wrong: _Wrong) -> list[Document]:
    """The wrong answer and what is wrong with it."""
    shorter = " Be shorter." if wrong.trouble is ErrorKind.CUT_OFF else ""
    told = (
        f"Your answer cannot be used: {wrong.why}.{shorter} Answer again with the corrected JSON object, nothing else."
    )
    said = wrong.said[:SHOWN_BACK].strip()
    turns = [("assistant", said), ("user", told)] if said else [("user", told)]
    return [{"role": role, "content": text} for role, text in turns]
