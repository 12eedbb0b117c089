"""The OpenAI-compatible part of the gateway: an existing client only changes its base URL to `…/llm/v1`."""

import base64
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import PathParameter
from litestar.response import Stream

from frontdesk.edges.access.authenticator import SCOPE
from frontdesk.edges.llm_gateway.openai import answers, responses
from frontdesk.edges.llm_gateway.openai.errors import RequestRefused, UnknownModel, openai_handlers
from frontdesk.edges.llm_gateway.openai.requests import chat_request, embedding_body
from frontdesk.edges.llm_gateway.services import Asked, GatewayRouteGroup, GatewayServices, asker_of, check_model
from frontdesk.edges.llm_gateway.streams import data, streamed
from frontdesk.edges.rest.bodies import check_media_type
from frontdesk.interfaces import Invalid, ModelRequest
from frontdesk.llm.chat import ChatOutcome, ChatStream
from frontdesk.llm.routes import Route
from frontdesk.llm.use_case import Kind
from frontdesk.model import Role, Tier
from frontdesk.model.llm import UseCaseOutcome

JSON = "application/json"
TEXTS_AT_ONCE = 256
EMBEDDING, TRANSCRIPTION = "words-embedding", "speech-transcription"
CAPABILITIES: dict[Kind, str] = {"text": "chat", "embedding": "embeddings", "transcription": "transcription"}
MEDIA_TYPES = {each: f"audio/{each}" for each in ("flac", "mp4", "mpeg", "ogg", "wav", "webm")}
MEDIA_TYPES |= {"m4a": "audio/mp4", "mp3": "audio/mpeg", "mpga": "audio/mpeg"}
Name = Annotated[str, PathParameter(max_length=200)]


class OpenAiRoutes(GatewayRouteGroup):
    """Chat completions, embeddings, transcriptions and models."""

    exception_handlers = openai_handlers()

    @post("/chat/completions", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:chat"})
    async def chat(self, request: Asked) -> Response[bytes] | Stream:
        """A chat completion, whole or streamed."""
        check_media_type(request)
        wanted, body = chat_request(await request.body(), self.services.chat_tokens)
        path, options = request.scope["path"], body.stream_options
        return await answered(
            self.services,
            request,
            wanted,
            bool(body.stream),
            answers.completion,
            lambda stream: answers.events(stream, wants_usage=options is not None and options.include_usage),
            lambda error: answers.failure(error, path),
        )

    @post("/responses", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:chat"})
    async def respond(self, request: Asked) -> Response[bytes] | Stream:
        """A response, whole or streamed."""
        check_media_type(request)
        as_chat, sent = responses.chat_body(await request.body())
        wanted, body = chat_request(as_chat, self.services.chat_tokens)
        path = request.scope["path"]
        return await answered(
            self.services,
            request,
            wanted,
            bool(body.stream),
            lambda outcome: responses.whole(outcome, sent),
            lambda stream: responses.events(stream, path, sent),
            lambda error: data(responses.failure_event(error, path)),
        )

    @post("/embeddings", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:embeddings"})
    async def embeddings(self, request: Asked) -> Response[bytes]:
        """One vector for each text, all by the same model."""
        check_media_type(request)
        body, texts = embedding_body(await request.body())
        check_model(request, body.model)
        routes, asker = routes_of(self.services, body.model, "embedding"), asker_of(request)
        vectors: list[Sequence[float]] = []
        tokens, last = 0, None
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            inputs = {"texts": texts[start : start + TEXTS_AT_ONCE]}
            last = await self.services.llm.room.use_cases.run(EMBEDDING, inputs, asker, routes)
            routes = self._who_answered(last, routes)
            vectors += last.value["vectors"]
            tokens += last.input_tokens
        assert last is not None, "there is at least one text"
        packed = body.encoding_format == "base64"
        headers = {"x-frontdesk-service": last.service}
        return Response(answers.vectors(vectors, last.model, tokens, packed=packed), media_type=JSON, headers=headers)

    @get("/models", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def list_models(self, request: Asked) -> Response[bytes]:
        """What this caller can ask for: chains, services with their model, models."""
        return Response(answers.models(self._offered(request)), media_type=JSON)

    @get("/models/{name:path}", opt={"role": Role.SERVICE, SCOPE: "llm:*"})
    async def one_model(self, request: Asked, name: Name) -> Response[bytes]:
        """One of these."""
        wanted, offered = name.lstrip("/"), self._offered(request)
        if wanted not in offered:
            raise UnknownModel(f"the model {wanted[:80]!r} does not exist or this key may not ask it")
        return Response(msgspec.json.encode(answers.model(wanted, offered[wanted])), media_type=JSON)

    def _who_answered(self, outcome: UseCaseOutcome, routes: tuple[Route, ...]) -> tuple[Route, ...]:
        """The route that answered: vectors of different models cannot be compared, so it answers for the rest too."""
        mine = (outcome.service, outcome.model) if outcome.tier is Tier.MODEL else None
        return tuple(route for route in routes if (route.configured and (route.configured.name, route.model)) == mine)

    def _offered(self, request: Asked) -> dict[str, list[str]]:
        """What this caller can ask for, with what each can do."""
        offered: dict[str, list[str]] = {}
        for kind, capability in CAPABILITIES.items():
            for name in filter(request.user.grant.allows_model, self.services.llm.room.chains.offered(kind)):
                offered.setdefault(name, []).append(capability)
        return offered


class AudioRoutes(GatewayRouteGroup):
    """Transcriptions, apart because their bodies are large."""

    exception_handlers = openai_handlers()

    @post("/audio/transcriptions", status_code=200, opt={"role": Role.SERVICE, SCOPE: "llm:transcription"})
    async def transcribe(self, request: Asked) -> Response[Any]:
        """The words of a recording."""
        form = await request.form()
        model, file = form.get("model"), form.get("file")
        if not isinstance(model, str) or not model:
            raise RequestRefused("the form needs a field model", "model", "missing_required_parameter")
        if not isinstance(file, UploadFile):
            raise RequestRefused("the form needs a file", "file", "missing_required_parameter")
        shape = form.get("response_format") or "json"
        if shape not in ("json", "text"):
            raise RequestRefused("response_format is json or text here", "response_format", "unsupported_value")
        check_model(request, model)
        inputs = await _recording(file, form.get("language"))
        outcome = await self.services.llm.room.use_cases.run(
            TRANSCRIPTION, inputs, asker_of(request), routes_of(self.services, model, "transcription")
        )
        if shape == "text":
            return Response(outcome.value["text"] + "\n", media_type="text/plain")
        return Response(msgspec.json.encode({"text": outcome.value["text"]}), media_type=JSON)


async def answered(
    services: GatewayServices,
    request: Asked,
    wanted: ModelRequest,
    is_streamed: bool,
    whole: Callable[[ChatOutcome], bytes],
    events: Callable[[ChatStream], AsyncGenerator[bytes]],
    failure: Callable[[Exception], bytes],
    request_id: str = "x-request-id",
) -> Response[bytes] | Stream:
    """The answer of a chain, whole or streamed, in the words of a protocol; `request_id` names the header."""
    check_model(request, wanted.model)
    routes_of(services, wanted.model, "text")
    chat, asker = services.llm.room.chat, asker_of(request)
    if is_streamed:
        return await streamed(chat.stream(wanted, asker), events, failure, request_id)
    outcome = await chat.complete(wanted, asker)
    headers = answers.headers_of(outcome) | {request_id: outcome.question.run_id}
    return Response(whole(outcome), media_type=JSON, headers=headers)


def routes_of(services: GatewayServices, alias: str, kind: Kind) -> tuple[Route, ...]:
    """What a name leads to. Raises UnknownModel."""
    try:
        routes = services.llm.room.chains.named(alias, kind)
    except Invalid:
        routes = ()
    if not routes:
        offered = ", ".join(services.llm.room.chains.offered(kind)[:20]) or "none: none is configured"
        raise UnknownModel(f"the model {alias[:80]!r} leads to nothing that can do this: use one of {offered}")
    return routes


async def _recording(file: UploadFile, language: object) -> dict[str, str]:
    """The inputs of the use case speech-transcription."""
    _, _, suffix = (file.filename or "").lower().rpartition(".")
    media_type = MEDIA_TYPES.get(suffix) or (file.content_type if file.content_type.startswith("audio/") else "")
    if not media_type:
        raise RequestRefused(f"the file's name must end in one of {', '.join(MEDIA_TYPES)}", "file", "invalid_value")
    content = await file.read()
    inputs = {"audio": base64.b64encode(content).decode(), "media_type": media_type}
    return inputs | ({"language": str(language)} if language else {})
