"""The LLM proxy for the pipeline: the reading of a message by the first route of the chain that answers."""

import logging
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import takewhile

from typing_extensions import override

from frontdesk.interfaces import Analyst, CatalogueSource, Clock, NewId, Provider, ProviderFailed, ReaderAnswer
from frontdesk.interfaces.llm_stores import Marks, Rereader
from frontdesk.llm.checking import SUMMARY_LENGTH, TITLE_LENGTH, check, cut
from frontdesk.llm.messages import CONVERSATION, MESSAGE, MessageModels
from frontdesk.llm.routes import BUILTIN, PERSON, Route
from frontdesk.model import Analysis, InboundMessage, SecondReading, Sentiment, Signal, Tier, Turn
from frontdesk.model.signals import RESTING

log = logging.getLogger(__name__)
LEAST_SIGNAL = 0.05


class Proxy(Analyst, Rereader):
    """An Analyst over model services, where some are configured, and the built-in engine."""

    def __init__(
        self,
        builtin: Provider,
        catalogue: CatalogueSource,
        clock: Clock,
        new_id: NewId,
        models: MessageModels | None = None,
        marks: Marks | None = None,
    ) -> None:
        """Without `models` only the built-in engine answers, and nothing else is used."""
        self._builtin, self._catalogue, self._clock, self._new_id = builtin, catalogue, clock, new_id
        self._models, self._marks = models, marks

    @override
    async def analyse(self, message: InboundMessage, run: int = 1, earlier: Sequence[Turn] = ()) -> Analysis:
        began = time.perf_counter()
        if self._models is None:
            return await self._by_builtin(message, run, began, earlier)
        routes = await self._models.chain(MESSAGE)
        first = _models_of(routes)
        try:
            if first:
                return await self._by_model(message, run, began, first, earlier)
            reason = ""
        except ProviderFailed as error:
            then = routes[len(first)].name if len(first) < len(routes) else ""
            if then != BUILTIN:
                raise _given_up(error, then) from error
            reason = str(error)
        if reason and self._marks is not None:
            log.warning("message %s is read by the built-in engine: %s", message.id, reason)
            await self._marks.mark(message.id, reason)
        return await self._by_builtin(message, run, began, earlier)

    @override
    async def analyse_anew(self, message: InboundMessage, run: int, earlier: Sequence[Turn] = ()) -> Analysis:
        began = time.perf_counter()
        routes = _models_of(await self._models.chain(MESSAGE)) if self._models else ()
        if not routes:
            raise ProviderFailed("no chain of [llm.chains] asks a model: there is nothing to read with", permanent=True)
        return await self._by_model(message, run, began, routes, earlier)

    @override
    async def headline(self, analysis: Analysis, texts: Sequence[str], message: InboundMessage) -> tuple[str, str]:
        if len(texts) == 1:
            return analysis.title, analysis.summary
        if analysis.tier is Tier.MODEL and self._models is not None and await self._models.reads_conversations():
            return analysis.title, analysis.summary
        return await self.summarise(texts, message)

    @override
    async def summarise(self, texts: Sequence[str], message: InboundMessage | None = None) -> tuple[str, str]:
        if self._models is not None and (routes := _models_of(await self._models.chain(CONVERSATION))):
            try:
                return await self._models.summarise(texts, message, routes)
            except ProviderFailed as error:
                log.warning("a conversation is summarised by the built-in engine: %s", error)
        title, summary = await self._builtin.summarise(texts)
        return cut(title, TITLE_LENGTH), cut(summary, SUMMARY_LENGTH)

    async def _by_model(
        self, message: InboundMessage, run: int, began: float, routes: Sequence[Route], earlier: Sequence[Turn] = ()
    ) -> Analysis:
        assert self._models is not None
        answer, outcome = await self._models.read(message, routes, earlier)
        catalogue = await self._catalogue.catalogue()
        checked = check(answer, message.text, catalogue)
        second = await self._read_builtin(message, earlier)
        was_asked = "signals" in outcome.value  # which a use case of one's own need not do
        signals = both(checked.signals, second.signals) if was_asked else second.signals
        read = replace(checked, signals=signals, reads=checked.reads or second.reads)
        analysis = self._analysis(message, run, Tier.MODEL, f"{outcome.service}/{outcome.model}", read, began)
        return replace(analysis, second=_second(second))

    async def _by_builtin(
        self, message: InboundMessage, run: int, began: float, earlier: Sequence[Turn] = ()
    ) -> Analysis:
        answer = await self._read_builtin(message, earlier)
        return self._analysis(message, run, self._builtin.tier, self._builtin.name, answer, began)

    async def _read_builtin(self, message: InboundMessage, earlier: Sequence[Turn]) -> ReaderAnswer:
        catalogue = await self._catalogue.catalogue()
        return check(await self._builtin.read(message.text, catalogue, earlier), message.text, catalogue)

    def _analysis(
        self, message: InboundMessage, run: int, tier: Tier, model: str, answer: ReaderAnswer, began: float
    ) -> Analysis:
        told = {each.name: getattr(answer, each.name) for each in fields(answer)}
        return Analysis(
            id=self._new_id(),
            message_id=message.id,
            run=run,
            tier=tier,
            model=model[:100],
            milliseconds=round((time.perf_counter() - began) * 1000, 3),
            created_at=self._clock(),
            **(told | {"sentiment": Sentiment(answer.sentiment)}),
        )


def both(by_model: Sequence[Signal], by_builtin: Sequence[Signal]) -> tuple[Signal, ...]:
    """What two readers say together: a signal that lets a message rest needs both, every other is heard from either."""
    mine, theirs = ({each.name: each for each in some} for some in (by_builtin, by_model))
    found = []
    for name in {**mine, **theirs}:
        said = [each.get(name) or Signal(name, 0.0) for each in (mine, theirs)]
        probability = (min if name in RESTING else max)(each.probability for each in said)
        if probability >= LEAST_SIGNAL:
            found.append(Signal(name, probability, said[0].spans or said[1].spans))
    return tuple(found)


def _second(answer: ReaderAnswer) -> SecondReading:
    return SecondReading(**{each.name: getattr(answer, each.name) for each in fields(SecondReading)})


def _models_of(routes: Sequence[Route]) -> tuple[Route, ...]:
    """The model routes that come before the built-in engine or a person."""
    return tuple(takewhile(lambda route: route.configured is not None, routes))


def _given_up(error: ProviderFailed, then: str) -> ProviderFailed:
    """If the next route is a person, the work stops for one; with no route left it is tried again later."""
    if then == PERSON:
        return ProviderFailed(f"a person has to read this message: {error}", permanent=True)
    return ProviderFailed(str(error), after_seconds=error.after_seconds)
