"""The built-in engine as a route of the use cases that it can answer. No key, no network."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from frontdesk.interfaces import Catalogue, ErrorKind, ModelFailed, Provider, ReaderAnswer
from frontdesk.llm.checking import cites

Inputs = Mapping[str, Any]
Reader = Callable[[Inputs, Catalogue], Awaitable[dict[str, Any]]]
# What use cases may name; each is a method of the same name.
SKILLS = frozenset({"sentiment", "intent", "entities", "summary", "conversation", "message", "embedding"})


class Embedder(Protocol):
    """Makes vectors in this process."""

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of length 1 for each text, in order."""
        ...


class BuiltinAnswers:
    """Answers use cases with the built-in engine, in the same shape as a model's finished answer."""

    def __init__(self, provider: Provider, embedder: Embedder | None = None) -> None:
        """`embedder` makes vectors; without one there is no built-in route for embeddings."""
        self._provider, self._embedder = provider, embedder
        self.name, self.tier = provider.name, provider.tier

    async def answer(self, skill: str, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """The answer of a use case that names this skill. Raises ModelFailed (UNSUPPORTED), ProviderFailed."""
        if skill not in SKILLS or (skill == "embedding" and self._embedder is None):
            raise ModelFailed(ErrorKind.UNSUPPORTED, "the built-in engine cannot do this", permanent=True)
        reader: Reader = getattr(self, skill)
        return await reader(inputs, catalogue)

    async def sentiment(self, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """For sentiment-analysis."""
        read = await self._read(inputs, catalogue)
        return {"sentiment": read.sentiment, "confidence": read.sentiment_probability}

    async def intent(self, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """For intent-classification."""
        read = await self._read(inputs, catalogue)
        return {"intent": read.intent, "confidence": read.intent_probability}

    async def entities(self, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """For entity-extraction."""
        return {"entities": _entities(await self._read(inputs, catalogue), inputs["text"])}

    async def summary(self, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """For text-summarisation."""
        title, summary = await self._provider.summarise([inputs["text"]])
        return {"title": title, "summary": summary}

    async def conversation(self, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """For conversation-summary: the summary of the customer's messages, or of all where the customer wrote none."""
        written = [each["text"] for each in inputs["messages"] if each["author"] == "customer"]
        title, summary = await self._provider.summarise(written or [each["text"] for each in inputs["messages"]])
        return {"title": title, "summary": summary}

    async def message(self, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """For customer-message-process."""
        read = await self._read(inputs, catalogue)
        return {
            "language": read.language,
            "sentiment": read.sentiment,
            "sentiment_confidence": read.sentiment_probability,
            "type": read.message_type,
            "type_confidence": read.type_probability,
            "intent": read.intent,
            "intent_confidence": read.intent_probability,
            "title": read.title,
            "summary": read.summary,
            "entities": _entities(read, inputs["text"]),
            "signals": [
                {"signal": each.name, "confidence": each.probability} | _place(inputs["text"], *span)
                for each in read.signals
                for span in each.spans
            ],
            "concerns": [
                {"intent": each.intent, "type": each.type, "confidence": each.probability}
                | _place(inputs["text"], each.start, each.end)
                for each in read.concerns
            ],
        }

    async def embedding(self, inputs: Inputs, catalogue: Catalogue) -> dict[str, Any]:
        """For words-embedding."""
        assert self._embedder is not None
        vectors = await self._embedder.embed(inputs["texts"])
        return {"size": len(vectors[0]), "vectors": vectors}

    async def _read(self, inputs: Inputs, catalogue: Catalogue) -> ReaderAnswer:
        return await self._provider.read(inputs["text"], catalogue)


def _entities(read: ReaderAnswer, text: str) -> list[dict[str, Any]]:
    return [
        {"field": each.field, "value": each.value, "start": each.start, "end": each.end}
        for each in read.entities
        if cites(each, text)
    ]


def _place(text: str, start: int, end: int) -> dict[str, Any]:
    return {"value": text[start:end], "start": start, "end": end}
