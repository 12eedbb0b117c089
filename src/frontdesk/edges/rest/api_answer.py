"""What all answers of the interface have in common, and how they get their fields from the facts that they show."""

from collections.abc import Callable
from dataclasses import fields
from functools import reduce
from operator import or_
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")
_ANSWERS: dict[Any, Any] = {}


class ApiAnswer(msgspec.Struct, frozen=True):
    """The base of all answers."""


def shows(fact: type[Any], *, without: tuple[str, ...] = ()) -> Callable[[type[T]], type[T]]:
    """Give an answer the fields of a fact, but for some. Parts with an answer of their own are shown as that."""

    def filled(answer: type[T]) -> type[T]:
        hints = get_type_hints(fact)
        shown = [(each.name, _shown(hints[each.name])) for each in fields(fact) if each.name not in without]
        named: dict[str, Any] = {"namespace": {"__doc__": answer.__doc__}, "module": answer.__module__}
        made = cast(type[T], msgspec.defstruct(answer.__name__, shown, bases=(answer,), frozen=True, **named))
        _ANSWERS[fact] = made
        return made

    return filled


def _shown(hint: Any) -> Any:
    """A type with all facts in it replaced by their answers."""
    if hint in _ANSWERS:
        return _ANSWERS[hint]
    if not (parts := tuple(map(_shown, get_args(hint)))):
        return hint
    return reduce(or_, parts) if get_origin(hint) is UnionType else get_origin(hint)[parts]
