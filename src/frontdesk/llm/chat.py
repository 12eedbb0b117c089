"""Chat for other applications: the same chains, limits, masking and records as for use cases."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import msgspec

from frontdesk.interfaces import ChatTurn, ErrorKind, Invalid, ModelAnswer, ModelFailed, ModelRequest
from frontdesk.llm.calling import Calling, ModelQuestion
from frontdesk.llm.catalogue_labels import CatalogueLabels
from frontdesk.llm.deadlines import Deadline, retry
from frontdesk.llm.detecting import KnownNames
from frontdesk.llm.foreign_schemas import foreign_check_aside
from frontdesk.llm.masking import Masker, Mode, Unmasking, Vault
from frontdesk.llm.repairing import ask_checked
from frontdesk.llm.routes import FallbackChains, Route
from frontdesk.llm.running import CallPolicy
from frontdesk.llm.schemas import Check
from frontdesk.llm.tolerant import finished, read_json
from frontdesk.model.llm import Asker, RouteFailure

CHAT = "chat"


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
    failures: tuple[RouteFailure, ...] = ()


@dataclass(slots=True)
class ChatStream:
    """A streamed answer: which model it comes from, and its pieces, to be read to the end or closed.

    `question` tells what it took, once the pieces have been read.
    """

    service: str
    model: str
    run_id: str
    pieces: AsyncIterator[str]
    question: ModelQuestion


class Chat:
    """Chat completions over fallback chains. The built-in engine and persons cannot chat: their routes are skipped."""

    def __init__(
        self, chains: FallbackChains, calling: Calling, masker: Masker, lists: CatalogueLabels, policy: CallPolicy
    ) -> None:
        """Wired in `llm.room`."""
        self._chains, self._calling, self._masker, self._lists, self._policy = chains, calling, masker, lists, policy

    @property
    def aliases(self) -> tuple[str, ...]:
        """What can be asked for by name."""
        return self._chains.names

    async def complete(self, request: ModelRequest, asker: Asker) -> ChatOutcome:
        """The answer of the first route of the chain `model` that gives one, checked against the schema if there is
        one.

        Raises Invalid (model, schema), ModelFailed when no route answers.
        """
        check = await _check(request)
        question = self._calling.new_question(CHAT, CHAT, 0, asker)
        failures: list[RouteFailure] = []
        routes = self._routes(request)
        deadline = Deadline(self._policy.chat_deadline)
        for number, route in enumerate(routes):
            try:
                share = deadline.share(len(routes) - number)
                answer = await self._complete(request, route, question, share, check)
            except ModelFailed as error:
                failures.append(RouteFailure(route.name, error.trouble.value, str(error)))
                last = error
                continue
            assert route.configured is not None
            retries = question.calls - 1
            return ChatOutcome(
                answer,
                route.configured.name,
                route.model,
                question.cost,
                retries,
                question.masked,
                question.run_id,
                tuple(failures),
            )
        raise _no_answer(failures, last)

    async def stream(self, request: ModelRequest, asker: Asker) -> ChatStream:
        """A streamed answer. Routes are asked until one gives its first piece; later failures are raised while the
        pieces are read. Raises Invalid, ModelFailed.
        """
        check = await _check(request)
        question = self._calling.new_question(CHAT, CHAT, 0, asker)
        failures: list[RouteFailure] = []
        for route in self._routes(request):
            assert route.configured is not None
            try:
                vault = Vault()
                masked = await self._masked(request, route, question, vault)
                pieces = self._calling.stream(route, masked, question, self._policy.chat_deadline)
                first = await anext(pieces, None)
                if first is None:
                    raise ModelFailed(ErrorKind.EMPTY, "the answer is empty")
            except ModelFailed as error:
                failures.append(RouteFailure(route.name, error.trouble.value, str(error)))
                last = error
                continue
            restored = _restored(first, pieces, vault)
            whole = restored if check is None else _checked(restored, check)
            return ChatStream(route.configured.name, route.model, question.run_id, whole, question)
        raise _no_answer(failures, last)

    def _routes(self, request: ModelRequest) -> Sequence[Route]:
        routes = self._chains.named(request.model)
        if not routes:
            raise Invalid(f"{request.model} leads to no model that can chat", "model")
        return routes

    async def _complete(
        self, request: ModelRequest, route: Route, question: ModelQuestion, deadline: Deadline, check: Check | None
    ) -> ModelAnswer:
        vault = Vault()
        masked = await self._masked(request, route, question, vault)

        async def ask(left: float) -> ModelAnswer:
            if check is None:
                return await self._calling.complete(route, masked, question, left, _finished)
            value, answer = await ask_checked(self._calling, route, masked, question, left, check)
            # Without fences and talk around it, so that the caller's client can read it.
            return replace(answer, text=msgspec.json.encode(value).decode())

        answer = await retry(self._policy.attempts, deadline, ask)
        return replace(answer, text=vault.restored(answer.text)) if len(vault) else answer

    async def _masked(self, request: ModelRequest, route: Route, question: ModelQuestion, vault: Vault) -> ModelRequest:
        """The request for one route, masked. Raises ModelFailed (NOT_MASKED)."""
        assert route.configured is not None
        mode = route.configured.mode
        question.masked = mode is not Mode.OFF
        turns = request.turns
        if mode is not Mode.OFF:
            customers = (await self._lists.current()).customers
            names = [customers, KnownNames((*question.asker.names, *question.asker.numbers))]
            texts: list[str] = await self._masker.mask_aside([turn.text for turn in turns], mode, names, vault)
            turns = tuple(ChatTurn(turn.role, text) for turn, text in zip(turns, texts, strict=True))
        return replace(request, model=route.model, turns=turns)


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
    """The pieces; the whole answer is checked against the schema at the end. Raises ModelFailed."""
    said: list[str] = []
    async with aclosing(pieces):  # type: ignore[type-var]  # as above
        async for piece in pieces:
            said.append(piece)
            yield piece
    if problem := check.problem(read_json("".join(said))):
        raise ModelFailed(ErrorKind.WRONG_SCHEMA, f"the answer does not fit its schema: {problem}")


def _finished(answer: ModelAnswer) -> ModelAnswer:
    finished(answer)
    return answer


async def _check(request: ModelRequest) -> Check | None:
    return None if request.schema is None else await foreign_check_aside(request.schema)


def _no_answer(failures: list[RouteFailure], last: ModelFailed) -> ModelFailed:
    reasons = "; ".join(f"{each.route}: {each.reason}" for each in failures)
    return ModelFailed(last.trouble, f"no route answered ({reasons})", after_seconds=last.after_seconds)
