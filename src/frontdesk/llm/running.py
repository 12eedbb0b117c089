"""Runs use cases: down the ladder until a rung gives an answer that passes every check."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from frontdesk.interfaces import ModelFailed, ProviderFailed, Trouble
from frontdesk.interfaces.llm_stores import AnswerCache
from frontdesk.llm.answer_cache import key_of
from frontdesk.llm.asking import Prepared, ask_text, embed, transcribe
from frontdesk.llm.builtin_answers import BuiltinAnswers
from frontdesk.llm.calling import Calling, Question
from frontdesk.llm.detecting import Names
from frontdesk.llm.finishing import finish
from frontdesk.llm.house_lists import House, HouseLists
from frontdesk.llm.lines import BUILTIN, PERSON, Ladders, Rung
from frontdesk.llm.masking import Masker, Mode, Vault
from frontdesk.llm.patience import Deadline, persist
from frontdesk.llm.shelf import Shelf
from frontdesk.llm.use_case import UseCase
from frontdesk.model import Tier
from frontdesk.model.llm import Asker, Outcome, Setback

OPERATIONS = {"text": "chat", "embedding": "embeddings", "transcription": "transcription"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How questions are handled; deadlines in seconds are over all rungs, that of chat for other applications apart.

    `stretch` lengthens the deadlines that use cases set themselves.
    """

    deadline: float = 20.0
    chat_deadline: float = 60.0
    attempts: int = 2
    caches: bool = True
    caches_personal: bool = False
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question on its way down the ladder."""

    use_case: UseCase
    inputs: Mapping[str, Any]
    house: House
    names: Sequence[Names]
    question: Question
    began: float
    fresh: bool


class UseCases:
    """Every use case by its name, answered and checked."""

    def __init__(
        self,
        shelf: Shelf,
        lists: HouseLists,
        ladders: Ladders,
        calling: Calling,
        masker: Masker,
        cache: AnswerCache,
        builtin: BuiltinAnswers,
        manner: Manner,
    ) -> None:
        """Wired in `llm.room`."""
        self.shelf, self._lists, self._ladders, self._calling = shelf, lists, ladders, calling
        self._masker, self._cache, self._builtin, self._manner = masker, cache, builtin, manner

    async def ladder(self, name: str) -> Sequence[Rung]:
        """The rungs of a use case. Raises NotFound."""
        return self._ladders.of(await self.shelf.get(name))

    async def run(
        self,
        name: str,
        inputs: Mapping[str, Any],
        asker: Asker,
        rungs: Sequence[Rung] | None = None,
        *,
        fresh: bool = False,
    ) -> Outcome:
        """The checked answer of the first rung that gives one; `rungs` replace the use case's ladder.

        `fresh` leaves the cache alone.

        Raises NotFound, Invalid (inputs), and ModelFailed when no rung answers: its text says why for each.
        """
        return await self.run_version(await self.shelf.get(name), inputs, asker, rungs, fresh=fresh)

    async def run_version(
        self,
        use_case: UseCase,
        inputs: Mapping[str, Any],
        asker: Asker,
        rungs: Sequence[Rung] | None = None,
        *,
        fresh: bool = False,
    ) -> Outcome:
        """Like `run` for a use case that need not be in force: one that somebody is writing."""
        began = time.perf_counter()
        use_case.check_inputs(inputs)
        house = await self._lists.current()
        ladder = self._ladders.of(use_case) if rungs is None else rungs
        question = self._calling.new_question(OPERATIONS[use_case.kind], use_case.name, use_case.version, asker)
        names = [house.customers, Names((*asker.names, *asker.numbers))]
        return await self._descend(_Asked(use_case, inputs, house, names, question, began, fresh), ladder)

    async def _descend(self, asked: _Asked, ladder: Sequence[Rung]) -> Outcome:
        deadline = Deadline(min(self._manner.deadline, asked.use_case.limits.seconds * self._manner.stretch))
        setbacks: list[Setback] = []
        last: ProviderFailed | None = None
        for number, rung in enumerate(ladder):
            models_left = sum(1 for each in ladder[number:] if each.line)
            try:
                return await self._try(asked, rung, deadline.share(models_left), setbacks)
            except ProviderFailed as error:
                last = error
                trouble = error.trouble.value if isinstance(error, ModelFailed) else Trouble.SERVER_ERROR.value
                setbacks.append(Setback(rung.name, trouble, str(error)))
        raise _no_answer(asked.use_case.name, setbacks, last)

    async def _try(self, asked: _Asked, rung: Rung, deadline: Deadline, setbacks: list[Setback]) -> Outcome:
        if rung.name == PERSON:
            raise ModelFailed(Trouble.NEEDS_PERSON, "a person has to look", permanent=True)
        if rung.name == BUILTIN:
            skill, catalogue = asked.use_case.body.builtin, asked.house.catalogue
            value = await self._builtin.answer(skill, asked.inputs, catalogue)
            place = (self._builtin.name, self._builtin.name, self._builtin.tier)
            self._calling.note_answered(asked.question, *place, asked.began, cached=False)
            return _outcome(asked, value, place, setbacks)
        return await self._ask_model(asked, rung, deadline, setbacks)

    async def _ask_model(self, asked: _Asked, rung: Rung, deadline: Deadline, setbacks: list[Setback]) -> Outcome:
        """Mask, look into the cache, ask, remember, put originals back, cut and cite."""
        assert rung.line is not None
        place = (rung.line.name, rung.model, Tier.MODEL)
        vault = Vault()
        inputs = await self._masked(asked, rung.line.mode, vault)
        asked.question.masked = rung.line.mode is not Mode.OFF
        key = await self._key(asked, rung, inputs, vault)
        kept = await self._cache.get(key) if key else None
        if kept is not None:
            self._calling.note_answered(asked.question, *place, asked.began, cached=True)
            return _outcome(asked, _home(asked, msgspec.json.decode(kept), vault), place, setbacks, cached=True)
        prepared = Prepared(asked.use_case, inputs, asked.house.lists, rung, asked.question)
        value = await persist(self._manner.attempts, deadline, lambda left: self._asked_by_kind(prepared, left))
        if key:
            await self._cache.put(key, msgspec.json.encode(value).decode())
        return _outcome(asked, _home(asked, value, vault), place, setbacks)

    async def _asked_by_kind(self, prepared: Prepared, seconds: float) -> Any:
        if prepared.use_case.kind == "embedding":
            return await embed(self._calling, prepared, seconds)
        if prepared.use_case.kind == "transcription":
            return await transcribe(self._calling, prepared, seconds)
        return await ask_text(self._calling, prepared, seconds)

    async def _masked(self, asked: _Asked, mode: Mode, vault: Vault) -> dict[str, Any]:
        """The inputs as they may leave the house. Raises ModelFailed (NOT_MASKED)."""
        inputs, plain = dict(asked.inputs), asked.use_case.plain
        if asked.use_case.kind == "transcription":
            if mode is not Mode.OFF:
                reason = "sound cannot be masked: only a service with masking off may be sent a recording"
                raise ModelFailed(Trouble.NOT_MASKED, reason, permanent=True)
            return inputs
        loose = {name: value for name, value in inputs.items() if name not in plain}
        masked: dict[str, Any] = await self._masker.mask_aside(loose, mode, asked.names, vault)
        return inputs | masked

    async def _key(self, asked: _Asked, rung: Rung, inputs: Mapping[str, Any], vault: Vault) -> str:
        """Under which the answer is remembered; empty where it is not to be."""
        if asked.fresh or not (self._manner.caches and asked.use_case.body.cache):
            return ""
        assert rung.line is not None
        if rung.line.mode is Mode.OFF and await self._masker.finds_aside(inputs, asked.names):
            return ""
        if len(vault) and not self._manner.caches_personal:
            return ""
        return key_of(asked.use_case, rung, inputs, asked.house.catalogue.stamp)


def _home(asked: _Asked, value: Any, vault: Vault) -> Any:
    """A model's valid answer as the house uses it: originals, codes, cut texts, places."""
    use_case = asked.use_case
    restored = use_case.codes(vault.restore(value), asked.house.lists)
    return finish(restored, use_case.body.answer, asked.inputs)


def _outcome(
    asked: _Asked, value: Any, place: tuple[str, str, Tier], setbacks: list[Setback], *, cached: bool = False
) -> Outcome:
    service, model, tier = place
    question = asked.question
    return Outcome(
        value=value,
        use_case=asked.use_case.name,
        version=asked.use_case.version,
        tier=tier,
        service=service,
        model=model,
        input_tokens=question.input_tokens,
        output_tokens=question.output_tokens,
        cost=question.cost,
        milliseconds=round((time.perf_counter() - asked.began) * 1000, 3),
        retries=max(0, question.calls - 1),
        cached=cached,
        masked=question.masked and tier is Tier.MODEL,
        setbacks=tuple(setbacks),
    )


def _no_answer(name: str, setbacks: list[Setback], last: ProviderFailed | None) -> ModelFailed:
    reasons = "; ".join(f"{each.rung}: {each.reason}" for each in setbacks)
    trouble = last.trouble if isinstance(last, ModelFailed) else Trouble.SERVER_ERROR
    needs_person = trouble is Trouble.NEEDS_PERSON
    return ModelFailed(trouble, f"no rung answered {name} ({reasons})", permanent=needs_person)
