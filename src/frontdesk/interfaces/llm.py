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
        self,
        trouble: ErrorKind,
        message: str,
        *,
        permanent: bool = False,
        after_seconds: float | None = None,
        code: str = "",
        param: str = "",
    ) -> None:
        """Say what happened; the message never holds a key or a customer's words.

        `code` is the service's own where callers know it (context_length_exceeded), `param` the field it is about.
        """
        super().__init__(message, permanent=permanent, after_seconds=after_seconds)
        self.trouble, self.code, self.param = trouble, code, param


class Form(StrEnum):
    """Whose documents are sent and answered: OpenAI's chat completions, or Anthropic's messages."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


Document = Mapping[str, Any]
Finish = Literal["stop", "length", "tool", "content_filter", "refusal", "other"]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model: `body` is the document in its `form`, as its sender wrote it, without the fields `model`
    and `stream`. A service passes on all that is in it, translated where its own form is the other one, or raises
    UNSUPPORTED, which names the field.

    `model` is one of the service's; what applications ask (llm.chat) names a chain, `SERVICE`, `SERVICE/MODEL` or a
    configured model there. `schema` is the JSON Schema that the answer must satisfy, None for free text; where the body
    does not ask for it, the service does. `temperature` is left out where a model takes none. `most_tokens` is the
    longest answer where the body sets none and a limit is needed.
    """

    model: str
    body: Document
    form: Form = Form.OPENAI
    schema: Mapping[str, Any] | None = None
    schema_name: str = "answer"
    temperature: float | None = None
    most_tokens: int = 4096

    @property
    def sets_limit(self) -> bool:
        """Whether the body limits the answer."""
        return any(self.body.get(name) for name in LIMITS)

    @property
    def longest_answer(self) -> int:
        """The most tokens of the answer, of all its choices together."""
        given = next((self.body[name] for name in LIMITS if self.body.get(name)), self.most_tokens)
        return int(given * (self.body.get("n") or 1))


LIMITS = ("max_completion_tokens", "max_tokens")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a service reports; `cached` and `written` (into a cache) are among the input."""

    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model said and used. Tokens are those that the service reports, estimated where it reports none.

    `text` is that of the first choice; `body` is the whole answer in the form of its request.
    """

    text: str
    model: str
    input_tokens: int
    output_tokens: int
    finish: Finish = "stop"
    body: Document = field(default_factory=dict)
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ModelEvent:
    """One event of a streamed answer in the form of its request. Without a body it is only a sign of life.

    `finish` says why the answer ends, `usage` what it took, where this event tells.
    """

    body: Document = field(default_factory=dict)
    finish: Finish | None = None
    usage: Usage | None = None


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

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The answer's events as they come. Raises ModelFailed, also amid the answer."""
        ...

    async def embed(self, model: str, texts: Sequence[str]) -> Embeddings:
        """Vectors. Raises ModelFailed (UNSUPPORTED where the service has none)."""
        ...

    async def transcribe(self, model: str, audio: bytes, media_type: str, language: str = "") -> Transcript:
        """The words of a recording. Raises ModelFailed (UNSUPPORTED where the service has none)."""
        ...
