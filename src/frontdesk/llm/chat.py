"""Chat for other applications: the same chains, limits, masking and records as for use cases."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from frontdesk.interfaces import Document, ErrorKind, Form, Invalid, ModelAnswer, ModelEvent, ModelFailed, ModelRequest
from frontdesk.llm.calling import Calling, ModelQuestion
from frontdesk.llm.catalogue_labels import CatalogueLabels
from frontdesk.llm.deadlines import Deadline, retry
from frontdesk.llm.detecting import KnownNames
from frontdesk.llm.documents import as_refusal, mapped, media, pieces
from frontdesk.llm.foreign_schemas import foreign_check_aside
from frontdesk.llm.masking import Masker, Mode, Vault
from frontdesk.llm.repairing import ask_checked
from frontdesk.llm.routes import FallbackChains, Route
from frontdesk.llm.running import CallPolicy
from frontdesk.llm.schemas import Check
from frontdesk.llm.streaming import Rewriting
from frontdesk.llm.tolerant import Refused, finished
from frontdesk.model.llm import Asker, RouteFailure

CHAT = "chat"


@dataclass(slots=True)
class ChatOutcome:
    """The answer, which model it comes from, and what it took over all attempts (`question`)."""

    answer: ModelAnswer
    service: str
    model: str
    question: ModelQuestion
    failures: tuple[RouteFailure, ...] = ()


@dataclass(slots=True)
class ChatStream:
    """A streamed answer: which model it comes from, and its events, to be read to the end or closed.

    An event without a body is a sign of life. `question` tells what it took, once the events have been read.
    """

    events: AsyncGenerator[ModelEvent]
    service: str
    model: str
    question: ModelQuestion


class Chat:
    """Chat completions over fallback chains. The built-in engine and persons cannot chat: their routes are skipped."""

    def __init__(
        self,
        chains: FallbackChains,
        calling: Calling,
        masker: Masker,
        lists: CatalogueLabels,
        policy: CallPolicy,
        *,
        passes_media: bool = False,
    ) -> None:
        """Wired in `llm.room`. `passes_media`: images, sound and files may go where texts are masked."""
        self._chains, self._calling, self._masker, self._lists, self._policy = chains, calling, masker, lists, policy
        self._passes_media = passes_media

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
        failures: list[tuple[Route, ModelFailed]] = []
        routes = self._routes(request)
        deadline = Deadline(self._policy.chat_deadline)
        for number, route in enumerate(routes):
            try:
                share = deadline.share(len(routes) - number)
                answer = await self._complete(request, route, question, share, check)
            except ModelFailed as error:
                failures.append((route, error))
                if not isinstance(error, Refused) or number + 1 < len(routes):
                    continue
                answer = error.answer
            assert route.configured is not None
            told = tuple(RouteFailure(each.name, error.trouble.value, str(error)) for each, error in failures)
            return ChatOutcome(answer, route.configured.name, route.model, question, told)
        raise _no_answer(failures)

    async def stream(self, request: ModelRequest, asker: Asker) -> ChatStream:
        """A streamed answer. Routes are asked until one says something; later failures are raised while the events are
        read. Raises Invalid, ModelFailed.
        """
        check = await _check(request)
        question = self._calling.new_question(CHAT, CHAT, 0, asker)
        failures: list[tuple[Route, ModelFailed]] = []
        routes = self._routes(request)
        for number, route in enumerate(routes):
            assert route.configured is not None
            try:
                vault = Vault()
                masked = await self._masked(request, route, question, vault)
                events = self._calling.stream(route, masked, question, self._policy.chat_deadline)
                async with AsyncExitStack() as unless_begun:
                    unless_begun.push_async_callback(events.aclose)  # books what was spent
                    first = await _beginning(events, request.form, is_last=number + 1 == len(routes))
                    unless_begun.pop_all()
            except ModelFailed as error:
                failures.append((route, error))
                continue
            rewriting = Rewriting(request.form, vault, check)
            whole = rewriting.of(first, events)
            return ChatStream(whole, route.configured.name, route.model, question)
        raise _no_answer(failures)

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
            _, answer = await ask_checked(self._calling, route, masked, question, left, check)
            return answer

        try:
            return _restored(await retry(self._policy.attempts, deadline, ask), vault)
        except Refused as refused:
            answer = _restored(refused.answer, vault)
            body = as_refusal(answer.body, request.form, answer.text)
            raise Refused(replace(answer, body=body)) from None

    async def _masked(self, request: ModelRequest, route: Route, question: ModelQuestion, vault: Vault) -> ModelRequest:
        """The request for one route, masked. Raises ModelFailed (NOT_MASKED)."""
        assert route.configured is not None
        mode, body = route.configured.mode, request.body
        question.masked = mode is not Mode.OFF
        if mode is not Mode.OFF:
            if not self._passes_media and (found := media(body)):
                kinds = " and ".join(sorted(found))
                reason = f"{kinds} cannot be masked: allow them by llm.media, or ask a service with masking off"
                raise ModelFailed(ErrorKind.NOT_MASKED, reason, permanent=True, param="messages")
            names = [
                (await self._lists.current()).customers,
                KnownNames((*question.asker.names, *question.asker.numbers)),
            ]
            texts: list[str] = []

            def seen(text: str) -> str:
                texts.append(text)
                return text

            try:
                mapped(body, seen)
            except RecursionError:
                raise Invalid("the request is nested too deeply", "messages") from None
            masked = iter(await self._masker.mask_aside(texts, mode, names, vault))
            body = mapped(body, lambda _: str(next(masked)))
        return replace(request, model=route.model, body=body)


async def _beginning(events: AsyncGenerator[ModelEvent], form: Form, *, is_last: bool) -> list[ModelEvent]:
    """The events up to the first that says something. Raises ModelFailed where the next route is to be asked."""
    begun: list[ModelEvent] = []
    async for event in events:
        begun.append(event)
        said = [piece for piece in pieces(event.body, form) if piece.text]
        if any(piece.key == "refusal" for piece in said) and not is_last:
            raise ModelFailed(ErrorKind.REFUSED, "the model refused to answer", permanent=True)
        if said or _calls_tool(event.body):
            return begun
    if (finish := next((event.finish for event in begun if event.finish), None)) == "content_filter":
        raise ModelFailed(ErrorKind.CONTENT_FILTER, "the service's content filter took the answer away", permanent=True)
    if finish not in ("length", "refusal", "tool"):
        raise ModelFailed(ErrorKind.EMPTY, "the answer is empty")
    return begun


def _calls_tool(body: Document) -> bool:
    """Whether an event begins the call of a tool."""
    deltas = [choice.get("delta") or {} for choice in body.get("choices") or ()]
    block = body.get("content_block") or {}
    return any(delta.get("tool_calls") for delta in deltas) or block.get("type", "text") not in ("text", "thinking")


def _restored(answer: ModelAnswer, vault: Vault) -> ModelAnswer:
    if not len(vault):
        return answer
    text, body = vault.restored_document(answer.text), mapped(answer.body, vault.restored, vault.restored_document)
    return replace(answer, text=text, body=body)


def _finished(answer: ModelAnswer) -> ModelAnswer:
    finished(answer)
    return answer


async def _check(request: ModelRequest) -> Check | None:
    return None if request.schema is None else await foreign_check_aside(request.schema)


def _no_answer(failures: Sequence[tuple[Route, ModelFailed]]) -> ModelFailed:
    """The last route's error. A limit that ends soon comes before, since waiting helps."""
    reasons = "; ".join(f"{route.name}: {error}" for route, error in failures)
    last = failures[-1][1]
    after = min((error.after_seconds for _, error in failures if error.after_seconds is not None), default=None)
    message = f"no route answered ({reasons})"
    return ModelFailed(last.trouble, message, after_seconds=after, code=last.code, param=last.param)
