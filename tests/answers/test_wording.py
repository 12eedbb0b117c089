"""Answers that a model words: inventions are struck, and the quotes stay where it is away or slow."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from frontdesk.interfaces import ErrorKind, ModelFailed
from frontdesk.orchestrator.wording_answers import WordingAnswers
from tests.answers.test_answering import answering as answering
from tests.answers.test_answering import said

QUESTION = "How many days do I have to send unused goods back?"


class Model:
    """Says these sentences."""

    def __init__(self, *sentences: tuple[str, int], seconds: float = 0, error: Exception | None = None) -> None:
        self._sentences, self._seconds, self._error = sentences, seconds, error

    async def run(self, name: str, inputs: Any, asked: Any) -> Any:
        assert (name, inputs["language"]) == ("answer-question", "en")
        await asyncio.sleep(self._seconds)
        if self._error:
            raise self._error
        return SimpleNamespace(value={"sentences": [{"text": text, "passage": n} for text, n in self._sentences]})


async def test_sentences_that_invent_are_struck(answering: Any) -> None:
    model = Model(("You have 40 days.", 1), ("We refund within 2 days.", 1), ("Call 0800 123.", 1))
    answer = await said(replace(answering, word=WordingAnswers(model, 60)), QUESTION)
    assert answer.text == "You have 40 days.\n\nhttps://shop.example/returns".replace("https", "Source: https")
    assert [each.article for each in answer.citations] == ["returns"]


@pytest.mark.parametrize(
    "model",
    [Model(("You have 90 days.", 1)), Model(seconds=60), Model(error=ModelFailed(ErrorKind.TIMEOUT, "away")), Model()],
)
async def test_without_a_usable_model_the_sentences_are_quoted(answering: Any, model: Model) -> None:
    answer = await said(replace(answering, word=WordingAnswers(model, 0.2)), QUESTION)
    assert "Unused goods can be sent back within 40 days." in answer.text


async def test_what_is_not_known_is_not_worded(answering: Any) -> None:
    async def word(_question: str, _language: str, _passages: Sequence[str]) -> Sequence[tuple[str, int]]:
        raise AssertionError("no model is asked where nothing was found")

    answer = await said(replace(answering, word=word), "Who was the first woman to fly in space?")
    assert answer.kind == "not_known"
