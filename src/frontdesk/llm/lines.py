"""Model services as they are configured, and the ladders over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from frontdesk.interfaces import Invalid, ModelService
from frontdesk.llm.breaker import Breaker
from frontdesk.llm.masking import Mode
from frontdesk.llm.use_case import Kind, UseCase
from frontdesk.model.llm import Rate

BUILTIN, PERSON, DEFAULT = "builtin", "person", "default"


@dataclass(frozen=True, slots=True)
class Line:
    """One configured service with what it is held to; the models are asked where a rung names none."""

    service: ModelService
    model: str
    mode: Mode
    breaker: Breaker
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
class Rung:
    """One rung: a model of a service (the default one where it is empty), the built-in engine, or a person."""

    name: str
    line: Line | None = None
    model: str = ""

    def fitted(self, kind: Kind) -> "Rung | None":
        """The rung with the model for this kind of use case, None where the service has none."""
        if self.line is None or self.model:
            return self
        model = self.line.default(kind)
        return Rung(f"{self.line.name}/{model}", self.line, model) if model else None


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
        return Rung(text, line, model)

    def of(self, use_case: UseCase) -> tuple[Rung, ...]:
        """The ladder of a use case: its own, the one that it names, the default one."""
        for name in (use_case.name, use_case.body.ladder, DEFAULT):
            if name in self._ladders:
                return _fitted(self._ladders[name], use_case.kind)
        return (Rung(BUILTIN),)

    def named(self, alias: str, kind: Kind = "text") -> tuple[Rung, ...]:
        """The models of the ladder with this name, or the one rung that the alias names. Raises Invalid."""
        rungs = self._ladders.get(alias) or (self.rung(alias),)
        return tuple(rung for rung in _fitted(rungs, kind) if rung.line)


def _fitted(rungs: Sequence[Rung], kind: Kind) -> tuple[Rung, ...]:
    return tuple(found for rung in rungs if (found := rung.fitted(kind)) is not None)
