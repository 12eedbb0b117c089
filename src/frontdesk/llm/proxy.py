"""The LLM proxy as the pipeline sees it: one reading of a message from the first rung of the ladder that answers."""

import logging
import time
from collections.abc import Sequence
from itertools import takewhile

from frontdesk.interfaces import Answer, CatalogueSource, Clock, NewId, Provider, ProviderFailed
from frontdesk.interfaces.llm_stores import Marks
from frontdesk.llm.checking import SUMMARY_LENGTH, TITLE_LENGTH, check, cut
from frontdesk.llm.lines import BUILTIN, PERSON, Rung
from frontdesk.llm.messages import CONVERSATION, MESSAGE, MessageModels
from frontdesk.model import Analysis, InboundMessage, Sentiment, Tier

log = logging.getLogger(__name__)


class Proxy:
    """An Analyst over model services, where some are configured, and the built-in engine; see interfaces.Analyst."""

    def __init__(
        self,
        builtin: Provider,
        catalogue: CatalogueSource,
        clock: Clock,
        new_id: NewId,
        models: MessageModels | None = None,
        marks: Marks | None = None,
    ) -> None:
        """Without `models` the built-in engine alone answers, and nothing else is touched."""
        self._builtin, self._catalogue, self._clock, self._new_id = builtin, catalogue, clock, new_id
        self._models, self._marks = models, marks

    async def analyse(self, message: InboundMessage, run: int = 1) -> Analysis:
        """See interfaces.Analyst."""
        began = time.perf_counter()
        if self._models is None:
            return await self._by_builtin(message, run, began)
        rungs = await self._models.ladder(MESSAGE)
        first = _models_of(rungs)
        try:
            if first:
                return await self._by_model(message, run, began, first)
            reason = ""
        except ProviderFailed as error:
            then = rungs[len(first)].name if len(first) < len(rungs) else ""
            if then != BUILTIN:
                raise _given_up(error, then) from error
            reason = str(error)
        if reason and self._marks is not None:
            log.warning("message %s is read by the built-in engine: %s", message.id, reason)
            await self._marks.mark(message.id, reason)
        return await self._by_builtin(message, run, began)

    async def analyse_anew(self, message: InboundMessage, run: int) -> Analysis:
        """See interfaces.llm_stores.Rereader."""
        began = time.perf_counter()
        rungs = _models_of(await self._models.ladder(MESSAGE)) if self._models else ()
        if not rungs:
            raise ProviderFailed(
                "no ladder of [llm.ladders] asks a model: there is nothing to read with", permanent=True
            )
        return await self._by_model(message, run, began, rungs)

    async def summarise(self, texts: Sequence[str], message: InboundMessage | None = None) -> tuple[str, str]:
        """See interfaces.Analyst."""
        if self._models is not None and (rungs := _models_of(await self._models.ladder(CONVERSATION))):
            try:
                return await self._models.summarise(texts, message, rungs)
            except ProviderFailed as error:
                log.warning("a conversation is summarised by the built-in engine: %s", error)
        title, summary = await self._builtin.summarise(texts)
        return cut(title, TITLE_LENGTH), cut(summary, SUMMARY_LENGTH)

    async def _by_model(self, message: InboundMessage, run: int, began: float, rungs: Sequence[Rung]) -> Analysis:
        assert self._models is not None
        answer, outcome = await self._models.read(message, rungs)
        catalogue = await self._catalogue.catalogue()
        checked = check(answer, message.text, catalogue)
        return self._analysis(message, run, Tier.MODEL, f"{outcome.service}/{outcome.model}", checked, began)

    async def _by_builtin(self, message: InboundMessage, run: int, began: float) -> Analysis:
        catalogue = await self._catalogue.catalogue()
        answer = check(await self._builtin.read(message.text, catalogue), message.text, catalogue)
        return self._analysis(message, run, self._builtin.tier, self._builtin.name, answer, began)

    def _analysis(
        self, message: InboundMessage, run: int, tier: Tier, model: str, answer: Answer, began: float
    ) -> Analysis:
        return Analysis(
            id=self._new_id(),
            message_id=message.id,
            run=run,
            tier=tier,
            model=model[:100],
            language=answer.language,
            sentiment=Sentiment(answer.sentiment),
            sentiment_probability=answer.sentiment_probability,
            title=answer.title,
            summary=answer.summary,
            message_type=answer.message_type,
            type_probability=answer.type_probability,
            intent=answer.intent,
            intent_probability=answer.intent_probability,
            intents=answer.intents,
            entities=answer.entities,
            milliseconds=round((time.perf_counter() - began) * 1000, 3),
            created_at=self._clock(),
        )


def _models_of(rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """The model rungs that come before the built-in engine or a person."""
    return tuple(takewhile(lambda rung: rung.line is not None, rungs))


def _given_up(error: ProviderFailed, then: str) -> ProviderFailed:
    """With a person as the next rung the work stops for one; with no rung left it is tried again later."""
    if then == PERSON:
        return ProviderFailed(f"a person has to read this message: {error}", permanent=True)
    return ProviderFailed(str(error), after_seconds=error.after_seconds)
