"""Runs use cases: asks the routes of a chain in order until one gives an answer that passes every check."""

import hashlib
import re
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from frontdesk.interfaces import ErrorKind, ModelFailed, ProviderFailed
from frontdesk.interfaces.llm_stores import AnswerCache
from frontdesk.llm.asking import Prepared, ask_text, embed, transcribe
from frontdesk.llm.builtin_answers import BuiltinAnswers
from frontdesk.llm.calling import Calling, ModelQuestion
from frontdesk.llm.catalogue_labels import CatalogueLabels, LabelLookup
from frontdesk.llm.deadlines import Deadline, retry
from frontdesk.llm.detecting import KnownNames
from frontdesk.llm.documents import with_texts
from frontdesk.llm.finishing import finish
from frontdesk.llm.masking import Masker, Mode, Vault
from frontdesk.llm.routes import BUILTIN, PERSON, FallbackChains, Route
from frontdesk.llm.use_case import UseCase
from frontdesk.llm.use_case_registry import UseCaseRegistry
from frontdesk.model import Tier
from frontdesk.model.llm import Asker, RouteFailure, UseCaseOutcome

OPERATIONS = {"text": "chat", "embedding": "embeddings", "transcription": "transcription"}


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """How questions are handled. Deadlines are in seconds over all routes; chat for other applications has its own.

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
    """One question while it goes along the chain."""

    use_case: UseCase
    inputs: Mapping[str, Any]
    container: LabelLookup
    names: Sequence[KnownNames]
    question: ModelQuestion
    began: float
    fresh: bool


class UseCases:
    """Every use case by its name, answered and checked."""

    def __init__(
        self,
        registry: UseCaseRegistry,
        lists: CatalogueLabels,
        chains: FallbackChains,
        calling: Calling,
        masker: Masker,
        cache: AnswerCache,
        builtin: BuiltinAnswers,
        policy: CallPolicy,
    ) -> None:
        """Wired in `llm.room`."""
        self.registry, self._lists, self._chains, self._calling = registry, lists, chains, calling
        self._masker, self._cache, self._builtin, self._policy = masker, cache, builtin, policy

    async def chain(self, name: str) -> Sequence[Route]:
        """The routes of a use case. Raises NotFound."""
        return self._chains.of(await self.registry.get(name))

    async def run(
        self,
        name: str,
        inputs: Mapping[str, Any],
        asker: Asker,
        routes: Sequence[Route] | None = None,
        *,
        fresh: bool = False,
    ) -> UseCaseOutcome:
        """The checked answer of the first route that gives one; `routes` replace the use case's chain.

        `fresh` leaves the cache alone.

        Raises NotFound, Invalid (inputs), and ModelFailed when no route answers: its text says why for each.
        """
        return await self.run_version(await self.registry.get(name), inputs, asker, routes, fresh=fresh)

    async def run_version(
        self,
        use_case: UseCase,
        inputs: Mapping[str, Any],
        asker: Asker,
        routes: Sequence[Route] | None = None,
        *,
        fresh: bool = False,
    ) -> UseCaseOutcome:
        """Like `run` for a use case that need not be in force: one that somebody is writing."""
        began = time.perf_counter()
        use_case.check_inputs(inputs)
        container = await self._lists.current()
        chain = self._chains.of(use_case) if routes is None else routes
        question = self._calling.new_question(OPERATIONS[use_case.kind], use_case.name, use_case.version, asker)
        names = [container.customers, KnownNames((*asker.names, *asker.numbers))]
        return await self._descend(_Asked(use_case, inputs, container, names, question, began, fresh), chain)

    async def _descend(self, asked: _Asked, chain: Sequence[Route]) -> UseCaseOutcome:
        deadline = Deadline(min(self._policy.deadline, asked.use_case.limits.seconds * self._policy.stretch))
        failures: list[RouteFailure] = []
        last: ProviderFailed | None = None
        for number, route in enumerate(chain):
            models_left = sum(1 for each in chain[number:] if each.configured)
            try:
                return await self._try(asked, route, deadline.share(models_left), failures)
            except ProviderFailed as error:
                last = error
                trouble = error.trouble.value if isinstance(error, ModelFailed) else ErrorKind.SERVER_ERROR.value
                failures.append(RouteFailure(route.name, trouble, str(error)))
        raise _no_answer(asked.use_case.name, failures, last)

    async def _try(
        self, asked: _Asked, route: Route, deadline: Deadline, failures: list[RouteFailure]
    ) -> UseCaseOutcome:
        if route.name == PERSON:
            raise ModelFailed(ErrorKind.NEEDS_PERSON, "a person has to look", permanent=True)
        if route.name == BUILTIN:
            skill, catalogue = asked.use_case.body.builtin, asked.container.catalogue
            value = await self._builtin.answer(skill, asked.inputs, catalogue)
            place = (self._builtin.name, self._builtin.name, self._builtin.tier)
            self._calling.note_answered(asked.question, *place, asked.began, cached=False)
            return _outcome(asked, value, place, failures)
        return await self._ask_model(asked, route, deadline, failures)

    async def _ask_model(
        self, asked: _Asked, route: Route, deadline: Deadline, failures: list[RouteFailure]
    ) -> UseCaseOutcome:
        """Mask, look into the cache, ask, cache the answer, restore originals, cut texts and find places."""
        assert route.configured is not None
        place = (route.configured.name, route.model, Tier.MODEL)
        vault = Vault()
        inputs = await self._masked(asked, route.configured.mode, vault)
        asked.question.masked = route.configured.mode is not Mode.OFF
        key = await self._key(asked, route, inputs, vault)
        kept = await self._cache.get(key) if key else None
        if kept is not None:
            self._calling.note_answered(asked.question, *place, asked.began, cached=True)
            return _outcome(asked, _home(asked, msgspec.json.decode(kept), vault), place, failures, cached=True)
        prepared = Prepared(asked.use_case, inputs, asked.container.lists, route, asked.question)
        value = await retry(self._policy.attempts, deadline, lambda left: self._asked_by_kind(prepared, left))
        if key:
            await self._cache.put(key, msgspec.json.encode(value).decode())
        return _outcome(asked, _home(asked, value, vault), place, failures)

    async def _asked_by_kind(self, prepared: Prepared, seconds: float) -> Any:
        if prepared.use_case.kind == "embedding":
            return await embed(self._calling, prepared, seconds)
        if prepared.use_case.kind == "transcription":
            return await transcribe(self._calling, prepared, seconds)
        return await ask_text(self._calling, prepared, seconds)

    async def _masked(self, asked: _Asked, mode: Mode, vault: Vault) -> dict[str, Any]:
        """The masked inputs. Raises ModelFailed (NOT_MASKED)."""
        inputs, plain = dict(asked.inputs), asked.use_case.plain
        if asked.use_case.kind == "transcription":
            if mode is not Mode.OFF:
                reason = "sound cannot be masked: only a service with masking off may be sent a recording"
                raise ModelFailed(ErrorKind.NOT_MASKED, reason, permanent=True)
            return inputs
        loose = {name: value for name, value in inputs.items() if name not in plain}
        masked: dict[str, Any] = await self._masker.mask_aside(loose, mode, asked.names, vault)
        return inputs | masked

    async def _key(self, asked: _Asked, route: Route, inputs: Mapping[str, Any], vault: Vault) -> str:
        """The cache key of the answer; empty where it is not to be cached."""
        if asked.fresh or not (self._policy.caches and asked.use_case.body.cache):
            return ""
        assert route.configured is not None
        if route.configured.mode is Mode.OFF and await self._masker.finds_aside(inputs, asked.names):
            return ""
        if len(vault) and not self._policy.caches_personal:
            return ""
        return key_of(asked.use_case, route, inputs, asked.container.catalogue.stamp)


def _home(asked: _Asked, value: Any, vault: Vault) -> Any:
    """A model's valid answer in our form: originals restored, codes for labels, texts cut, places of values."""
    use_case = asked.use_case
    restored = use_case.codes(vault.restore(value), asked.container.lists)
    return finish(restored, use_case.body.answer, asked.inputs)


def _outcome(
    asked: _Asked, value: Any, place: tuple[str, str, Tier], failures: list[RouteFailure], *, cached: bool = False
) -> UseCaseOutcome:
    service, model, tier = place
    question = asked.question
    return UseCaseOutcome(
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
        failures=tuple(failures),
    )


def _no_answer(name: str, failures: list[RouteFailure], last: ProviderFailed | None) -> ModelFailed:
    reasons = "; ".join(f"{each.route}: {each.reason}" for each in failures)
    trouble = last.trouble if isinstance(last, ModelFailed) else ErrorKind.SERVER_ERROR
    needs_person = trouble is ErrorKind.NEEDS_PERSON
    return ModelFailed(trouble, f"no route answered {name} ({reasons})", permanent=needs_person)


_SPACES = re.compile(r"\s+")


def key_of(use_case: UseCase, route: Route, masked: Mapping[str, Any], stamp: str) -> str:
    """The cache key of a question. It depends on version, model, lists (by stamp) and text; not on kinds of spaces."""
    lists = stamp if use_case.lists else ""
    parts = [use_case.name, use_case.version, use_case.body.answer, route.name, lists, with_texts(masked, _normal)]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


def _normal(text: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
