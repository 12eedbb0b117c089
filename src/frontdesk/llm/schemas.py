"""JSON Schemas of answers: checked when loaded, filled with the configured lists, used to validate answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from referencing import Registry

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

FROM_LIST = "x-enum-from"
Schema = Mapping[str, Any]
Lists = Mapping[str, Mapping[str, str]]

_NOTHING_OUTSIDE: Registry[Any] = Registry()


def check_schema(schema: Any, what: str) -> None:
    """Raises Invalid unless it is a draft 2020-12 schema of an object that refers to nothing outside itself."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise Invalid(tr("{what} is no JSON Schema: {error}", what=what, error=error.message), what) from None
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise Invalid(tr("{what} must be a schema of type object", what=what), what)
    for node in _nodes(schema):
        reference = node.get("$ref", node.get("$dynamicRef", "#"))
        if isinstance(reference, str) and not reference.startswith("#"):
            raise Invalid(
                tr(
                    "{what} refers to {reference!r}: only references within the schema (#/…) are allowed",
                    what=what,
                    reference=reference,
                ),
                what,
            )


def lists_of(schema: Schema) -> frozenset[str]:
    """The names of the configured lists that the schema takes its choices from."""
    return frozenset(str(node[FROM_LIST]) for node in _nodes(schema) if FROM_LIST in node)


def filled(schema: Any, lists: Lists) -> Any:
    """The schema for a model: names of lists are replaced by the labels of their entries."""
    if isinstance(schema, list):
        return [filled(each, lists) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: filled(value, lists) for key, value in schema.items() if not key.startswith("x-")}
    if FROM_LIST in schema:
        nullable: list[str | None] = [None] if "null" in schema.get("type", ()) else []
        made["enum"] = [*lists.get(schema[FROM_LIST], {}), *nullable] or [""]
    return made


def coded(value: Any, schema: Any, lists: Lists) -> Any:
    """The value with labels replaced by their codes, following the (unfilled) schema."""
    if not isinstance(schema, dict):
        return value
    if FROM_LIST in schema:
        return lists.get(schema[FROM_LIST], {}).get(value, value) if isinstance(value, str) else value
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {key: coded(each, properties.get(key), lists) for key, each in value.items()}
    if isinstance(value, list):
        return [coded(each, schema.get("items"), lists) for each in value]
    return value


class Check:
    """A schema, ready to validate values."""

    def __init__(self, schema: Schema, kind: Any = Draft202012Validator) -> None:
        """The schema has passed `check_schema`; nothing is ever fetched for it. `kind` is the validator's class."""
        self._validator = kind(dict(schema), registry=_NOTHING_OUTSIDE)

    def problem(self, value: Any) -> "SchemaProblem | None":
        """What is wrong with the value, None when nothing is."""
        error = best_match(self._validator.iter_errors(value))
        return _problem(error) if error else None


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """Where a value breaks which rule. `words` may quote the value, `rule` never does."""

    place: str
    rule: str
    words: str

    def __str__(self) -> str:
        """For logs and errors: without the value."""
        return f"{self.place} breaks the rule {self.rule!r}"


def _problem(error: ValidationError) -> SchemaProblem:
    place = "/".join(str(part) for part in error.absolute_schema_path)
    return SchemaProblem(place or "the answer", str(error.validator), f"{error.json_path}: {error.message[:300]}")


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _nodes(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _nodes(each)
