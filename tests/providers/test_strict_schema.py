"""Schemas in the form that services enforce, and answers brought back from it."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from frontdesk.providers.strict_schema import is_expressible, narrowed, without_nulls

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 100, "description": "Short."},
        "when": {"type": "string", "format": "date"},
        "mood": {"enum": ["good", "bad"]},
        "maybe": {"type": ["string", "null"]},
        "parts": {"type": "array", "maxItems": 3, "items": {"$ref": "#/$defs/part"}},
        "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "required": ["title", "maybe"],
    "$defs": {
        "part": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]}
    },
}


def objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for each in schema for found in objects(each)]
    if not isinstance(schema, dict):
        return []
    return ([schema] if "properties" in schema else []) + [found for each in schema.values() for found in objects(each)]


def test_every_object_is_closed_and_requires_all_it_has() -> None:
    narrow = narrowed(SCHEMA, requires_all=True)
    assert len(objects(narrow)) == 2
    for each in objects(narrow):
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    Draft202012Validator.check_schema(narrow)


def test_what_is_not_enforced_is_said() -> None:
    title = narrowed(SCHEMA, requires_all=True)["properties"]["title"]
    assert title == {"type": "string", "description": "Short. (maxLength: 100)"}


def test_what_may_be_left_out_may_be_null_and_nothing_else_may() -> None:
    validator = Draft202012Validator(narrowed(SCHEMA, requires_all=True))
    whole = {"title": "t", "when": None, "mood": None, "maybe": None, "parts": None, "either": None}
    assert validator.is_valid(whole)
    assert not validator.is_valid(whole | {"title": None})
    assert not validator.is_valid({"title": "t"})


def test_where_leaving_out_is_known_it_stays_allowed() -> None:
    assert narrowed(SCHEMA, requires_all=False)["required"] == ["title", "maybe"]


def test_nulls_that_stand_for_nothing_are_taken_out_again() -> None:
    text = '{"title":"t","when":null,"mood":null,"maybe":null,"parts":[{"a":"x","b":null}],"either":null}'
    assert without_nulls(text, SCHEMA) == '{"title":"t","maybe":null,"parts":[{"a":"x"}]}'


@pytest.mark.parametrize("text", ["no json", '{"title": "t",}', '{"title":"t","maybe":null}', "[1]"])
def test_other_answers_stay_as_they_are(text: str) -> None:
    assert without_nulls(text, SCHEMA) == text


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
        {"allOf": [{"type": "object", "properties": {}}]},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"not": {}}}}},
    ],
)
def test_what_cannot_be_said_in_the_narrow_form_is_known(schema: dict[str, Any]) -> None:
    assert not is_expressible(schema)
    assert is_expressible(SCHEMA)
