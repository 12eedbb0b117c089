"""Chat for other applications: a conversation as it is, down the same ladder, limits, masking and records."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from frontdesk.interfaces import Invalid, ModelAnswer, ModelFailed, ModelRequest, Trouble, Turn
from frontdesk.llm.calling import Calling, Question
from frontdesk.llm.detecting import Names
from frontdesk.llm.house_lists import HouseLists
from frontdesk.llm.lines import Ladders, Rung
from frontdesk.llm.masking import Masker, Mode, Unmasking, Vault
from frontdesk.llm.patience import Deadline, persist
from frontdesk.llm.running import Manner
from frontdesk.llm.schemas import Check, check_schema
from frontdesk.llm.tolerant import finished, read_json
from frontdesk.model.llm import Asker, Setback

CHAT = "chat"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What an application asks. `alias` is a ladder's name, `SERVICE` or `SERVICE/MODEL`."""

    alias: str
    turns: tuple[Turn, ...]
    schema: Mapping[str, Any] | None = None
    schema_name: str = "answer"
    max_tokens: int = 1024
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """The answer with what it took; `cost` in millionths of the price table's currency, over all attempts."""

    answer: ModelAnswer
    service: str
    model: str
    cost: int
    retries: int
    masked: bool
    run_id: str
    setbacks: tuple[Setback, ...] = ()


@dataclass(slots=True)
class ChatStream:
    """A streamed answer: which model it comes from, and its pieces, to be read to the end or closed."""

    service: str
    model: str
    run_id: str
    pieces: AsyncIterator[str]


class Chat:
    """Chat completions over ladders; the built-in engine and a person cannot chat, their rungs are passed over."""

    def __init__(self, ladders: Ladders, calling: Calling, masker: Masker, lists: HouseLists, manner: Manner) -> None:
        """Wired in `llm.room`."""
        self._ladders, self._calling, self._masker, self._lists, self._manner = ladders, calling, masker, lists, manner

    @property
    def aliases(self) -> tuple[str, ...]:
        """What can be asked for by name."""
        return self._ladders.names

    async def complete(self, request: ChatRequest, asker: Asker) -> ChatOutcome:
        """The first answer that a rung gives; held against the schema where there is one.

        Raises Invalid (alias, schema), ModelFailed when no rung answers.
        """
        check = _check(request)
        question = self._calling.new_question(CHAT, CHAT, 0, asker)
        setbacks: list[Setback] = []
        rungs = self._rungs(request)
        deadline = Deadline(self._manner.deadline)
        for number, rung in enumerate(rungs):
            try:
                share = deadline.share(len(rungs) - number)
                answer = await self._complete(request, rung, question, share, check)
            except ModelFailed as error:
                setbacks.append(Setback(rung.name, error.trouble.value, str(error)))
                last = error
                continue
            assert rung.line is not None
            retries = question.calls - 1
            return ChatOutcome(
                answer,
                rung.line.name,
                rung.model,
                question.cost,
                retries,
                question.masked,
                question.run_id,
                tuple(setbacks),
            )
        raise _no_answer(setbacks, last)

    async def stream(self, request: ChatRequest, asker: Asker) -> ChatStream:
        """An answer as it comes. Rungs are asked until one gives its first piece; later failures are raised while the
        pieces are read. Raises Invalid, ModelFailed.
        """
        _check(request)
        question = self._calling.new_question(CHAT, CHAT, 0, asker)
        setbacks: list[Setback] = []
        for rung in self._rungs(request):
            assert rung.line is not None
            try:
                vault = Vault()
                masked = await self._masked(request, rung, question, vault)
                pieces = self._calling.stream(rung, masked, question, self._manner.deadline)
                first = await anext(pieces, None)
                if first is None:
                    raise ModelFailed(Trouble.EMPTY, "the answer is empty")
            except ModelFailed as error:
                setbacks.append(Setback(rung.name, error.trouble.value, str(error)))
                last = error
                continue
            return ChatStream(rung.line.name, rung.model, question.run_id, _restored(first, pieces, vault))
        raise _no_answer(setbacks, last)

    def _rungs(self, request: ChatRequest) -> Sequence[Rung]:
        rungs = self._ladders.named(request.alias)
        if not rungs:
            raise Invalid(f"{request.alias} leads to no model that can chat", "model")
        return rungs

    async def _complete(
        self, request: ChatRequest, rung: Rung, question: Question, deadline: Deadline, check: Check | None
    ) -> ModelAnswer:
        vault = Vault()
        masked = await self._masked(request, rung, question, vault)

        def read(answer: ModelAnswer) -> ModelAnswer:
            finished(answer)
            if check is not None and (problem := check.problem(read_json(answer.text))):
                raise ModelFailed(Trouble.WRONG_SCHEMA, f"the answer does not fit its schema: {problem}")
            return answer

        answer = await persist(
            self._manner.attempts,
            deadline,
            lambda left: self._calling.complete(rung, masked, question, left, read),
        )
        text = vault.restored(answer.text) if len(vault) else answer.text
        return ModelAnswer(text, answer.model, answer.input_tokens, answer.output_tokens, answer.finish)

    async def _masked(self, request: ChatRequest, rung: Rung, question: Question, vault: Vault) -> ModelRequest:
        """The request for one rung as it may leave the house. Raises ModelFailed (NOT_MASKED)."""
        assert rung.line is not None
        mode = rung.line.mode
        question.masked = mode is not Mode.OFF
        turns = request.turns
        if mode is not Mode.OFF:
            customers = (await self._lists.current()).customers
            names = [customers, Names((*question.asker.names, *question.asker.numbers))]
            texts: list[str] = self._masker.mask([turn.text for turn in turns], mode, names, vault)
            turns = tuple(Turn(turn.role, text) for turn, text in zip(turns, texts, strict=True))
        return ModelRequest(
            rung.model, turns, request.schema, request.schema_name, request.max_tokens, request.temperature
        )


async def _restored(first: str, pieces: AsyncIterator[str], vault: Vault) -> AsyncIterator[str]:
    unmasking = Unmasking(vault)
    async with aclosing(pieces):  # type: ignore[type-var]  # it is a generator: closing it books what was spent
        if shown := unmasking.feed(first):
            yield shown
        async for piece in pieces:
            if shown := unmasking.feed(piece):
                yield shown
        if shown := unmasking.rest():
            yield shown


def _check(request: ChatRequest) -> Check | None:
    if request.schema is None:
        return None
    check_schema(dict(request.schema), "response_format")
    return Check(request.schema)


def _no_answer(setbacks: list[Setback], last: ModelFailed) -> ModelFailed:
    reasons = "; ".join(f"{each.rung}: {each.reason}" for each in setbacks)
    return ModelFailed(last.trouble, f"no rung answered ({reasons})", after_seconds=last.after_seconds)
