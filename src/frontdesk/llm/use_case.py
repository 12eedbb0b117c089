"""A use case as data: its inputs, its prompt and its answer schema. Read from YAML and checked completely."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
import yaml
from msgspec import Meta

from frontdesk.interfaces import Document, Invalid
from frontdesk.llm.prompting import Prompt, check_fences, draw
from frontdesk.llm.schemas import Check, Lists, check_schema, coded, filled, lists_of
from frontdesk.model.translatable import tr

PLAIN = "x-plain"
ANY_WORD = "\0"
Kind = Literal["text", "embedding", "transcription"]


class UseCaseLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of a use case: characters of all inputs, tokens of the answer, seconds."""

    characters: Annotated[int, Meta(ge=1, le=1_000_000)] = 20_000
    tokens: Annotated[int, Meta(ge=1, le=100_000)] = 1000
    seconds: Annotated[float, Meta(gt=0, le=600)] = 60.0


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question with the answer that is wanted."""

    inputs: dict[str, Any]
    answer: dict[str, Any]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The YAML file of a use case."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,58}[a-z0-9]$")]
    description: Annotated[str, Meta(min_length=10, max_length=500)]
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    inputs: dict[str, Any]
    answer: dict[str, Any]
    kind: Kind = "text"
    system: Annotated[str, Meta(max_length=20_000)] = ""
    user: Annotated[str, Meta(max_length=20_000)] = ""
    examples: Annotated[list[Example], Meta(max_length=20)] = []
    limits: UseCaseLimits = UseCaseLimits()
    chain: str = ""
    builtin: str = ""
    cache: bool = True


@dataclass(frozen=True)
class UseCase:
    """A checked use case."""

    body: Body
    prompt: Prompt
    plain: frozenset[str]
    _fitted: "tuple[Lists, Fitted] | None" = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.body.name

    @property
    def version(self) -> int:
        """Which version this is."""
        return self.body.version

    @property
    def limits(self) -> UseCaseLimits:
        """Its limits."""
        return self.body.limits

    @property
    def kind(self) -> Kind:
        """What is asked of a model service."""
        return self.body.kind

    @cached_property
    def inputs_check(self) -> Check:
        """Holds inputs against their schema."""
        return Check(self.body.inputs)

    @cached_property
    def lists(self) -> frozenset[str]:
        """The configured lists that the answer chooses from."""
        return lists_of(self.body.answer)

    def fitted(self, lists: Lists) -> "Fitted":
        """The parts that depend only on the configured lists; `lists` is the same object until one of them changes."""
        if self._fitted is None or self._fitted[0] is not lists:
            object.__setattr__(self, "_fitted", (lists, _fit(self, lists)))
        assert self._fitted is not None
        return self._fitted[1]

    def codes(self, value: Any, lists: Lists) -> Any:
        """The answer with codes where the model chose labels."""
        return coded(value, self.body.answer, lists)

    def check_inputs(self, inputs: Mapping[str, Any]) -> None:
        """Raises Invalid for inputs that do not satisfy their schema or are too long."""
        if problem := self.inputs_check.problem(dict(inputs)):
            raise Invalid(tr("inputs of {name}: {problem}", name=self.name, problem=problem.words), "inputs")
        if self.kind != "transcription" and (length := _characters(inputs)) > self.limits.characters:
            raise Invalid(
                tr(
                    "inputs of {name} have {length:,} characters: {most:,} at most",
                    name=self.name,
                    length=length,
                    most=self.limits.characters,
                ),
                "inputs",
            )

    def turns(self, inputs: Mapping[str, Any], lists: Lists) -> list[Document]:
        """The conversation to begin with: system, examples, question."""
        fitted = self.fitted(lists)
        word = draw(inputs)
        turns = [("system", fitted.system)]
        for question, answer in fitted.examples:
            turns += [("user", question.replace(ANY_WORD, word)), ("assistant", answer)]
        turns.append(("user", self.prompt.user(inputs, lists, word)))
        return [{"role": role, "content": text} for role, text in turns]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A use case with the current lists; examples that these no longer allow are left out.

    Examples are question and answer as they are sent, except for the random word of the fences.
    """

    schema: dict[str, Any]
    check: Check
    system: str
    examples: tuple[tuple[str, str], ...]


def _fit(use_case: UseCase, lists: Lists) -> Fitted:
    schema = dict(filled(use_case.body.answer, lists))
    check = Check(schema)
    examples = tuple(
        (use_case.prompt.user(each.inputs, lists, ANY_WORD), msgspec.json.encode(each.answer).decode())
        for each in use_case.body.examples
        if not check.problem(each.answer)
    )
    return Fitted(schema, check, use_case.prompt.system(lists), examples)


def read_use_case(text: str, source: str = "use case") -> UseCase:
    """A use case out of its YAML. Raises Invalid that says where and why: schemas, prompts and examples are tried."""
    try:
        body = msgspec.convert(yaml.safe_load(text), Body)
    except msgspec.ValidationError as error:
        raise Invalid(tr("{place}: {problem}", place=source, problem=error), "body") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that there is not
        raise Invalid(
            tr("{source} is no YAML: {error}", source=source, error=" ".join(str(error).split())), "body"
        ) from None
    try:
        return _checked(body)
    except Invalid as error:
        raise Invalid(tr("{place}: {problem}", place=source, problem=error), error.field) from None


def _checked(body: Body) -> UseCase:
    check_schema(body.inputs, "inputs")
    check_schema(body.answer, "answer")
    plain = _plain(body.inputs)
    use_case = UseCase(body, Prompt(body.system, body.user, plain), plain)
    if body.kind == "text":
        if not body.user.strip():
            raise Invalid(tr("a use case needs a user prompt"), "user")
        if not body.examples:
            raise Invalid(tr("give at least one example: prompts are tried on them"), "examples")
    lists = {name: _labels_in(body.answer, name, body.examples) for name in use_case.lists}
    lists |= {f"about_{name}": labels for name, labels in lists.items()}
    answers = Check(filled(body.answer, lists))
    for number, example in enumerate(body.examples, 1):
        if problem := use_case.inputs_check.problem(example.inputs) or answers.problem(example.answer):
            raise Invalid(tr("example {number}: {problem}", number=number, problem=problem.words), "examples")
        if body.kind == "text":
            check_fences(use_case.prompt, example.inputs, lists, plain)
            use_case.turns(example.inputs, lists)
    return use_case


def _labels_in(schema: Any, name: str, examples: list[Example]) -> dict[str, str]:
    """All labels that examples use; the real lists are filled in with each question."""
    found: set[str] = set()

    def walk(value: Any, part: Any) -> None:
        if not isinstance(part, dict):
            return
        if part.get("x-enum-from") == name and isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            for key, each in value.items():
                walk(each, part.get("properties", {}).get(key))
        elif isinstance(value, list):
            for each in value:
                walk(each, part.get("items"))

    for example in examples:
        walk(example.answer, schema)
    return {label: label for label in sorted(found)}


def _plain(inputs: Mapping[str, Any]) -> frozenset[str]:
    """Inputs printed without fences: only what cannot hold a sentence."""
    chosen = {name: part for name, part in inputs.get("properties", {}).items() if part.get(PLAIN)}
    for name, part in chosen.items():
        short = part.get("maxLength", 1000) <= 40 and "pattern" in part
        if not short and "enum" not in part and part.get("type") not in ("integer", "number", "boolean"):
            raise Invalid(
                tr(
                    "inputs/{name}: {keyword} needs an enum, or a pattern and a maxLength up to 40",
                    name=name,
                    keyword=PLAIN,
                ),
                "inputs",
            )
    return frozenset(chosen)


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_characters, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_characters, value))
    return 0
