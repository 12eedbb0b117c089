"""Reads customers' messages with models: the use case customer-message-process for the pipeline."""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.interfaces import ReaderAnswer
from frontdesk.llm.routes import Route
from frontdesk.llm.running import UseCases
from frontdesk.model import CUSTOMER, Concern, Entity, InboundMessage, Probability, Signal, Turn
from frontdesk.model.llm import Asker, UseCaseOutcome

PIPELINE = "pipeline"
MESSAGE, CONVERSATION = "customer-message-process", "conversation-summary"
UNKNOWN_LANGUAGE = "und"


class MessageModels:
    """Reads messages and conversations with models."""

    def __init__(self, use_cases: UseCases) -> None:
        """Ask through these."""
        self._use_cases = use_cases

    async def chain(self, name: str) -> Sequence[Route]:
        """The routes of a use case."""
        return await self._use_cases.chain(name)

    async def read(
        self, message: InboundMessage, routes: Sequence[Route], earlier: Sequence[Turn] = ()
    ) -> tuple[ReaderAnswer, UseCaseOutcome]:
        """A model's reading of a message; a long message is read up to the use case's limit. Raises ModelFailed.

        With `earlier` messages title and summary are those of the conversation, as far back as the limit goes.
        """
        limit = (await self._use_cases.registry.get(MESSAGE)).limits.characters
        inputs: dict[str, Any] = {"text": message.text[:limit]}
        if (
            earlier
            and await self.reads_conversations()
            and (kept := _latest(_theirs(earlier), limit - len(message.text)))
        ):
            inputs["earlier"] = kept
        outcome = await self._use_cases.run(MESSAGE, inputs, asker_of(message), routes)
        return as_answer(outcome.value), outcome

    async def reads_conversations(self) -> bool:
        """Whether a message can be read together with earlier ones; a customised use case may take only one message."""
        return "earlier" in (await self._use_cases.registry.get(MESSAGE)).body.inputs.get("properties", {})

    async def summarise(
        self, texts: Sequence[str], message: InboundMessage | None, routes: Sequence[Route]
    ) -> tuple[str, str]:
        """Title and summary of a conversation; of a long one, its latest part. Raises ModelFailed."""
        space_left = (await self._use_cases.registry.get(CONVERSATION)).limits.characters
        inputs = {"messages": [{"author": "customer", "text": text} for text in _latest(texts, space_left)]}
        outcome = await self._use_cases.run(CONVERSATION, inputs, asker_of(message), routes)
        return outcome.value["title"], outcome.value["summary"]


def _theirs(turns: Sequence[Turn]) -> list[str]:
    """The texts of the customer."""
    return [turn.text for turn in turns if turn.role == CUSTOMER]


def _latest(texts: Sequence[str], space_left: int) -> list[str]:
    """The latest of these texts that fit into so many characters, in their order."""
    kept: list[str] = []
    for text in reversed(texts):
        space_left -= len(text) + len("customer")
        if space_left < 0:
            break
        kept.append(text)
    return kept[::-1]


def asker_of(message: InboundMessage | None) -> Asker:
    """On whose behalf, with what is known of the sender."""
    if message is None:
        return Asker(PIPELINE)
    sender = message.sender
    known = [sender.name, *sender.name.replace(",", " ").split()]
    names = tuple(name for name in known if len(name) >= 3)
    numbers = tuple(filter(None, [sender.customer_no, sender.phone, sender.address]))
    return Asker(PIPELINE, message.id, names, numbers)


def as_answer(value: Mapping[str, Any]) -> ReaderAnswer:
    """The finished answer of customer-message-process in the words that all providers use."""
    intent = value["intent"]
    probability = float(value["intent_confidence"])
    language = str(value["language"]).strip().lower()
    return ReaderAnswer(
        language=language if language.isalpha() and len(language) in (2, 3) else UNKNOWN_LANGUAGE,
        sentiment=value["sentiment"],
        sentiment_probability=value["sentiment_confidence"],
        title=value["title"],
        summary=value["summary"],
        message_type=value["type"],
        type_probability=value["type_confidence"],
        intent=intent,
        intent_probability=probability,
        intents=(Probability(intent, probability),) if intent else (),
        entities=tuple(Entity(**each) for each in value["entities"]),
        signals=_signals(value.get("signals", ())),
        concerns=tuple(
            Concern(
                each["intent"],
                float(each["confidence"]),
                (Probability(each["intent"], float(each["confidence"])),) if each["intent"] else (),
                each["start"],
                each["end"],
                each["type"],
            )
            for each in value.get("concerns", ())
        ),
    )


def _signals(named: Sequence[Mapping[str, Any]]) -> tuple[Signal, ...]:
    """One for each name, with all words that say it."""
    spans: dict[str, list[tuple[int, int]]] = {}
    probabilities: dict[str, float] = {}
    for each in named:
        spans.setdefault(each["signal"], []).append((each["start"], each["end"]))
        probabilities[each["signal"]] = max(probabilities.get(each["signal"], 0.0), float(each["confidence"]))
    return tuple(Signal(name, probabilities[name], tuple(places)) for name, places in spans.items())
