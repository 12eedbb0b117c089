"""Builds the LLM services from options, model services and stores. It knows no settings and no concrete store."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from frontdesk.interfaces import CatalogueSource, Clock, Invalid, ModelService, NewId, Provider
from frontdesk.interfaces.circuit_breaker import CircuitBreaker, CircuitRules
from frontdesk.interfaces.llm_stores import Admission, AnswerCache, CallLog, UseCaseStore
from frontdesk.llm.builtin_answers import BuiltinAnswers, Embedder
from frontdesk.llm.calling import Calling
from frontdesk.llm.catalogue_labels import CatalogueLabels
from frontdesk.llm.chat import Chat
from frontdesk.llm.masking import Masker, Mode
from frontdesk.llm.messages import MessageModels
from frontdesk.llm.prices import Budgets, Price, Prices
from frontdesk.llm.routes import ConfiguredService, FallbackChains
from frontdesk.llm.running import CallPolicy, UseCases
from frontdesk.llm.use_case_registry import UseCaseRegistry
from frontdesk.model.llm import Rate


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A model service and the models that it is asked for where a route names none."""

    service: ModelService
    model: str = ""
    embedding_model: str = ""
    speech_model: str = ""


@dataclass(frozen=True, slots=True)
class LlmOptions:
    """Options of the LLM services; see `[llm]` in docs/reference/settings.md."""

    chains: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mode: Mode = Mode.ON
    modes: Mapping[str, Mode] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    budgets: Budgets = field(default_factory=Budgets)
    policy: CallPolicy = field(default_factory=CallPolicy)
    mask_numbers: bool = False
    breaker_failures: int = 5
    breaker_seconds: float = 30.0
    store_texts: bool = False
    passes_media: bool = False


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores for what all processes share."""

    use_cases: UseCaseStore
    admission: Admission
    cache: AnswerCache
    calls: CallLog


@dataclass(frozen=True, slots=True)
class LlmServices:
    """The LLM services that edges, commands and the pipeline use."""

    use_cases: UseCases
    chat: Chat
    registry: UseCaseRegistry
    chains: FallbackChains
    configured: Mapping[str, ConfiguredService]
    lists: CatalogueLabels
    prices: Prices
    calling: Calling

    @property
    def messages(self) -> MessageModels | None:
        """Models for customers' messages, None where no chain asks a model."""
        return MessageModels(self.use_cases) if self.chains.has_models else None

    def open_circuits(self) -> Mapping[str, bool]:
        """Whether a circuit of each service is open after failures."""
        return {name: bool(configured.breaker.open_circuits()) for name, configured in self.configured.items()}


def build_llm(
    options: LlmOptions,
    services: Mapping[str, ServiceEntry],
    stores: Stores,
    builtin: Provider,
    embedder: Embedder | None,
    catalogue: CatalogueSource,
    clock: Clock,
    new_id: NewId,
) -> LlmServices:
    """Build the services. Raises Invalid for options that name unknown model services."""
    _check_names(options, services)
    configured = {name: _configured(name, each, options) for name, each in services.items()}
    chains, prices, lists = (
        FallbackChains(options.chains, configured),
        Prices(options.prices),
        CatalogueLabels(catalogue),
    )
    masker, registry = Masker(numbers=options.mask_numbers), UseCaseRegistry(stores.use_cases, clock)
    calling = Calling(
        stores.admission, stores.calls, prices, options.budgets, clock, new_id, store_texts=options.store_texts
    )
    answers = BuiltinAnswers(builtin, embedder)
    use_cases = UseCases(registry, lists, chains, calling, masker, stores.cache, answers, options.policy)
    chat = Chat(chains, calling, masker, lists, options.policy, passes_media=options.passes_media)
    return LlmServices(use_cases, chat, registry, chains, configured, lists, prices, calling)


def _configured(name: str, each: ServiceEntry, options: LlmOptions) -> ConfiguredService:
    rules = CircuitRules(options.breaker_failures, options.breaker_seconds, longest=options.breaker_seconds)
    mode = Mode(options.modes.get(name, options.mode))
    rate = options.rates.get(name, Rate())
    breaker = CircuitBreaker(rules, time.monotonic)
    return ConfiguredService(each.service, each.model, mode, breaker, rate, each.embedding_model, each.speech_model)


def _check_names(options: LlmOptions, services: Mapping[str, ServiceEntry]) -> None:
    """Refuse a limit or masking mode for an unknown service: it is a typing error that would go unnoticed."""
    for section, names in (("llm.masking_of", options.modes), ("llm.limits", options.rates)):
        for name in names:
            if name not in services:
                raise Invalid(f"{section} names {name!r}, which is no configured service", section)
    for name in options.budgets.named:
        if not name.startswith(("use_case:", "caller:")):
            raise Invalid(f"llm.budgets names {name!r}: write use_case:NAME or caller:NAME", "llm.budgets")
