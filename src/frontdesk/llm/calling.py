"""Makes one call of a model service: circuit breaker, limits, budgets, timing, price, record."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from frontdesk.interfaces import (
    Clock,
    Embeddings,
    ErrorKind,
    Finish,
    Held,
    ModelAnswer,
    ModelEvent,
    ModelFailed,
    ModelRequest,
    NewId,
    Transcript,
    Usage,
)
from frontdesk.interfaces.llm_stores import Admission, CallLog
from frontdesk.llm.deadlines import paced, within
from frontdesk.llm.documents import pieces, transcript
from frontdesk.llm.prices import Budgets, Price, Prices, likely_input, likely_tokens, most_tokens
from frontdesk.llm.routes import ConfiguredService, Route
from frontdesk.model import Tier
from frontdesk.model.llm import Asker, Denied, ModelCall, Reservation, ReservationRequest

T = TypeVar("T")
R = TypeVar("R")

log = logging.getLogger(__name__)

OK, STOPPED = "ok", "stopped"
# Errors of the service, not of this one question.
OF_THE_SERVICE = frozenset(
    {ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE, ErrorKind.SERVER_ERROR, ErrorKind.RATE_LIMITED, ErrorKind.UNAUTHORISED}
)
# Errors after which the request may be charged although no answer came.
MAY_BE_CHARGED = frozenset({ErrorKind.TIMEOUT})
RESERVATION_EXTRA_SECONDS = 30.0
# What a streamed answer's end means for the record of its call.
ENDINGS: dict[Finish, ErrorKind] = {
    "length": ErrorKind.CUT_OFF,
    "content_filter": ErrorKind.CONTENT_FILTER,
    "refusal": ErrorKind.REFUSED,
}


@dataclass(slots=True)
class ModelQuestion:
    """What all calls for one question share, and their total usage. `limit`: the longest answer that a budget allows,
    where the question set none."""

    run_id: str
    operation: str
    use_case: str
    version: int
    asker: Asker
    masked: bool = False
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class _Most:
    """The most that a call can use (for budgets), and what it is likely to use (for rate limits)."""

    input_tokens: int
    output_tokens: int
    likely: int


@dataclass(slots=True)
class _Use:
    """What a call used, as far as is known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached: int = 0
    written: int = 0
    asked: str | None = None
    answered: str | None = None
    began: float = field(default_factory=time.perf_counter)


class Calling:
    """Calls model services."""

    def __init__(
        self,
        admission: Admission,
        log: CallLog,
        prices: Prices,
        budgets: Budgets,
        clock: Clock,
        new_id: NewId,
        *,
        store_texts: bool = False,
    ) -> None:
        """`store_texts` keeps what was asked and answered with the record of a call."""
        self._admission, self._log, self._prices, self._budgets = admission, log, prices, budgets
        self._clock, self._new_id, self._store_texts = clock, new_id, store_texts
        self._settling: set[asyncio.Task[None]] = set()

    async def complete(
        self,
        route: Route,
        request: ModelRequest,
        question: ModelQuestion,
        seconds: float,
        read: Callable[[ModelAnswer], R],
    ) -> R:
        """Ask for a completion and parse it with `read`. Raises ModelFailed, which is recorded."""
        configured, request = _configured(route), self._limited(request, question)
        use = _Use(asked=_storable(transcript(request.body)) if self._store_texts else None)

        def used(answer: ModelAnswer) -> R:
            _book(use, answer.usage or Usage(answer.input_tokens, answer.output_tokens))
            use.answered = _storable(answer.text) if self._store_texts else None
            return read(answer)

        return await self._call(
            route, _most(request), use, question, seconds, lambda: configured.service.complete(request), used
        )

    async def embed(self, route: Route, texts: list[str], question: ModelQuestion, seconds: float) -> Embeddings:
        """Ask for vectors. Raises ModelFailed."""
        configured, use, likely = _configured(route), _Use(), likely_tokens(texts)

        def used(answer: Embeddings) -> Embeddings:
            use.input_tokens = answer.input_tokens
            if len(answer.vectors) != len(texts):
                raise ModelFailed(ErrorKind.WRONG_SCHEMA, f"{len(answer.vectors)} vectors for {len(texts)} texts")
            return answer

        most = _Most(sum(len(text.encode("utf-8", "replace")) for text in texts), 0, likely)
        return await self._call(
            route, most, use, question, seconds, lambda: configured.service.embed(route.model, texts), used
        )

    async def transcribe(
        self, route: Route, audio: bytes, media_type: str, language: str, question: ModelQuestion, seconds: float
    ) -> Transcript:
        """Ask for the words of a recording. Raises ModelFailed. Prices by the minute are not known: it costs 0."""
        configured, use = _configured(route), _Use()

        def used(answer: Transcript) -> Transcript:
            use.output_tokens = likely_tokens([answer.text])
            return answer

        most = _Most(0, 0, 0)
        return await self._call(
            route,
            most,
            use,
            question,
            seconds,
            lambda: configured.service.transcribe(route.model, audio, media_type, language),
            used,
        )

    async def stream(
        self, route: Route, request: ModelRequest, question: ModelQuestion, seconds: float
    ) -> AsyncGenerator[ModelEvent]:
        """The events of a completion as they come; `seconds` is the longest silence. Raises ModelFailed."""
        configured, request = _configured(route), self._limited(request, question)
        use = _Use(asked=_storable(transcript(request.body)) if self._store_texts else None)
        reservation = await self._enter(route, _most(request), question, seconds)
        said: list[str] = []
        usage: Usage | None = None
        finish: Finish | None = None
        outcome, charged = STOPPED, True
        try:
            async for event in paced(configured.service.stream(request), seconds):
                said += [piece.text for piece in pieces(event.body, request.form)]
                usage, finish = event.usage or usage, event.finish or finish
                yield event
            configured.breaker.succeeded(route.name)
            ending = ENDINGS.get(finish) if finish else None
            outcome = ending.value if ending else OK if any(said) or finish == "tool" else ErrorKind.EMPTY.value
        except ModelFailed as error:
            outcome, charged = error.trouble.value, bool(said) or error.trouble in MAY_BE_CHARGED
            _failed(route, error)
            raise
        finally:
            if outcome == STOPPED:
                configured.breaker.gave_up(route.name)
            answered = "".join(said)
            if usage is None or not (usage.output or not answered):
                usage = Usage(likely_input(request) if charged else 0, likely_tokens([answered]))
            _book(use, usage)
            use.answered = _storable(answered) if self._store_texts else None
            self._leave(route, use, question, reservation, outcome)

    def note_answered(
        self, question: ModelQuestion, service: str, model: str, tier: Tier, began: float, *, cached: bool
    ) -> None:
        """Record an answer that needed no service: from the built-in engine or from the cache."""
        self._note(question, (service, model, tier), OK, _Use(began=began), 0, priced=True, cached=cached)

    def new_question(self, operation: str, use_case: str, version: int, asker: Asker) -> ModelQuestion:
        """A question with a new id."""
        return ModelQuestion(self._new_id(), operation, use_case, version, asker)

    async def drain(self) -> None:
        """Wait until all that was spent is booked."""
        while self._settling:
            await asyncio.wait(self._settling)

    async def _call(
        self,
        route: Route,
        most: _Most,
        use: _Use,
        question: ModelQuestion,
        seconds: float,
        act: Callable[[], Awaitable[T]],
        read: Callable[[T], R],
    ) -> R:
        configured = _configured(route)
        reservation = await self._enter(route, most, question, seconds)
        outcome, answered = STOPPED, False
        try:
            answer = await within(seconds, act)
            answered = True
            configured.breaker.succeeded(route.name)
            value = read(answer)
            outcome = OK
            return value
        except ModelFailed as error:
            outcome = error.trouble.value
            if not answered:
                _failed(route, error)
            raise
        finally:
            if not answered and outcome in (STOPPED, *MAY_BE_CHARGED):
                use.input_tokens, use.output_tokens = most.input_tokens, most.output_tokens
            if outcome == STOPPED:
                configured.breaker.gave_up(route.name)
            self._leave(route, use, question, reservation, outcome)

    async def _enter(self, route: Route, most: _Most, question: ModelQuestion, seconds: float) -> Reservation:
        """Pass the circuit breaker and reserve limits and budgets. Raises ModelFailed, which is recorded."""
        configured = _configured(route)
        try:
            _admit(route)
            try:
                return await self._admitted(configured, route, most, question, seconds)
            except BaseException:  # refused or cancelled: the service was not asked, so the probe is free again
                configured.breaker.gave_up(route.name)
                raise
        except ModelFailed as error:
            place = (configured.name, route.model, Tier.MODEL)
            self._note(question, place, error.trouble.value, _Use(), 0, priced=True)
            raise

    def _limited(self, request: ModelRequest, question: ModelQuestion) -> ModelRequest:
        """The request with a limit where there are budgets: without one nobody knows what to reserve."""
        asker = question.asker
        if request.sets_limit or not self._budgets.of(
            question.use_case, asker.caller, self._clock(), asker.caller_budget
        ):
            return request
        question.limit = request.most_tokens
        return replace(request, body={**request.body, "max_tokens": request.most_tokens})

    async def _admitted(
        self, configured: ConfiguredService, route: Route, most: _Most, question: ModelQuestion, seconds: float
    ) -> Reservation:
        asker = question.asker
        budgets = self._budgets.of(question.use_case, asker.caller, self._clock(), asker.caller_budget)
        if not budgets and not configured.rate.is_set:
            return Reservation("")
        price = self._prices.of(route.model)
        if budgets and price is None:
            reason = f"{route.model} has no price, so no budget can hold it: add it to llm.prices"
            raise ModelFailed(ErrorKind.OVER_BUDGET, reason, permanent=True)
        cost = (price or Price(0)).of(most.input_tokens, most.output_tokens)
        request = ReservationRequest(
            configured.name, configured.rate, most.likely, cost, budgets, seconds + RESERVATION_EXTRA_SECONDS
        )
        until = time.monotonic() + seconds
        while isinstance(answer := await self._admission.admit(request), Denied):
            if answer.after_seconds is None:
                raise ModelFailed(ErrorKind.OVER_BUDGET, answer.reason, permanent=True)
            if time.monotonic() + answer.after_seconds >= until:
                after = answer.after_seconds
                raise ModelFailed(ErrorKind.OVER_LIMIT, answer.reason, permanent=True, after_seconds=after)
            await asyncio.sleep(answer.after_seconds)
        return answer

    def _leave(self, route: Route, use: _Use, question: ModelQuestion, reservation: Reservation, outcome: str) -> None:
        """Book the cost and record the call, both in the background."""
        price = self._prices.of(route.model)
        cost = price.of(use.input_tokens, use.output_tokens, use.cached, use.written) if price else 0
        if reservation.id:
            self._settle(self._admission.settle(reservation, cost))
        place = (_configured(route).name, route.model, Tier.MODEL)
        self._note(question, place, outcome, use, cost, priced=price is not None)

    def _settle(self, settling: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(settling)
        self._settling.add(task)
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[None]) -> None:
        """If the booking fails (the process is going down), the whole reservation is booked when it expires."""
        self._settling.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("what a call cost could not be booked yet: %s", error)

    def _note(
        self,
        question: ModelQuestion,
        place: tuple[str, str, Tier],
        outcome: str,
        use: _Use,
        cost: int,
        *,
        priced: bool,
        cached: bool = False,
    ) -> None:
        question.calls += 1
        question.input_tokens += use.input_tokens
        question.output_tokens += use.output_tokens
        question.cost += cost
        service, model, tier = place
        self._log.note(
            ModelCall(
                id=self._new_id(),
                run_id=question.run_id,
                at=self._clock(),
                operation=question.operation,
                use_case=question.use_case,
                version=question.version,
                service=service,
                model=model,
                tier=tier,
                caller=question.asker.caller,
                message_id=question.asker.message_id,
                attempt=question.calls,
                outcome=outcome,
                input_tokens=use.input_tokens,
                output_tokens=use.output_tokens,
                cost=cost,
                priced=priced,
                milliseconds=round((time.perf_counter() - use.began) * 1000, 3),
                cached=cached,
                masked=question.masked,
                asked=use.asked,
                answered=use.answered,
            )
        )


def _configured(route: Route) -> ConfiguredService:
    assert route.configured is not None, "only routes to a model service are called"
    return route.configured


def _admit(route: Route) -> None:
    try:
        _configured(route).breaker.admit(route.name)
    except Held as held:
        message = f"left alone for {held.after_seconds:.0f} s after failures"
        after = held.after_seconds
        raise ModelFailed(ErrorKind.BREAKER_OPEN, message, permanent=True, after_seconds=after) from None


def _failed(route: Route, error: ModelFailed) -> None:
    """Tell the circuit breaker about a failure. An error about this one question counts as a success of the service."""
    breaker = _configured(route).breaker
    (breaker.failed if error.trouble in OF_THE_SERVICE else breaker.succeeded)(route.name)


def _most(request: ModelRequest) -> _Most:
    """Services count the longest possible answer for their limits."""
    longest = request.longest_answer
    return _Most(most_tokens(request), longest, likely_input(request) + longest)


def _book(use: _Use, usage: Usage) -> None:
    use.input_tokens, use.output_tokens = usage.input, usage.output
    use.cached, use.written = usage.cached, usage.written


def _storable(text: str) -> str:
    """The text without NUL, which not every database can store: it would lose all records written together."""
    return text.replace("\0", "\ufffd")
