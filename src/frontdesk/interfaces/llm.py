"""The sockets of language models: what a model service offers, below use cases, chain and checks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from frontdesk.interfaces.errors import ProviderFailed


class ErrorKind(StrEnum):
    """Why a model gave no usable answer; stored with each call and shown."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNAUTHORISED = "unauthorised"
    BAD_REQUEST = "bad_request"
    CONTENT_FILTER = "content_filter"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    EMPTY = "empty"
    NOT_JSON = "not_json"
    WRONG_SCHEMA = "wrong_schema"
    UNSUPPORTED = "unsupported"
    NOT_MASKED = "not_masked"
    OVER_BUDGET = "over_budget"
    OVER_LIMIT = "over_limit"
    BREAKER_OPEN = "breaker_open"
    NEEDS_PERSON = "needs_person"


class ModelFailed(ProviderFailed):
    """A model service failed in a way that has a name. Not `permanent`: the same route may be asked again."""

    def __init__(
        self, trouble: ErrorKind, message: str, *, permanent: bool = False, after_seconds: float | None = None
    ) -> None:
        """Say what happened; the message never holds a key or a customer's words."""
        super().__init__(message, permanent=permanent, after_seconds=after_seconds)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One turn of a conversation with a model. Customers' words are only ever in `user` turns."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model. `schema` is the JSON Schema that the answer must satisfy, None for free text.

    `model` is one of the service's; what applications ask (llm.chat) names a chain, `SERVICE`, `SERVICE/MODEL` or a
    configured model there. `temperature` None leaves it to the service. `sampling` holds what else an application sets,
    by OpenAI's names (top_p, stop, seed, presence_penalty, frequency_penalty, reasoning_effort); a service that has not
    what is named raises UNSUPPORTED.
    """

    model: str
    turns: tuple[ChatTurn, ...]
    schema: Mapping[str, Any] | None = None
    schema_name: str = "answer"
    max_tokens: int = 1024
    temperature: float | None = 0.0
    sampling: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model said and used. Tokens are those that the service reports, estimated where it reports none."""

    text: str
    model: str
    input_tokens: int
    output_tokens: int
    finish: Literal["stop", "length", "content_filter", "refusal", "other"] = "stop"


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector for each text, in order."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
    input_tokens: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording."""

    text: str
    language: str
    model: str
    seconds: float


class ModelService(Protocol):
    """One configured model service: an account at a provider, or a compatible server. `name` is the configured name."""

    name: str

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer. Raises ModelFailed; content filter, refusal and cut-off come as `finish`, not as errors."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """The answer's text as it comes. Raises ModelFailed."""
        ...

    async def embed(self, model: str, texts: Sequence[str]) -> Embeddings:
        """Vectors. Raises ModelFailed (UNSUPPORTED where the service has none)."""
        ...

    async def transcribe(self, model: str, audio: bytes, media_type: str, language: str = "") -> Transcript:
        """The words of a recording. Raises ModelFailed (UNSUPPORTED where the service has none)."""
        ...
