"""A reader that says of chosen texts what a test wants, and leaves all others to the built-in engine."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from frontdesk.interfaces import Catalogue, ReaderAnswer
from frontdesk.model import Probability, Signal, Turn
from frontdesk.providers.builtin import Builtin


class ScriptedReader(Builtin):
    """The built-in engine with some fields of its answers set; `heard` is what was written before each text."""

    def __init__(self, engine: Builtin, says: Mapping[str, Mapping[str, Any]]) -> None:
        self._engine_of, self._says = engine, says
        self.heard: dict[str, tuple[Turn, ...]] = {}

    async def read(self, text: str, catalogue: Catalogue, before: Sequence[Turn] = ()) -> ReaderAnswer:
        self.heard[text] = tuple(before)
        answer = await self._engine_of.read(text, catalogue)
        return replace(answer, **self._says.get(text, {}))

    async def summarise(self, texts: Sequence[str]) -> tuple[str, str]:
        return await self._engine_of.summarise(texts)

    async def language(self, text: str) -> str:
        return await self._engine_of.language(text)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await self._engine_of.embed(texts)

    async def warm_up(self, catalogue: Catalogue) -> None:
        await self._engine_of.warm_up(catalogue)

    def close(self) -> None:
        """The engine belongs to all tests."""


def says(intent: str | None = None, probability: float = 0.95, **signals: float) -> dict[str, Any]:
    """Fields of an answer: an intent, or none, and signals by name with their probabilities."""
    return {
        "intent": intent,
        "intent_probability": probability,
        "intents": (Probability(intent, probability),) if intent else (),
        "signals": tuple(Signal(name, value) for name, value in signals.items()),
        "concerns": (),
        "sentiment": "Neutral",
        "sentiment_probability": 0.9,
    }
