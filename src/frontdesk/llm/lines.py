"""Model services as they are configured, and the ladders over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from frontdesk.interfaces import Invalid, ModelService
from frontdesk.llm.breaker import Breaker
from frontdesk.llm.masking import Mode
from frontdesk.llm.use_case import UseCase
from frontdesk.model.llm import Rate

BUILTIN, PERSON, DEFAULT = "builtin", "person", "default"


@dataclass(frozen=True, slots=True)
class Line:
    """One configured service with what it is held to; `model` is asked where a rung names none."""

    service: ModelService
    model: str
    mode: Mode
    breaker: Breaker
    rate: Rate = field(default_factory=Rate)

    @property
    def name(self) -> str:
        """Its configured name."""
        return self.service.name


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: a model of a service, the built-in engine, or a person (both without a line)."""

    name: str
    line: Line | None = None
    model: str = ""


class Ladders:
    """Which rungs are asked in which order, by use case or alias."""

    def __init__(self, ladders: Mapping[str, Sequence[str]], lines: Mapping[str, Line]) -> None:
        """Raises Invalid for a rung that names no configured service."""
        self._lines = lines
        self._ladders = {name: tuple(self.rung(each) for each in rungs) for name, rungs in ladders.items()}
        for name, rungs in self._ladders.items():
            if not rungs:
                raise Invalid(f"llm.ladders.{name} is empty: name at least one rung", "llm.ladders")

    @property
    def names(self) -> tuple[str, ...]:
        """The configured ladders; chat can ask each by its name."""
        return tuple(self._ladders)

    @property
    def has_models(self) -> bool:
        """Whether any ladder asks a model service at all."""
        return any(rung.line for rungs in self._ladders.values() for rung in rungs)

    def rung(self, text: str) -> Rung:
        """The rung that `SERVICE`, `SERVICE/MODEL`, `builtin` or `person` names. Raises Invalid."""
        if text in (BUILTIN, PERSON):
            return Rung(text)
        name, _, model = text.partition("/")
        line = self._lines.get(name)
        if line is None:
            known = ", ".join([*self._lines, BUILTIN, PERSON])
            raise Invalid(f"the rung {text!r} names no configured service: use one of {known}", "llm.ladders")
        model = model or line.model
        if not model:
            raise Invalid(f"the rung {text!r} names no model and the service has no default one", "llm.ladders")
        return Rung(f"{name}/{model}", line, model)

    def of(self, use_case: UseCase) -> tuple[Rung, ...]:
        """The ladder of a use case: its own, the one that it names, the default one."""
        for name in (use_case.name, use_case.body.ladder):
            if name in self._ladders:
                return self._ladders[name]
        if use_case.kind == "embedding":
            return (Rung(BUILTIN),)  # the default ladder's models chat, they do not embed
        if use_case.kind == "transcription":
            return (Rung(PERSON),)
        return self._ladders.get(DEFAULT, (Rung(BUILTIN),))

    def named(self, alias: str) -> tuple[Rung, ...]:
        """The ladder of an alias, or the one rung that it names; chat models only. Raises Invalid."""
        rungs = self._ladders.get(alias) or (self.rung(alias),)
        return tuple(rung for rung in rungs if rung.line)
