"""Checks answers against schemas of chat callers, so that no schema can keep the process busy or crash it.

Patterns are left to the model service: one regular expression could take for ever (a caller may also have the model
answer what it matches slowly). The number of steps of one check is limited.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from frontdesk.interfaces import Invalid
from frontdesk.llm.schemas import Check, SchemaProblem, check_schema
from frontdesk.model.translatable import tr

WHAT = "response_format"
MOST_BYTES = 64 * 1024
MOST_DEPTH = 40
MOST_STEPS = 50_000  # keywords held against values in one check: some tenths of a second
MOST_NESTED = 200  # within each other: at the end of the stack the libraries of the check give up in their own way
LONG = 4096  # bytes; a longer schema is read beside the loop
MOST_REMEMBERED = 256
NAMED = frozenset({"properties", "$defs", "definitions", "dependentSchemas"})
VALUES = frozenset({"const", "enum", "default", "examples"})
UNCHECKED = frozenset({"pattern", "patternProperties", "format"})


class ForeignCheck(Check):
    """Holds answers against a caller's schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """The schema has passed `foreign_check`."""
        super().__init__(_without_patterns(schema), _Bounded)

    def problem(self, value: Any) -> SchemaProblem | None:
        """See Check; what cannot be checked within bounds is a problem too."""
        _left[:] = MOST_STEPS, MOST_NESTED
        try:
            return super().problem(value)
        except (_TooMuch, RecursionError):
            return SchemaProblem("the answer", "steps", "the schema asks for more steps than are taken here")


def foreign_check(schema: Mapping[str, Any]) -> ForeignCheck:
    """A check of a caller's schema, remembered for its next request. Raises Invalid."""
    encoded = _encoded(schema)
    if (known := _known.get(encoded)) is not None:
        _known.move_to_end(encoded)
        return known
    check_schema(dict(schema), WHAT)
    made = _known[encoded] = ForeignCheck(schema)
    if len(_known) > MOST_REMEMBERED:
        _known.popitem(last=False)
    return made


async def foreign_check_aside(schema: Mapping[str, Any]) -> ForeignCheck:
    """Like `foreign_check`; a long schema is read in a thread, so that nobody else waits for it."""
    if len(_encoded(schema)) <= LONG:
        return foreign_check(schema)
    return await asyncio.to_thread(foreign_check, schema)


_known: OrderedDict[bytes, ForeignCheck] = OrderedDict()
_left = [MOST_STEPS, MOST_NESTED]  # checks never wait for anything, so one counter serves all


class _TooMuch(Exception):
    pass


def _counted(keyword: Any) -> Any:
    """The keyword's own check, counted."""

    def check(validator: Any, part: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        _left[:] = _left[0] - 1, _left[1] - 1
        if min(_left) < 0:
            raise _TooMuch
        try:
            yield from keyword(validator, part, instance, schema) or ()
        finally:
            _left[1] += 1

    return check


_KEYWORDS = {name: _counted(check) for name, check in Draft202012Validator.VALIDATORS.items()}
_Bounded = validators.extend(Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]  # as it comes


def _encoded(schema: Mapping[str, Any]) -> bytes:
    try:
        encoded = msgspec.json.encode(schema)
    except RecursionError:
        raise Invalid(tr("{what}: the schema is nested too deeply", what=WHAT), WHAT) from None
    if len(encoded) > MOST_BYTES:
        raise Invalid(tr("{what}: the schema has more than {most:,} bytes", what=WHAT, most=MOST_BYTES), WHAT)
    if _depth(schema) > MOST_DEPTH:
        raise Invalid(tr("{what}: the schema is nested deeper than {most} levels", what=WHAT, most=MOST_DEPTH), WHAT)
    return encoded


def _depth(value: Any) -> int:
    """How deeply a value is nested, counted level by level: recursion could not go deep enough to tell."""
    level, depth = [value], 0
    while level and depth <= MOST_DEPTH:
        depth += 1
        level = [each for part in level for each in _inside(part) if isinstance(each, dict | list)]
    return depth


def _inside(part: Any) -> Any:
    return part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


def _without_patterns(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_patterns(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {name: _part(name, part) for name, part in schema.items() if name not in UNCHECKED}


def _part(name: str, part: Any) -> Any:
    if name in VALUES:
        return part
    if name in NAMED and isinstance(part, Mapping):
        return {key: _without_patterns(each) for key, each in part.items()}
    return _without_patterns(part)
