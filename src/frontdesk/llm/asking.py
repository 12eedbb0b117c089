"""One question of a use case to one route."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.interfaces import Invalid, ModelRequest
from frontdesk.llm.calling import Calling, ModelQuestion
from frontdesk.llm.repairing import ask_checked
from frontdesk.llm.routes import Route
from frontdesk.llm.schemas import Lists
from frontdesk.llm.use_case import UseCase


@dataclass(frozen=True, slots=True)
class Prepared:
    """A masked question, ready to be sent to a service."""

    use_case: UseCase
    inputs: Mapping[str, Any]
    lists: Lists
    route: Route
    question: ModelQuestion


async def ask_text(calling: Calling, prepared: Prepared, seconds: float) -> Any:
    """The model's answer, valid by its schema; a wrong one is repaired once. Raises ModelFailed."""
    check = prepared.use_case.fitted(prepared.lists).check
    value, _ = await ask_checked(calling, prepared.route, _request(prepared), prepared.question, seconds, check)
    return value


async def embed(calling: Calling, prepared: Prepared, seconds: float) -> Any:
    """Vectors of the texts. Raises ModelFailed."""
    found = await calling.embed(prepared.route, list(prepared.inputs["texts"]), prepared.question, seconds)
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
    found = await calling.transcribe(prepared.route, audio, inputs["media_type"], language, question, seconds)
    return {"text": found.text, "language": found.language, "seconds": found.seconds}


def _request(prepared: Prepared) -> ModelRequest:
    use_case = prepared.use_case
    return ModelRequest(
        model=prepared.route.model,
        body={"messages": use_case.turns(prepared.inputs, prepared.lists), "max_tokens": use_case.limits.tokens},
        schema=use_case.fitted(prepared.lists).schema,
        schema_name=use_case.name.replace("-", "_"),
        temperature=0.0,
    )
