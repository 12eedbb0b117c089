"""Model services as they are configured, and the ladders over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from frontdesk.interfaces import Invalid, ModelService
from frontdesk.llm.breaker import Breaker
from frontdesk.llm.masking import Mode
from frontdesk.llm.use_case import Kind, UseCase
from frontdesk.model.llm import Rate

BUILTIN, PERSON, DEFAULT = "builtin", "person", "default"
MOST_NAME = 100  # as records of calls keep it


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
        if len(model) > MOST_NAME or not model.isprintable():
            raise Invalid(f"a model's name has up to {MOST_NAME} printable characters", "llm.ladders")
        return Rung(text, line, model)

    def of(self, use_case: UseCase) -> tuple[Rung, ...]:
        """The ladder of a use case: its own, the one that it names, the default one."""
        for name in (use_case.name, use_case.body.ladder, DEFAULT):
            if name in self._ladders:
                return _fitted(self._ladders[name], use_case.kind)
        return (Rung(BUILTIN),)

    def named(self, alias: str, kind: Kind = "text") -> tuple[Rung, ...]:
        """The rungs of the ladder with this name, the one that the alias names, or every service with this model.

        Of a person's rung, and of the built-in engine's where it has nothing of this kind, nothing is left. Raises
        Invalid for a name that leads nowhere.
        """
        rungs = self._ladders.get(alias) or self._with_model(alias, kind) or (self.rung(alias),)
        return tuple(rung for rung in _fitted(rungs, kind) if rung.line or (rung.name, kind) == (BUILTIN, "embedding"))

    def offered(self, kind: Kind = "text") -> tuple[str, ...]:
        """Names that can be asked for a kind: ladders, models by service, models by their own name."""
        rungs = [line.default(kind) for line in self._lines.values()]
        named = [f"{name}/{model}" for name, model in zip(self._lines, rungs, strict=True) if model]
        ladders = [name for name in self._ladders if self.named(name, kind)]
        return tuple(dict.fromkeys([*ladders, *named, *filter(None, rungs)]))

    def _with_model(self, model: str, kind: Kind) -> tuple[Rung, ...]:
        fitting = [line for line in self._lines.values() if model and line.default(kind) == model]
        return tuple(Rung(f"{line.name}/{model}", line, model) for line in fitting)


def _fitted(rungs: Sequence[Rung], kind: Kind) -> tuple[Rung, ...]:
    return tuple(found for rung in rungs if (found := rung.fitted(kind)) is not None)
