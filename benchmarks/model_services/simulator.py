"""The stand-in model server: who may ask, which shape a path has, and what goes wrong."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from benchmarks.model_services import anthropic_shape, openai_shape, sap_shape
from benchmarks.model_services.sayings import Reader, read_nothing, say, tokens
from benchmarks.model_services.scripts import Fault, Rule, Script, rules_of
from benchmarks.model_services.shapes import Question, Refused, Saying, Shape, paced, pieces_of, refusals
from frontdesk.interfaces import Invalid
from frontdesk.simulators.serving import Asked, Told, told
from frontdesk.simulators.tokens import Tokens

KEY = "stand-in-key"
INSPECTION = "/_simulator"
MOST_REMEMBERED = 1000
FOREVER = 86_400.0
SECRET_HEADERS = ("authorization", "api-key", "x-api-key")
OPENAI = Shape(
    openai_shape.answer, openai_shape.events, openai_shape.error, openai_shape.filtered_prompt, openai_shape.failure
)
ANTHROPIC = Shape(
    anthropic_shape.answer,
    anthropic_shape.events,
    anthropic_shape.error,
    anthropic_shape.filtered_prompt,
    anthropic_shape.failure,
    is_anthropic=True,
)
ORCHESTRATION = replace(OPENAI, answer=sap_shape.answer, error=sap_shape.error, filtered_prompt=sap_shape.filtered)
FENCE = "```json\n{}\n```"
WRONG = '{"unexpected": true}'


class LlmSimulator:
    """Answers as services do. `requests` are the last that came in."""

    name = "llm"

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        reader: Reader = read_nothing,
        *,
        latency_seconds: float = 0.0,
        keys: Sequence[str] = (KEY,),
        models: Sequence[str] = (),
        seconds_of_tokens: float = 3600.0,
    ) -> None:
        """`models` are the only ones that exist, where any are named. Tokens are given to `client` with `keys[0]`."""
        self.requests: deque[Asked] = deque(maxlen=MOST_REMEMBERED)
        self.count = 0
        self.script = Script(rules)
        self.latency_seconds = latency_seconds
        self.tokens = Tokens("client", keys[0], seconds_of_tokens)
        self._reader, self._keys, self._models = reader, frozenset(keys), tuple(models)

    async def answer(self, asked: Asked) -> Told:
        """The answer to one request; inspection is not counted."""
        if asked.path.startswith(INSPECTION):
            return self._inspect(asked)
        self.count += 1
        self.requests.append(asked)
        shape = ANTHROPIC if asked.path == "/v1/messages" else OPENAI
        try:
            return await self._routed(asked, shape)
        except Refused as refused:
            return shape.error(refused)

    async def _routed(self, asked: Asked, shape: Shape) -> Told:
        path = asked.path
        if path.endswith("/oauth2/v2.0/token"):
            return self.tokens.give_to_form(asked)
        if path == "/oauth/token":
            return self.tokens.give(asked)
        self._authorise(asked, shape)
        if path == "/v1/messages":
            return await self._chat(asked, shape, anthropic_shape.question)
        if path.startswith("/v2/"):
            return await self._sap(asked)
        if path.startswith("/v1/"):
            return await self._operation(asked, path[len("/v1/") :])
        if path.startswith("/openai/v1/"):
            return await self._operation(asked, path[len("/openai/v1/") :])
        if path.startswith("/openai/deployments/"):
            deployment, _, operation = path[len("/openai/deployments/") :].partition("/")
            if "api-version" not in asked.query:
                raise Refused(404, "Resource not found", "", code="404")
            return await self._operation(asked, operation, deployment)
        raise Refused(404, f"Invalid URL ({asked.method} {path})")

    def _authorise(self, asked: Asked, shape: Shape) -> None:
        """Raises Refused without a good key or token in the header that the service wants."""
        scheme, _, given = asked.headers.get("authorization", "").partition(" ")
        if shape.is_anthropic:
            if not {asked.headers.get("x-api-key"), given} & self._keys:
                raise Refused(401, "invalid x-api-key", "authentication_error")
            return
        is_azure = asked.path.startswith("/openai/")
        if scheme.lower() == "bearer" and not asked.path.startswith("/v2/") and given in self._keys:
            return
        if (is_azure or asked.path.startswith("/v2/")) and self.tokens.is_good(asked):
            return
        if is_azure and asked.headers.get("api-key") in self._keys:
            return
        raise Refused(401, "Incorrect API key provided.", code="401" if is_azure else "invalid_api_key")

    async def _operation(self, asked: Asked, operation: str, deployment: str = "") -> Told:
        if operation == "chat/completions":
            return await self._chat(asked, OPENAI, lambda a: openai_shape.question(a, deployment))
        if operation == "embeddings":
            return await self._other(asked, lambda _: openai_shape.embeddings(asked, deployment))
        if operation == "audio/transcriptions":
            return await self._other(asked, lambda words: openai_shape.transcription(asked, words))
        if operation == "models":
            return openai_shape.models(self._models or ("stand-in",))
        raise Refused(404, f"Invalid URL ({asked.method} {asked.path})")

    async def _sap(self, asked: Asked) -> Told:
        if not asked.headers.get("ai-resource-group"):
            raise Refused(400, "Missing header: AI-Resource-Group", code="01000000")
        if asked.path == "/v2/lm/deployments":
            return sap_shape.deployments(self._models or ("stand-in",))
        model, operation = sap_shape.deployment(asked.path)
        if operation == "v2/completion":
            try:
                return await self._chat(asked, ORCHESTRATION, sap_shape.question)
            except Refused as refused:
                return sap_shape.error(refused)
        if "api-version" not in asked.query:
            raise Refused(404, "Resource not found", "", code="404")
        return await self._operation(asked, operation, model)

    async def _other(self, asked: Asked, make: Callable[[str], Told]) -> Told:
        """An operation that is not chat, with those faults that it can have; `make` is given the rule's answer."""
        rule = self.script.choose(asked.path, "", asked.body)
        if failed := await self._failed(rule, OPENAI):
            return failed
        return self._cut(make((rule and rule.answer) or ""), rule)

    async def _chat(self, asked: Asked, shape: Shape, read: Callable[[Asked], Question]) -> Told:
        question = read(asked)
        if self._models and question.model not in self._models:
            raise Refused(404, f"The model '{question.model}' does not exist", param=None, code="model_not_found")
        rule = self.script.choose(asked.path, question.model, asked.body)
        if failed := await self._failed(rule, shape):
            return failed
        if rule is not None and rule.fault is Fault.NO_USAGE:
            question = replace(question, wants_usage=False)
        saying = await self._saying(question, rule)
        if question.is_streamed:
            stream = paced(shape.events(question, saying), rule, shape.failure, asyncio.sleep)
            return Told(200, headers={"content-type": "text/event-stream; charset=utf-8"}, pieces=stream)
        if rule is not None and rule.fault is Fault.SLOW_TOKENS:
            await asyncio.sleep(len(pieces_of(saying.text)) * rule.token_milliseconds / 1000)
        return self._cut(shape.answer(question, saying), rule)

    async def _failed(self, rule: Rule | None, shape: Shape) -> Told | None:
        """The answer where there is none to the question."""
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
        if rule is None:
            return None
        if rule.fault is Fault.HANG:
            await asyncio.sleep(FOREVER)
        if rule.fault is Fault.FILTERED_PROMPT:
            return shape.filtered_prompt()
        if rule.fault is Fault.NOT_HTTP_JSON:
            return Told(200, b"<html><body>Welcome</body></html>", {"content-type": "text/html"})
        refused = refusals(rule, shape.is_anthropic)
        if refused is None:
            return None
        told_off = shape.error(refused)
        waits = {"retry-after": f"{rule.retry_after:g}"} if refused.status in (429, 503, 529) else {}
        return replace(told_off, headers={**told_off.headers, **waits})

    async def _saying(self, question: Question, rule: Rule | None) -> Saying:
        """What the model says, spoilt as the rule wants it and cut at the limit of tokens."""
        if rule is not None and rule.answer is not None:
            text = rule.answer
        else:
            text = await say(question.text, question.schema, self._reader)
        text, finish = _spoilt(text, rule.fault if rule else None)
        if question.limit and tokens(text) > question.limit:
            text, finish = text[: question.limit * 4], "length"
        thought = "Let me think about it." if rule is not None and rule.fault is Fault.THINKING else ""
        return Saying(text, finish, tokens(text), thought)

    def _cut(self, whole: Told, rule: Rule | None) -> Told:
        if rule is None or rule.fault is not Fault.CUT_BODY:
            return whole
        return replace(whole, cut_after=1 + len(whole.body) // 2)

    def _inspect(self, asked: Asked) -> Told:
        match asked.method, asked.path.removeprefix(INSPECTION):
            case "GET", "/requests":
                return told({"count": self.count, "requests": [_shown(each) for each in self.requests]})
            case "DELETE", "/requests":
                self.requests.clear()
                self.count = 0
                return told({"count": 0})
            case "PUT", "/script":
                try:
                    self.script = Script(rules_of(asked.json()))
                except Invalid as error:
                    return told({"error": str(error)}, 400)
                return told({"rules": msgspec.to_builtins(self.script.rules)})
        return told({"error": "there is /requests and /script"}, 404)


def _spoilt(text: str, fault: Fault | None) -> tuple[str, str]:
    """The text with its fault, and how the answer ends."""
    spoil, finish = _SPOILT.get(fault, (str, "stop"))
    return spoil(text), finish


_SPOILT: Mapping[Fault | None, tuple[Callable[[str], str], str]] = {
    Fault.FENCED: (FENCE.format, "stop"),
    Fault.TRAILING_COMMA: (lambda text: f"{text.rstrip()[:-1]},{text.rstrip()[-1:]}", "stop"),
    Fault.TRUNCATED_JSON: (lambda text: text[: len(text) * 2 // 3], "stop"),
    Fault.CUT_OFF: (lambda text: text[: len(text) // 2], "length"),
    Fault.WRONG_SCHEMA: (lambda _: WRONG, "stop"),
    Fault.FILTERED_ANSWER: (lambda _: "", "content_filter"),
    Fault.REFUSAL: (lambda _: "I cannot help with that.", "refusal"),
    Fault.EMPTY: (lambda _: "", "stop"),
}


def _shown(asked: Asked) -> Mapping[str, Any]:
    """A request as tests see it, without what is secret."""
    return {
        "method": asked.method,
        "path": asked.path,
        "query": asked.query,
        "headers": {name: value for name, value in asked.headers.items() if name not in SECRET_HEADERS},
        "body": asked.body.decode("utf-8", "replace"),
    }
