"""The common base of the services' API formats: parsing a question from a request, and answering it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.model_services.scripts import Fault, Rule
from frontdesk.simulators.serving import Told

NUMBER = (int, float)
_INVALID = "invalid_request_error"


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked. `limit` is the most tokens of its answer, 0 for no limit; `tool` is one that it calls."""

    model: str
    text: str
    schema: Mapping[str, Any] | None
    is_streamed: bool
    limit: int
    prompt_tokens: int
    wants_usage: bool = False
    tool: str = ""
    choices: int = 1


@dataclass(frozen=True, slots=True)
class Saying:
    """What the model says, and how it ends: stop, length, content_filter or refusal."""

    text: str
    finish: str
    tokens: int
    thought: str = ""


class Refused(Exception):
    """The request is not taken."""

    def __init__(self, status: int, message: str, kind: str = _INVALID, **more: Any) -> None:
        """`more` goes into the error: param, code."""
        super().__init__(message)
        self.status, self.message, self.kind, self.more = status, message, kind, more


@dataclass(frozen=True, slots=True)
class Shape:
    """How one service looks: tells an answer, streams one, tells an error; `failure` is one amid a stream."""

    answer: Callable[[Question, Saying], Told]
    events: Callable[[Question, Saying], Iterable[bytes]]
    error: Callable[[Refused], Told]
    filtered_prompt: Callable[[], Told]
    failure: Callable[[], bytes]
    is_anthropic: bool = False


def refusals(rule: Rule, is_anthropic: bool) -> Refused | None:
    """The fault of a rule as an error of the service, None where it is a fault of another kind."""
    if rule.fault is None or rule.fault not in _REFUSALS:
        return None
    status, message, of_openai, of_anthropic, code = _REFUSALS[rule.fault]
    if rule.fault is Fault.OVERLOADED and is_anthropic:
        status = 529
    return Refused(status, message, of_anthropic if is_anthropic else of_openai, **({"code": code} if code else {}))


# Status, message, the kind of error at OpenAI and at Anthropic, and its code.
_REFUSALS: Mapping[Fault, tuple[int, str, str, str, str]] = {
    Fault.RATE_LIMITED: (
        429,
        "Rate limit reached, try again later",
        "requests",
        "rate_limit_error",
        "rate_limit_exceeded",
    ),
    Fault.NO_QUOTA: (429, "You exceeded your current quota", *("insufficient_quota",) * 3),
    Fault.SERVER_ERROR: (500, "The server had an error", "server_error", "api_error", ""),
    Fault.OVERLOADED: (503, "Overloaded", "overloaded_error", "overloaded_error", ""),
    Fault.UNAUTHORISED: (401, "The key is not valid", _INVALID, "authentication_error", "invalid_api_key"),
    Fault.UNKNOWN_MODEL: (404, "The model does not exist", _INVALID, "not_found_error", "model_not_found"),
}


def require(holds: bool, message: str, param: str | None = None, code: str | None = None) -> None:
    """Raises Refused (400) unless it holds."""
    if not holds:
        raise Refused(400, message, param=param, code=code)


def number(body: Mapping[str, Any], name: str, low: float, high: float) -> None:
    """Raises Refused (400) unless a field is absent, null, or a number between these."""
    value = body.get(name)
    good = value is None or (isinstance(value, NUMBER) and not isinstance(value, bool) and low <= value <= high)
    require(good, f"Invalid '{name}': expected a number between {low:g} and {high:g}", name, "invalid_value")


def texts(content: Any) -> str | None:
    """The text of a message's content in either of its forms, None where it is neither."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        return None
    return "".join(part.get("text", "") for part in content)


def chosen(tools: Mapping[str, Any], called: Collection[str], choice: str, name: str = "") -> str:
    """The tool that a model calls, empty where it answers: one that is named, else each once and in order."""
    if name:
        return name
    if choice == "none" or not tools:
        return ""
    left = [each for each in tools if each not in called]
    return left[0] if left else [*tools][-1] if choice in ("required", "any") else ""


def pieces_of(text: str) -> list[str]:
    """A text in the pieces in which it is streamed: words with the space before them."""
    words = text.split(" ")
    return [word if place == 0 else f" {word}" for place, word in enumerate(words)]


def odd(whole: list[bytes]) -> list[bytes]:
    """Frames that some servers send, between the good ones and without the empty line before the last."""
    null = b'data: {"choices": [{"index": 0, "delta": null, "finish_reason": null}]}\n\n'
    strange = [b": comment\n\n", b"data: null\n\n", b"data:\n\n", b'data: {"choices": null}\n\n', null]
    end = [whole[-2].removesuffix(b"\n"), whole[-1]] if b"[DONE]" in whole[-1] else whole[-2:]
    return [*whole[:1], *(strange if b"[DONE]" in whole[-1] else strange[:3]), *whole[1:-2], *end]


async def paced(
    events: Iterable[bytes], rule: Rule | None, failure: Callable[[], bytes], sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[bytes]:
    """A stream, with the faults of streams."""
    whole = list(events)
    fault = rule.fault if rule else None
    if fault is Fault.ODD_FRAMES:
        whole = odd(whole)
    for place, event in enumerate(whole):
        if place == (len(whole) + 1) // 2 and fault is Fault.CUT_STREAM:
            raise ConnectionAbortedError
        if place == (len(whole) + 1) // 2 and fault is Fault.STALL_STREAM:
            await sleep(86_400)
        if place == (len(whole) + 1) // 2 and fault is Fault.FAIL_STREAM:
            yield failure()
            return
        if fault is Fault.SLOW_TOKENS and rule is not None:
            await sleep(rule.token_milliseconds / 1000)
        yield event
