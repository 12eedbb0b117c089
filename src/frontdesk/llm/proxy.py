"""The LLM proxy: one reading of a message from the first rung of the ladder that answers."""

import time
from collections.abc import Sequence

from frontdesk.interfaces import Answer, CatalogueSource, Clock, NewId, Provider, ProviderFailed
from frontdesk.llm.checking import SUMMARY_LENGTH, TITLE_LENGTH, check, cut
from frontdesk.model import Analysis, InboundMessage, Sentiment


class Proxy:
    """An Analyst over a ladder of providers; see interfaces.Analyst."""

    def __init__(self, ladder: Sequence[Provider], catalogue: CatalogueSource, clock: Clock, new_id: NewId) -> None:
        """Ask `ladder` from first to last."""
        self._ladder, self._catalogue, self._clock, self._new_id = ladder, catalogue, clock, new_id

    async def analyse(self, message: InboundMessage, run: int = 1) -> Analysis:
        """See interfaces.Analyst."""
        began = time.perf_counter()
        provider, answer = await self._ask(message.text)
        return Analysis(
            id=self._new_id(),
            message_id=message.id,
            run=run,
            tier=provider.tier,
            model=provider.name,
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

    async def summarise(self, texts: Sequence[str]) -> tuple[str, str]:
        """See interfaces.Analyst."""
        title, summary = await self._ladder[-1].summarise(texts)
        return cut(title, TITLE_LENGTH), cut(summary, SUMMARY_LENGTH)

    async def _ask(self, text: str) -> tuple[Provider, Answer]:
        catalogue = await self._catalogue.catalogue()
        reasons = []
        for provider in self._ladder:
            try:
                return provider, check(await provider.read(text, catalogue), text, catalogue)
            except ProviderFailed as error:
                reasons.append(f"{provider.name}: {error}")
        raise ProviderFailed("no model answered: " + "; ".join(reasons))
