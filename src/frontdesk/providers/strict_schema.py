"""Reduces JSON Schemas to the part that services enforce, in which every object is closed.

What is taken out of a schema here is only said in its description; `llm` checks answers against the whole schema.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

KEPT = ("type", "enum", "const", "description", "title", "$ref")
SAID = ("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "minItems", "maxItems", "uniqueItems")
BEYOND = ("allOf", "not", "if", "patternProperties", "dependentSchemas", "prefixItems", "$dynamicRef")
NULL = {"type": "null"}


def is_expressible(schema: Mapping[str, Any]) -> bool:
    """Whether the enforced part of the standard can say what this schema says about forms."""
    if any(word in schema for word in BEYOND) or isinstance(schema.get("additionalProperties"), dict):
        return False
    if schema.get("type") == "object" and "properties" not in schema:
        return False
    return all(is_expressible(part) for part in _parts(schema))


def narrowed(schema: Mapping[str, Any], *, requires_all: bool) -> dict[str, Any]:
    """The enforced part of a schema. `requires_all`: what may be left out becomes what may be null."""
    kept: dict[str, Any] = {word: schema[word] for word in KEPT if word in schema}
    said = [f"{word}: {schema[word]}" for word in SAID if word in schema]
    if said:
        kept["description"] = f"{kept.get('description', '')} ({', '.join(said)})".strip()
    if "properties" in schema:
        kept |= _object(schema, requires_all=requires_all)
    if isinstance(schema.get("items"), dict):
        kept["items"] = narrowed(schema["items"], requires_all=requires_all)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        kept["anyOf"] = [narrowed(choice, requires_all=requires_all) for choice in choices]
    if "$defs" in schema:
        kept["$defs"] = {name: narrowed(part, requires_all=requires_all) for name, part in schema["$defs"].items()}
    return kept


def without_nulls(text: str, schema: Mapping[str, Any]) -> str:
    """An answer without the nulls that stand for what was left out; a text that is not JSON stays as it is."""
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    pruned = _pruned(value, schema, schema)
    return text if pruned == value else msgspec.json.encode(pruned).decode()


def _object(schema: Mapping[str, Any], *, requires_all: bool) -> dict[str, Any]:
    required = schema.get("required", [])
    properties = {name: narrowed(part, requires_all=requires_all) for name, part in schema["properties"].items()}
    if requires_all:
        properties = {name: part if name in required else _nullable(part) for name, part in properties.items()}
        required = list(properties)
    return {"properties": properties, "required": required, "additionalProperties": False}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if kind is None or "enum" in schema or "const" in schema:
        return schema if _takes_null(schema) else {"anyOf": [schema, NULL]}
    kinds = kind if isinstance(kind, list) else [kind]
    return {**schema, "type": [*kinds, *(["null"] if "null" not in kinds else [])]}


def _takes_null(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "enum" in schema or "const" in schema:
        return None in schema.get("enum", [schema.get("const", "")])
    choices = schema.get("anyOf") or schema.get("oneOf") or ()
    return "null" in kinds or any(_takes_null(choice) for choice in choices)


def _pruned(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    schema = _followed(schema, root)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_pruned(each, schema["items"], root) for each in value]
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    properties, required = schema["properties"], schema.get("required", ())
    return {
        name: _pruned(each, properties.get(name, {}), root)
        for name, each in value.items()
        if not (each is None and name in properties and name not in required and not _takes_null(properties[name]))
    }


def _followed(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    followed: Mapping[str, Any] = root.get("$defs", {}).get(name, schema) if "$ref" in schema else schema
    return followed


def _parts(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    named = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    listed = [*schema.get("anyOf", []), *schema.get("oneOf", []), schema.get("items")]
    return [part for part in [*named, *listed] if isinstance(part, dict)]
