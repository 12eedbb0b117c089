"""Classifies failures of model services. A service's own message is read but never passed on: it may repeat a key or a
customer's words.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import msgspec

from frontdesk.interfaces import Document, ErrorKind, HttpAnswer, ModelFailed, NoAnswer

FILTER_CODES = ("content_filter", "content_policy_violation", "responsibleaipolicyviolation")
NO_MONEY_CODES = ("insufficient_quota", "billing_hard_limit_reached", "billing_error")
BUSY_KINDS = ("overloaded_error", "api_error", "server_error", "timeout_error")
# Groq's word for an answer that its own check refused.
NOT_JSON_CODES = ("json_validate_failed",)
UNKNOWN_CODES = ("unsupported_parameter", "unsupported_value", "unknown_parameter")
UNKNOWN_WORDS = re.compile(
    r"not support|unsupported|unrecogni[sz]ed|unknown|not permitted|unexpected|extra |deprecated"
)
TOO_LONG = re.compile(
    r"prompt is too long|maximum context length|context (size|window)|exceed_context_size|too many (input )?tokens"
)
NO_MODEL = re.compile(r"model\b.*(not (exist|found|available)|unknown)|^model: |no such model|unknown model")
# Codes that callers know, handed on as they are.
KEPT_CODES = """context_length_exceeded insufficient_quota model_not_found string_above_max_length
    unsupported_parameter unsupported_value unknown_parameter invalid_json_schema
    invalid_function_parameters invalid_image_format invalid_image_url image_too_large""".split()  # noqa: SIM905
ABSENT: Mapping[str, Mapping[str, list[Any]]] = tomllib.loads(
    files(__package__).joinpath("absent.toml").read_text("utf-8")
)
WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")
NAME = re.compile(r"[a-z_]+")
MOST_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class ServiceProblem:
    """A service's error, in lower case. `codes` are its codes and types, `message` its text."""

    codes: tuple[str, ...] = ()
    param: str = ""
    message: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether the service's content filter stopped the question."""
        return any(code in FILTER_CODES for code in self.codes)

    @property
    def is_unknown(self) -> bool:
        """Whether the service does not know something that it was sent."""
        return any(code in UNKNOWN_CODES for code in self.codes) or bool(UNKNOWN_WORDS.search(self.message))

    @property
    def is_about_schema(self) -> bool:
        """Whether it refuses this one schema, rather than schemas."""
        return "invalid_json_schema" in self.codes or "invalid schema" in self.message

    @property
    def code(self) -> str:
        """The code that callers know, empty where there is none."""
        if TOO_LONG.search(self.message):
            return "context_length_exceeded"
        return next((code for code in self.codes if code in KEPT_CODES), "")

    def field(self, asked: Document) -> str:
        """The field of the request that it is about, empty where it names none: only what was sent is repeated."""
        found = [*NAME.findall(self.param), *(NAME.findall(self.message) if self.is_unknown else ())]
        return next((name for name in found if name in asked), "")

    def names(self, *words: str) -> bool:
        """Whether it is about one of these parameters."""
        return any(word in self.param or word in self.message for word in words)


def problem_of(body: bytes) -> ServiceProblem:
    """Read any of the forms in which services describe errors; empty where it is none of them."""
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ServiceProblem()
    return problem_in(document.get("error", document) if isinstance(document, dict) else {})


def problem_in(error: Any) -> ServiceProblem:
    """The same of the error itself, as streams carry it."""
    if not isinstance(error, dict):
        return ServiceProblem(message=_word(error))
    inner = error.get("innererror") or error.get("inner_error")
    codes = [error.get("code"), error.get("type"), inner.get("code") if isinstance(inner, dict) else None]
    # Orchestration says where it stopped: "Filtering Module - Input Filter".
    if "filter" in _word(error.get("location")):
        codes.append(FILTER_CODES[0])
    message = _word(error.get("message") or error.get("detail"))
    return ServiceProblem(tuple(_word(code) for code in codes if code), _word(error.get("param")), message)


def failed(service: str, answer: HttpAnswer, asked: Document | None = None) -> ModelFailed:
    """The failure that an answer without success to this request means."""
    problem = problem_of(answer.body)
    trouble, permanent = _meaning(answer.status, problem)
    code, param = problem.code, problem.field(asked or {})
    if answer.status == 404 and (code == "model_not_found" or NO_MODEL.search(problem.message)):
        trouble, code = ErrorKind.BAD_REQUEST, "model_not_found"
    elif trouble is ErrorKind.BAD_REQUEST and problem.is_unknown and param:
        message = f"{service} does not take {param}"
        return ModelFailed(ErrorKind.UNSUPPORTED, message, permanent=True, code=code, param=param)
    told = answer.headers.get("x-should-retry", "")
    permanent = {"true": False, "false": True}.get(told, permanent)
    reason = next((code for code in problem.codes if WORD.fullmatch(code)), "")
    message = f"{service} answered {answer.status}{f' ({reason})' if reason else ''}{_advice(answer.status)}"
    after = answer.retry_after()
    return ModelFailed(trouble, message, permanent=permanent, after_seconds=after, code=code, param=param)


def failed_in_stream(service: str, problem: ServiceProblem) -> ModelFailed:
    """The failure that an error among a stream's events means."""
    if problem.is_filtered:
        return ModelFailed(ErrorKind.CONTENT_FILTER, f"{service}: the content filter stopped the answer")
    limited = {"rate_limit_error", "rate_limit_exceeded", "insufficient_quota"} & {*problem.codes}
    trouble = ErrorKind.RATE_LIMITED if limited else ErrorKind.SERVER_ERROR
    if problem.code == "context_length_exceeded":
        trouble = ErrorKind.BAD_REQUEST
    return ModelFailed(trouble, f"{service} failed while it was answering", code=problem.code)


def unreachable(service: str, error: NoAnswer) -> ModelFailed:
    """The failure that no answer means."""
    trouble = ErrorKind.TIMEOUT if error.timed_out else ErrorKind.UNREACHABLE
    return ModelFailed(trouble, f"{service}: {error}", permanent=error.permanent)


def unsupported(service: str, what: str) -> ModelFailed:
    """The failure that asking for what a service does not have means; `what` begins with the field's name."""
    return ModelFailed(ErrorKind.UNSUPPORTED, f"{service} offers no {what}", permanent=True, param=what.split(" ")[0])


def translated(translate: Callable[[str, Document], dict[str, Any]], service: str, body: Document) -> dict[str, Any]:
    """The request in the service's form. Raises ModelFailed (UNSUPPORTED, or BAD_REQUEST for what has no sense)."""
    try:
        return translate(service, body)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        message = f"{service}: a part of the request has not the form that its type says"
        raise ModelFailed(ErrorKind.BAD_REQUEST, message, permanent=True) from None


def carried(service: str, body: Document, form: str, taken: Collection[str]) -> dict[str, Any]:
    """The fields of a request that both forms share. Raises ModelFailed (UNSUPPORTED) for one that the service has not;
    `form` is the request's own, `taken` is translated elsewhere.
    """
    absent = ABSENT[form]
    given = {name: value for name, value in body.items() if value is not None and name not in taken}
    for name in [name for name in given if name in absent]:
        if given.pop(name) not in absent[name]:
            raise unsupported(service, name)
    return given


def unreadable(service: str, expected: str) -> ModelFailed:
    """The failure that a successful answer of a foreign form means."""
    return ModelFailed(ErrorKind.NOT_JSON, f"{service}: the answer is not {expected}")


def empty(service: str) -> ModelFailed:
    """The failure that an answer without words means."""
    return ModelFailed(ErrorKind.EMPTY, f"{service}: the answer is empty")


def cut(service: str) -> ModelFailed:
    """The failure that a stream which just ends means."""
    return ModelFailed(ErrorKind.UNREACHABLE, f"{service}: the stream ended before the answer did")


def tokens_in(texts: Sequence[str]) -> int:
    """An estimate for services that report no tokens: four characters each."""
    return sum(len(text) for text in texts) // 4 + 1


def _meaning(status: int, problem: ServiceProblem) -> tuple[ErrorKind, bool]:
    """The trouble, and whether asking again cannot help."""
    if problem.is_filtered:
        return ErrorKind.CONTENT_FILTER, True
    if status in (401, 403):
        return ErrorKind.UNAUTHORISED, True
    if status == 429:
        return ErrorKind.RATE_LIMITED, any(code in NO_MONEY_CODES for code in problem.codes)
    if status == 402:
        return ErrorKind.RATE_LIMITED, True
    if status == 408:
        return ErrorKind.TIMEOUT, False
    if status >= 500 or status == 409 or any(code in BUSY_KINDS for code in problem.codes):
        return ErrorKind.SERVER_ERROR, status == 501
    if any(code in NOT_JSON_CODES for code in problem.codes):
        return ErrorKind.NOT_JSON, False
    if status == 404 or 300 <= status < 400:  # the address is wrong: not the caller's mistake
        return ErrorKind.SERVER_ERROR, True
    return ErrorKind.BAD_REQUEST, True


def _advice(status: int) -> str:
    advice = {401: ": check its key", 403: ": check what its key may do", 404: ": check its base_url and model"}
    return ": check its base_url" if 300 <= status < 400 else advice.get(status, "")


def _word(value: Any) -> str:
    return str(value)[:MOST_MESSAGE].lower() if isinstance(value, str | int) else ""
