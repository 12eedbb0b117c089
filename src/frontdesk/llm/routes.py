"""The configured model services, and the fallback chains that say which of them are asked in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from frontdesk.interfaces import Invalid, ModelService
from frontdesk.interfaces.circuit_breaker import CircuitBreaker
from frontdesk.llm.masking import Mode
from frontdesk.llm.use_case import Kind, UseCase
from frontdesk.model.llm import Rate

BUILTIN, PERSON, DEFAULT = "builtin", "person", "default"
MOST_NAME = 100  # as records of calls keep it


@dataclass(frozen=True, slots=True)
class ConfiguredService:
    """A configured model service with its limits and its default models, which are used where a route names none.

    Each route has its own circuit: a failing model does not block the other models of the service.
    """

    service: ModelService
    model: str
    mode: Mode
    breaker: CircuitBreaker
    rate: Rate = field(default_factory=Rate)
    embedding_model: str = ""
    speech_model: str = ""

    @property
    def name(self) -> str:
        """Its configured name."""
        return self.service.name

    def default(self, kind: Kind) -> str:
        """The model for a kind of use case, empty where it has none."""
        models = {"text": self.model, "embedding": self.embedding_model, "transcription": self.speech_model}
        return models[kind]


@dataclass(frozen=True, slots=True)
class Route:
    """One route: a model of a service (the default one where it is empty), the built-in engine, or a person."""

    name: str
    configured: ConfiguredService | None = None
    model: str = ""

    def fitted(self, kind: Kind) -> "Route | None":
        """The route with the model for this kind of use case; None where the service has none."""
        if self.configured is None or self.model:
            return self
        model = self.configured.default(kind)
        return Route(f"{self.configured.name}/{model}", self.configured, model) if model else None


class FallbackChains:
    """The fallback chains: which routes are asked in which order, by use case or alias."""

    def __init__(self, chains: Mapping[str, Sequence[str]], configured: Mapping[str, ConfiguredService]) -> None:
        """Raises Invalid for a route that names no configured service."""
        self._services = configured
        self._chains = {name: tuple(self.route(each) for each in routes) for name, routes in chains.items()}
        for name, routes in self._chains.items():
            if not routes:
                raise Invalid(f"llm.chains.{name} is empty: name at least one route", "llm.chains")

    @property
    def names(self) -> tuple[str, ...]:
        """The configured chains; chat can ask each by its name."""
        return tuple(self._chains)

    @property
    def has_models(self) -> bool:
        """Whether any chain asks a model service at all."""
        return any(route.configured for routes in self._chains.values() for route in routes)

    def route(self, text: str) -> Route:
        """The route that `SERVICE`, `SERVICE/MODEL`, `builtin` or `person` names. Raises Invalid."""
        if text in (BUILTIN, PERSON):
            return Route(text)
        name, _, model = text.partition("/")
        configured = self._services.get(name)
        if configured is None:
            known = ", ".join([*self._services, BUILTIN, PERSON])
            raise Invalid(f"the route {text!r} names no configured service: use one of {known}", "llm.chains")
        if len(model) > MOST_NAME or not model.isprintable():
            raise Invalid(f"a model's name has up to {MOST_NAME} printable characters", "llm.chains")
        return Route(text, configured, model)

    def of(self, use_case: UseCase) -> tuple[Route, ...]:
        """The chain of a use case: its own, else the one that it names, else the default."""
        for name in (use_case.name, use_case.body.chain, DEFAULT):
            if name in self._chains:
                return _fitted(self._chains[name], use_case.kind)
        return (Route(BUILTIN),)

    def named(self, alias: str, kind: Kind = "text") -> tuple[Route, ...]:
        """The routes of the chain with this name, the one that the alias names, or every service with this model.

        Routes to a person are left out, and so is the built-in engine where it cannot do this kind. Raises Invalid for
        an unknown name.
        """
        routes = self._chains.get(alias) or self._with_model(alias, kind) or (self.route(alias),)
        return tuple(
            route for route in _fitted(routes, kind) if route.configured or (route.name, kind) == (BUILTIN, "embedding")
        )

    def offered(self, kind: Kind = "text") -> tuple[str, ...]:
        """Names that can be asked for a kind: chains, models by service, models by their own name."""
        routes = [configured.default(kind) for configured in self._services.values()]
        named = [f"{name}/{model}" for name, model in zip(self._services, routes, strict=True) if model]
        chains = [name for name in self._chains if self.named(name, kind)]
        return tuple(dict.fromkeys([*chains, *named, *filter(None, routes)]))

    def _with_model(self, model: str, kind: Kind) -> tuple[Route, ...]:
        fitting = [configured for configured in self._services.values() if model and configured.default(kind) == model]
        return tuple(Route(f"{configured.name}/{model}", configured, model) for configured in fitting)


def _fitted(routes: Sequence[Route], kind: Kind) -> tuple[Route, ...]:
    return tuple(found for route in routes if (found := route.fitted(kind)) is not None)
