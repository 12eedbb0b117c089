"""Makes the parts of the container: each of their fields by its type."""

import inspect
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


def part(kind: type[T], **known: Any) -> T:
    """A part. A field that is not known is made of what the constructor of its type asks for by name.

    That is what is known, and the fields before it. Raises KeyError that names what is neither.
    """
    made: dict[str, Any] = {}
    for name, field in get_type_hints(kind).items():
        made[name] = known[name] if name in known else _made(field, known | made)
    return kind(**made)


def _made(kind: Any, known: dict[str, Any]) -> Any:
    asked = inspect.signature(kind).parameters.values()
    needed = [each.name for each in asked if each.name in known or each.default is each.empty]
    return kind(**{name: known[name] for name in needed})
