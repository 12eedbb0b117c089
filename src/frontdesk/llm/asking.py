"""One question to one rung: the request, the answer held against its schema, one repair."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from frontdesk.interfaces import Invalid, ModelAnswer, ModelFailed, ModelRequest, Trouble, Turn
from frontdesk.llm.calling import Calling, Question
from frontdesk.llm.lines import Rung
from frontdesk.llm.patience import Deadline
from frontdesk.llm.schemas import Lists
from frontdesk.llm.tolerant import read_answer
from frontdesk.llm.use_case import UseCase

# These can be mended by telling the model what was wrong.
MENDABLE = frozenset({Trouble.NOT_JSON, Trouble.WRONG_SCHEMA, Trouble.CUT_OFF})
SHOWN_BACK = 6000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question as it may leave the house."""

    use_case: UseCase
    inputs: Mapping[str, Any]
    lists: Lists
    rung: Rung
    question: Question


async def ask_text(calling: Calling, prepared: Prepared, seconds: float) -> Any:
    """The model's answer, valid by its schema; a wrong one is repaired once. Raises ModelFailed."""
    request, deadline = _request(prepared), Deadline(seconds)
    try:
        return await _ask(calling, prepared, request, deadline.left)
    except _Wrong as wrong:
        repair = replace(request, turns=(*request.turns, *_complaint(wrong)))
        try:
            return await _ask(calling, prepared, repair, deadline.left)
        except _Wrong as again:
            # The service is well, this model cannot do it: the next rung is worth more than a third try.
            raise ModelFailed(again.trouble, f"{again}, also when told", permanent=True) from None


async def embed(calling: Calling, prepared: Prepared, seconds: float) -> Any:
    """Vectors of the texts. Raises ModelFailed."""
    found = await calling.embed(prepared.rung, list(prepared.inputs["texts"]), prepared.question, seconds)
    return {"size": len(found.vectors[0]), "vectors": [list(vector) for vector in found.vectors]}


async def transcribe(calling: Calling, prepared: Prepared, seconds: float) -> Any:
    """The words of the recording. Raises ModelFailed, Invalid for what is no base64."""
    inputs = prepared.inputs
    try:
        audio = base64.b64decode(inputs["audio"], validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("audio is not base64", "audio") from None
    language = inputs.get("language", "")
    question = prepared.question
    found = await calling.transcribe(prepared.rung, audio, inputs["media_type"], language, question, seconds)
    return {"text": found.text, "language": found.language, "seconds": found.seconds}


class _Wrong(ModelFailed):
    """An answer that the model may be able to mend; it holds what was said and why not, its text does not."""

    def __init__(self, cause: ModelFailed, said: str, why: str) -> None:
        super().__init__(cause.trouble, str(cause))
        self.said, self.why = said, why


async def _ask(calling: Calling, prepared: Prepared, request: ModelRequest, seconds: float) -> Any:
    check = prepared.use_case.fitted(prepared.lists).check

    def read(answer: ModelAnswer) -> Any:
        try:
            value = read_answer(answer)
        except ModelFailed as error:
            if error.trouble in MENDABLE:
                raise _Wrong(error, answer.text, str(error)) from None
            raise
        if problem := check.problem(value):
            cause = ModelFailed(Trouble.WRONG_SCHEMA, f"the answer does not fit its schema: {problem}")
            raise _Wrong(cause, answer.text, problem.words)
        return value

    return await calling.complete(prepared.rung, request, prepared.question, seconds, read)


def _request(prepared: Prepared) -> ModelRequest:
    use_case = prepared.use_case
    return ModelRequest(
        model=prepared.rung.model,
        turns=use_case.turns(prepared.inputs, prepared.lists),
        schema=use_case.fitted(prepared.lists).schema,
        schema_name=use_case.name.replace("-", "_"),
        max_tokens=use_case.limits.tokens,
    )


def _complaint(wrong: _Wrong) -> tuple[Turn, ...]:
    """What was said and what is wrong with it."""
    shorter = " Be shorter." if wrong.trouble is Trouble.CUT_OFF else ""
    told = (
        f"Your answer cannot be used: {wrong.why}.{shorter} Answer again with the corrected JSON object, nothing else."
    )
    said = wrong.said[:SHOWN_BACK].strip()
    return (*((Turn("assistant", said),) if said else ()), Turn("user", told))
