"""What OpenAI offers besides chat: embeddings, transcription, the list of models."""

import time
from email import message_from_bytes, policy
from typing import Any

from frontdesk.simulators.llm.sayings import embed, packed, tokens
from frontdesk.simulators.llm.shapes import Refused, require
from frontdesk.simulators.serving import Asked, Told, told

EMBEDDING_PARAMETERS = {"input", "model", "dimensions", "encoding_format", "user"}
MOST_INPUTS = 2048
SPOKEN = "This is what the stand-in has heard."


def embeddings(asked: Asked, model: str = "") -> Told:
    """Raises Refused."""
    body = asked.json()
    require(isinstance(body, dict), "We could not parse the JSON body of your request.")
    if unknown := sorted(body.keys() - EMBEDDING_PARAMETERS):
        raise Refused(400, f"Unrecognized request argument supplied: {unknown[0]}")
    model = model or body.get("model") or ""
    require(bool(model), "you must provide a model parameter")
    form = body.get("encoding_format", "float")
    require(form in ("float", "base64"), "Invalid value for 'encoding_format'", "encoding_format")
    texts = _inputs(body.get("input"))
    vectors = [embed(text) for text in texts]
    data = [
        {"object": "embedding", "index": place, "embedding": vector if form == "float" else packed(vector)}
        for place, vector in enumerate(vectors)
    ]
    used = sum(tokens(text) for text in texts)
    usage = {"prompt_tokens": used, "total_tokens": used}
    return told({"object": "list", "data": data, "model": model, "usage": usage})


def transcription(asked: Asked, words: str) -> Told:
    """Raises Refused. It does not listen: it says `words`, or something of its own."""
    kind = asked.headers.get("content-type", "")
    require(kind.startswith("multipart/form-data"), "The request must be multipart/form-data")
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body, policy=policy.HTTP)
    parts = {str(part.get_param("name", header="content-disposition")): part for part in whole.iter_parts()}
    require("file" in parts, "Missing required parameter: 'file'.", "file")
    audio = parts["file"].get_payload(decode=True)
    require(bool(audio) and bool(parts["file"].get_filename()), "The audio file is empty or has no name.", "file")
    has_model = "model" in parts and bool(parts["model"].get_content().strip())
    require(has_model or "/deployments/" in asked.path, "you must provide a model parameter")
    return told({"text": words or SPOKEN, "usage": {"type": "duration", "seconds": 1}})


def models(names: tuple[str, ...]) -> Told:
    """The list of models."""
    made = int(time.time())
    data = [{"id": name, "object": "model", "created": made, "owned_by": "stand-in"} for name in names]
    return told({"object": "list", "data": data})


def _inputs(given: Any) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    good = isinstance(texts, list) and 0 < len(texts) <= MOST_INPUTS and all(isinstance(t, str) and t for t in texts)
    require(good, "Invalid 'input': expected a text or a list of texts, none of them empty", "input")
    return list(texts)
