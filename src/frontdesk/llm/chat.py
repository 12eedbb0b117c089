"""Chat for other applications: a conversation as it is, down the same ladder, limits, masking and records."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from frontdesk.interfaces import Invalid, ModelAnswer, ModelFailed, ModelRequest, Trouble, Turn
from frontdesk.llm.calling import Calling, Question
from frontdesk.llm.detecting import Names
from frontdesk.llm.foreign_schemas import foreign_check_aside
from frontdesk.llm.house_lists import HouseLists
from frontdesk.llm.lines import Ladders, Rung
from frontdesk.llm.masking import Masker, Mode, Unmasking, Vault
from frontdesk.llm.patience import Deadline, persist
from frontdesk.llm.repairing import ask_checked
from frontdesk.llm.running import Manner
from frontdesk.llm.schemas import Check
from frontdesk.llm.tolerant import finished, read_json
from frontdesk.model.llm import Asker, Setback

CHAT = "chat"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What an application asks. `alias` is a ladder's name, `SERVICE`, `SERVICE/MODEL` or a configured model's name.

    For `temperature` and `sampling` see ModelRequest.
    """

    alias: str
    turns: tuple[Turn, ...]
    schema: Mapping[str, Any] | None = None
    schema_name: str = "answer"
    max_tokens: int = 1024
    temperature: float | None = 0.0
    sampling: Mapping[str, Any] = field(default_factory=dict)


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
    """A streamed answer: which model it comes from, and its pieces, to be read to the end or closed.

    `question` tells what it took, once the pieces have been read.
    """

    service: str
    model: str
    run_id: str
    pieces: AsyncIterator[str]
    question: Question


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
        check = await _check(request)
        question = self._calling.new_question(CHAT, CHAT, 0, asker)
        setbacks: list[Setback] = []
        rungs = self._rungs(request)
        deadline = Deadline(self._manner.chat_deadline)
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
        check = await _check(request)
        question = self._calling.new_question(CHAT, CHAT, 0, asker)
        setbacks: list[Setback] = []
        for rung in self._rungs(request):
            assert rung.line is not None
            try:
                vault = Vault()
                masked = await self._masked(request, rung, question, vault)
                pieces = self._calling.stream(rung, masked, question, self._manner.chat_deadline)
                first = await anext(pieces, None)
                if first is None:
                    raise ModelFailed(Trouble.EMPTY, "the answer is empty")
            except ModelFailed as error:
                setbacks.append(Setback(rung.name, error.trouble.value, str(error)))
                last = error
                continue
            restored = _restored(first, pieces, vault)
            whole = restored if check is None else _checked(restored, check)
            return ChatStream(rung.line.name, rung.model, question.run_id, whole, question)
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

        async def ask(left: float) -> ModelAnswer:
            if check is None:
                return await self._calling.complete(rung, masked, question, left, _finished)
            value, answer = await ask_checked(self._calling, rung, masked, question, left, check)
            # Without fences and talk around it, so that the caller's client can read it.
            return replace(answer, text=msgspec.json.encode(value).decode())

        answer = await persist(self._manner.attempts, deadline, ask)
        return replace(answer, text=vault.restored(answer.text)) if len(vault) else answer

    async def _masked(self, request: ChatRequest, rung: Rung, question: Question, vault: Vault) -> ModelRequest:
        """The request for one rung as it may leave the house. Raises ModelFailed (NOT_MASKED)."""
        assert rung.line is not None
        mode = rung.line.mode
        question.masked = mode is not Mode.OFF
        turns = request.turns
        if mode is not Mode.OFF:
            customers = (await self._lists.current()).customers
            names = [customers, Names((*question.asker.names, *question.asker.numbers))]
            texts: list[str] = await self._masker.mask_aside([turn.text for turn in turns], mode, names, vault)
            turns = tuple(Turn(turn.role, text) for turn, text in zip(turns, texts, strict=True))
        return ModelRequest(
            rung.model,
            turns,
            request.schema,
            request.schema_name,
            request.max_tokens,
            request.temperature,
            request.sampling,
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


async def _checked(pieces: AsyncIterator[str], check: Check) -> AsyncIterator[str]:
    """The pieces; what they make together is held against the schema at the end. Raises ModelFailed."""
    said: list[str] = []
    async with aclosing(pieces):  # type: ignore[type-var]  # as above
        async for piece in pieces:
            said.append(piece)
            yield piece
    if problem := check.problem(read_json("".join(said))):
        raise ModelFailed(Trouble.WRONG_SCHEMA, f"the answer does not fit its schema: {problem}")


def _finished(answer: ModelAnswer) -> ModelAnswer:
    finished(answer)
    return answer


async def _check(request: ChatRequest) -> Check | None:
    return None if request.schema is None else await foreign_check_aside(request.schema)


def _no_answer(setbacks: list[Setback], last: ModelFailed) -> ModelFailed:
    reasons = "; ".join(f"{each.rung}: {each.reason}" for each in setbacks)
    return ModelFailed(last.trouble, f"no rung answered ({reasons})", after_seconds=last.after_seconds)
