"""The operations of /llm-proxy: use cases and vector functions, in the sample's formats."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.operations.operations import Doing, OperationCall, listed, numbers, plain, structured
from frontdesk.edges.odata.protocol.exchange import ODataRequest, ODataResponse
from frontdesk.interfaces import Clock, Failed, ModelFailed
from frontdesk.llm.running import UseCases
from frontdesk.llm.vectors import cosine_similarity, dot, norm, similarity_search
from frontdesk.model.entities import EdmType
from frontdesk.model.llm import Asker, UseCaseOutcome

MESSAGE = "customer-message-process"
SENTIMENT, SUMMARY, ENTITIES = "sentiment-analysis", "text-summarisation", "entity-extraction"
INTENT, VECTORS = "intent-classification", "words-embedding"
# The sample names its use cases in several ways.
SAME = {
    "sentimentAnalyse": SENTIMENT,
    "sentiment": SENTIMENT,
    "summarise": SUMMARY,
    "summarisation": SUMMARY,
    "extractEntities": ENTITIES,
    "processCustomerMessage": MESSAGE,
    "zeroShotClassification": INTENT,
}
MOST_CHARACTERS = 100_000
MOST_FOUND = 1000
LLM = "llm-proxy"


class Language:
    """Answers with the LLM services; no text is stored."""

    def __init__(self, use_cases: UseCases, clock: Clock) -> None:
        """Ask these use cases."""
        self._use_cases, self._clock = use_cases, clock

    def handlers(self) -> Mapping[tuple[str, str], Doing]:
        """The operations by service and name."""
        return {
            (LLM, "invokeLLM"): self.invoke,
            (LLM, "sentimentAnalyse"): self._reading(SENTIMENT),
            (LLM, "summarise"): self._reading(SUMMARY),
            (LLM, "extractEntities"): self._reading(ENTITIES),
            (LLM, "processCustomerMessage"): self._reading(MESSAGE),
            (LLM, "embedding"): self.embedding,
            (LLM, "zeroShotClassification"): self.classify,
            (LLM, "dot"): _pair(dot),
            (LLM, "cosineSimilarity"): _pair(cosine_similarity),
            (LLM, "norm"): _norm,
            (LLM, "similaritySearch"): _search,
        }

    async def invoke(self, asked: OperationCall) -> ODataResponse:
        """Any use case that takes a text."""
        given = asked.text("use_case")
        return self._told(asked, await self._run(SAME.get(given, given), _text(asked), asked.request))

    def _reading(self, use_case: str) -> Doing:
        async def read(asked: OperationCall) -> ODataResponse:
            return self._told(asked, await self._run(use_case, _text(asked), asked.request))

        return read

    async def embedding(self, asked: OperationCall) -> ODataResponse:
        """The vector of a text, as a JSON list in a text."""
        outcome = await self._run_with(VECTORS, {"texts": [_text(asked)]}, asked.request)
        return plain(asked, msgspec.json.encode(outcome.value["vectors"][0]).decode(), EdmType.STRING)

    async def vector(self, text: str, request: ODataRequest) -> str | None:
        """The vector of a text as a JSON list; None where nothing is there to make one."""
        try:
            outcome = await self._run_with(VECTORS, {"texts": [text]}, request)
        except (Failed, ODataError):
            return None
        return msgspec.json.encode(outcome.value["vectors"][0]).decode()

    async def classify(self, asked: OperationCall) -> ODataResponse:
        """The code of the intent that fits best, null where none does."""
        outcome = await self._run(INTENT, _text(asked), asked.request)
        return plain(asked, outcome.value.get("intent"), EdmType.STRING)

    async def sentiment(self, text: str, request: ODataRequest) -> str:
        """How a text feels."""
        return str((await self._run(SENTIMENT, text, request)).value["sentiment"])

    async def suggested(self, messages: list[dict[str, str]], request: ODataRequest) -> str | None:
        """The next answer of a conversation; None where no model is there to write one."""
        try:
            outcome = await self._use_cases.run("reply-suggestion", {"messages": messages}, asker_of(request))
        except ModelFailed:
            return None
        return str(outcome.value["reply"])

    async def _run(self, use_case: str, text: str, request: ODataRequest) -> UseCaseOutcome:
        return await self._run_with(use_case, {"text": text}, request)

    async def _run_with(self, use_case: str, inputs: Mapping[str, Any], request: ODataRequest) -> UseCaseOutcome:
        try:
            return await self._use_cases.run(use_case, inputs, asker_of(request))
        except ModelFailed as error:
            if error.permanent:
                raise ODataError(f"no model could answer: {error}", 400) from None
            raise Failed(f"no model answered: {error}") from error

    def _told(self, asked: OperationCall, outcome: UseCaseOutcome) -> ODataResponse:
        return structured(asked, answer_of(outcome, self._clock()))


def asker_of(request: ODataRequest) -> Asker:
    """On whose behalf models are asked."""
    return Asker(request.by)


def answer_of(outcome: UseCaseOutcome, at: datetime) -> dict[str, Any]:
    """The answer in the sample's format; values that the use case does not give are null."""
    value = outcome.value if isinstance(outcome.value, Mapping) else {}
    entities = [{"field": each["field"], "value": each["value"]} for each in value.get("entities", ())]
    texts = {name: value.get(name) for name in ("sentiment", "title", "summary")}
    return {
        "data": texts | {"entities": entities},
        "created_at": int(at.timestamp()),
        "total_tokens": outcome.input_tokens + outcome.output_tokens,
    }


def _text(asked: OperationCall) -> str:
    text = asked.text("text")
    if len(text) > MOST_CHARACTERS:
        raise ODataError(f"text has {len(text):,} characters: at most {MOST_CHARACTERS:,} are taken", target="text")
    return text


def _pair(figure: Callable[[Any, Any], float]) -> Doing:
    async def calculate(asked: OperationCall) -> ODataResponse:
        return plain(asked, figure(asked.told["vec1"], asked.told["vec2"]), EdmType.DOUBLE)

    return calculate


async def _norm(asked: OperationCall) -> ODataResponse:
    return plain(asked, norm(asked.told["vec"]), EdmType.DOUBLE)


async def _search(asked: OperationCall) -> ODataResponse:
    """The nearest of `intents`: a JSON list of vectors, or of objects with code and embedding, which may be a text."""
    raw = _decoded(asked.text("intents"))
    if not isinstance(raw, list) or not raw:
        raise ODataError("intents is a JSON list of vectors, or of objects with code and embedding", target="intents")
    named = [each if isinstance(each, dict) else {"embedding": each} for each in raw]
    told = [each.get("embedding") for each in named]
    vectors = [numbers(_decoded(each) if isinstance(each, str) else each, "intents") for each in told]
    limit = asked.told["limit"]
    found = similarity_search(asked.told["inputVector"], vectors, min(10 if limit is None else limit, MOST_FOUND))
    codes = [each.get("code") for each in named]
    return listed(
        asked, [{"code": codes[each.place], "index": each.place, "similarity": each.likeness} for each in found]
    )


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
