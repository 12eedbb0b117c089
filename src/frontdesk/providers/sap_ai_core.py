"""SAP AI Core (Generative AI Hub): a model's own deployment, or the orchestration deployment that serves all models.

Known from SAP's documents, not tried against the real service: deployments by `/v2/lm/deployments`, OpenAI's models
by `{deployment}/chat/completions?api-version=`, orchestration by `{deployment}/v2/completion`. The api-version and
the deployments are settings, so that a change there needs none here. It has no transcription.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import msgspec
from typing_extensions import override

from frontdesk.interfaces import (
    Document,
    Embeddings,
    ErrorKind,
    Form,
    Http,
    HttpAnswer,
    ModelAnswer,
    ModelEvent,
    ModelFailed,
    ModelRequest,
    NoAnswer,
)
from frontdesk.interfaces.cached import Cached
from frontdesk.providers import errors as failures
from frontdesk.providers import to_anthropic
from frontdesk.providers.chat_completions import ChatCompletions, Models, Operation, RequestTarget
from frontdesk.providers.dialects import Dialect, Structure
from frontdesk.providers.signing_in import ClientCredentials

API_VERSION = "2023-05-15"
LOOK_AGAIN_SECONDS = 600.0
ORCHESTRATION = "orchestration"
NO_PARAMS = ("messages", "model", "response_format", "tools", "stream", "stream_options")
PLACEHOLDER = "{{?"


class Deployment(msgspec.Struct):
    """A deployment as the service lists it."""

    id: str
    deploymentUrl: str = ""  # noqa: N815  # the service's own name
    scenarioId: str = ""  # noqa: N815  # as above
    details: dict[str, Any] = {}

    @property
    def model(self) -> str:
        """The model it serves, empty for orchestration."""
        part: Any = self.details
        for name in ("resources", "backend_details", "model", "name"):
            part = (part.get(name) or part.get(_camel(name))) if isinstance(part, dict) else None
        return part if isinstance(part, str) else ""

    @property
    def path(self) -> str:
        """Where it is below the service's address."""
        return urlsplit(self.deploymentUrl).path or f"/v2/inference/deployments/{self.id}"


class Deployments(msgspec.Struct):
    """What the service lists."""

    resources: list[Deployment]


class Orchestrated(msgspec.Struct):
    """An answer of orchestration; the second name is that of its first version."""

    final_result: dict[str, Any] | None = None
    orchestration_result: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Choosing:
    """How a deployment is found: by its id where one is set, else the running one that serves the model."""

    deployment: str = ""
    by_orchestration: bool = False
    api_version: str = API_VERSION
    resource_group: str = "default"


class SapAiCore(ChatCompletions):
    """SAP AI Core: deployments and orchestration of one resource group."""

    def __init__(
        self,
        name: str,
        http: Http,
        models: Models,
        *,
        structure: Structure,
        signing_in: ClientCredentials,
        choosing: Choosing,
    ) -> None:
        """`http` is the AI API's address."""
        super().__init__(name, http, models, Dialect(structure, narrows=True))
        self._signing_in, self._choosing = signing_in, choosing
        self._deployments = Cached[tuple[Deployment, ...]](LOOK_AGAIN_SECONDS)

    @override
    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Orchestration answers in one piece."""
        return self._at_once(request) if self._choosing.by_orchestration else super().stream(request)

    @override
    async def embed(self, model: str, texts: Sequence[str]) -> Embeddings:
        """Of a deployment of an embedding model."""
        if self._choosing.by_orchestration:
            raise failures.unsupported(self.name, "embeddings by orchestration")
        return await super().embed(model, texts)

    async def _at_once(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        answer = await self.complete(replace(request, body=self._document(request), form=Form.OPENAI))
        choices = [_piece(choice) for choice in answer.body.get("choices", ())]
        chunk = {**answer.body, "object": "chat.completion.chunk", "choices": choices}
        message = to_anthropic.Events()
        bodies = [*message.of(chunk), *message.end()] if request.form is Form.ANTHROPIC else [chunk]
        for place, body in enumerate(bodies):
            yield ModelEvent(body, None if place else answer.finish, None if place else answer.usage)

    async def _place(self, operation: Operation, model: str) -> RequestTarget:
        if operation is Operation.TRANSCRIBE:
            raise failures.unsupported(self.name, "transcription")
        headers = await self._headers()
        path = (await self._deployment(model, headers)).path
        if self._choosing.by_orchestration:
            return RequestTarget(f"{path}/v2/completion", model, None, headers)
        return RequestTarget(f"{path}/{operation.value}", "", {"api-version": self._choosing.api_version}, headers)

    async def _renewed(self, answer: HttpAnswer, place: RequestTarget) -> bool:
        if answer.status == 404:
            # The deployment may have been replaced: look again, once.
            self._deployments.forget()
            return not self._choosing.deployment
        if answer.status == 401:
            self._signing_in.forget(place.headers["Authorization"])
        return answer.status == 401

    def _body(
        self, dialect: Dialect, request: ModelRequest, document: Document, model: str, *, stream: bool = False
    ) -> dict[str, Any]:
        body = super()._body(dialect, request, document, model, stream=stream)
        return self._orchestrated(body) if self._choosing.by_orchestration else body

    def _answer(self, answer: HttpAnswer, request: ModelRequest, model: str, dialect: Dialect) -> ModelAnswer:
        if not self._choosing.by_orchestration:
            return super()._answer(answer, request, model, dialect)
        whole = self._read(answer.body, Orchestrated, "an answer of orchestration")
        completion = whole.final_result or whole.orchestration_result
        if completion is None:
            raise failures.unreadable(self.name, "an answer of orchestration")
        return self._checked(completion, request, model, dialect)

    def _orchestrated(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body of orchestration's version 2.

        Texts are given as values of placeholders, so that a customer who writes `{{?name}}` does not change the
        template. Raises ModelFailed (UNSUPPORTED) where that stands elsewhere, as in the arguments of a tool.
        """
        texts: dict[str, str] = {}

        def put(text: str, name: str) -> str:
            texts[name] = text
            return f"{PLACEHOLDER}{name}}}}}"

        template = [dict(message) for message in body["messages"]]
        for place, message in enumerate(template):
            if isinstance(content := message.get("content"), str):
                message["content"] = put(content, f"turn{place}")
            elif content:
                message["content"] = [
                    {**part, "text": put(part["text"], f"turn{place}_{n}")} if part.get("type") == "text" else part
                    for n, part in enumerate(content)
                ]
        prompt: dict[str, Any] = {"template": template}
        prompt |= {name: body[name] for name in ("response_format", "tools") if name in body}
        if str(prompt).count(PLACEHOLDER) > len(texts):
            raise failures.unsupported(self.name, f"{PLACEHOLDER} in the arguments of tools")
        params = {name: value for name, value in body.items() if name not in NO_PARAMS}
        model = {"name": body["model"], "params": params}
        modules = {"prompt_templating": {"prompt": prompt, "model": model}}
        return {"config": {"modules": modules}, "placeholder_values": texts}

    async def _headers(self) -> dict[str, str]:
        token = await self._signing_in.header()
        return {"Authorization": token, "AI-Resource-Group": self._choosing.resource_group}

    async def _deployment(self, model: str, headers: dict[str, str]) -> Deployment:
        if self._choosing.deployment:
            return Deployment(self._choosing.deployment)
        for each in await self._deployments.get(lambda: self._list(headers)):
            if each.scenarioId == ORCHESTRATION if self._choosing.by_orchestration else each.model == model:
                return each
        what = "orchestration" if self._choosing.by_orchestration else f"the model {model!r}"
        message = f"{self.name} has no running deployment of {what}"
        raise ModelFailed(ErrorKind.BAD_REQUEST, message, permanent=True)

    async def _list(self, headers: dict[str, str]) -> tuple[Deployment, ...]:
        try:
            answer = await self._http.send("GET", "v2/lm/deployments", params={"status": "RUNNING"}, headers=headers)
        except NoAnswer as error:
            raise failures.unreachable(self.name, error) from None
        if not answer.ok:
            raise failures.failed(self.name, answer)
        return tuple(self._read(answer.body, Deployments, "a list of deployments").resources)


def _piece(choice: Document) -> dict[str, Any]:
    """A whole choice as the one piece of a stream."""
    message = dict(choice.get("message") or {})
    if calls := message.get("tool_calls"):
        message["tool_calls"] = [{"index": place, **call} for place, call in enumerate(calls)]
    return {"index": choice.get("index", 0), "delta": message, "finish_reason": choice.get("finish_reason")}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
