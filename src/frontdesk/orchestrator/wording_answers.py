"""Has a language model word what was found; where there is none, or it is slow or invents, the quotes stay."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.interfaces import Invalid, ModelFailed
from frontdesk.model.llm import Asker
from frontdesk.orchestrator.drafting import UseCaseRunner

ANSWERS = "answer-question"
BY = "answers"


class WordingAnswers:
    """Asks the use case `answer-question`."""

    def __init__(self, use_cases: UseCaseRunner, seconds: float) -> None:
        """Wait so long for a model at most."""
        self._use_cases, self._seconds = use_cases, seconds

    async def __call__(self, question: str, language: str, passages: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Sentences, each with the number of its passage from 0; empty where no model answered in time."""
        inputs = {"question": question, "language": language, "passages": list(passages)}
        try:
            async with asyncio.timeout(self._seconds):
                outcome = await self._use_cases.run(ANSWERS, inputs, Asker(BY))
        except (ModelFailed, Invalid, TimeoutError):
            return ()
        sentences: Sequence[Mapping[str, Any]] = outcome.value["sentences"]
        return [(str(each["text"]), int(each["passage"]) - 1) for each in sentences]
