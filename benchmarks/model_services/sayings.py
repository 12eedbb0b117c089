"""Makes the answers of a stand-in model: the reading of the text, in the requested format."""

import base64
import hashlib
import math
import re
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

# What a reader finds in a customer's text, by the names that answers use. A tuple holds names for one and the same
# choice; the one that the schema knows is said.
Reading = Mapping[str, Any]
Reader = Callable[[str], Awaitable[Reading]]

FENCED = re.compile(r"\[\[text (\w+)\]\]\n(.*?)\n\[\[end of text \1\]\]", re.S)
PLACEHOLDER = re.compile(r"<(EMAIL|PHONE|NAME|ADDRESS)_\d+>")
PLACEHOLDER_FIELDS = {"EMAIL": "customer_email", "PHONE": "customer_phone", "NAME": "customer_name"}
MOST_DEPTH = 12
DIMENSIONS = 256
MOST_TITLE = 60


async def read_nothing(text: str) -> Reading:
    """A reader that is quick: it sees the text's beginning, and placeholders."""
    title = " ".join(text.split())[:MOST_TITLE]
    usual = {"language": "en", "sentiment": "Neutral", "type": "Information", "intent": None}
    return {**usual, "title": title, "summary": title, "entities": []}


def written_by_customer(turn: str) -> str:
    """The fenced text of a user turn, else all of it."""
    found = FENCED.search(turn)
    return found[2] if found else turn


async def say(text: str, schema: Mapping[str, Any] | None, reader: Reader) -> str:
    """The model's words to a user turn."""
    words = written_by_customer(text)
    if schema is None:
        return f"I have read: {words}"
    reading = await reader(words)
    found = [*reading.get("entities", ()), *_placeholders(words)]
    return msgspec.json.encode(_filled(schema, {**reading, "entities": found}, schema)).decode()


def embed(text: str) -> list[float]:
    """A vector of length 1 in which texts that share words are close."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
        vector[int.from_bytes(digest[:2], "big") % DIMENSIONS] += 1.0 if digest[2] & 1 else -1.0
    length = math.sqrt(sum(each * each for each in vector)) or 1.0
    return [each / length for each in vector]


def packed(vector: Sequence[float]) -> str:
    """A vector in base64 of little-endian floats, as official clients ask for it."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return len(text) // 4 + 1


def _placeholders(text: str) -> list[dict[str, str]]:
    fields = ((match[0], PLACEHOLDER_FIELDS.get(match[1])) for match in PLACEHOLDER.finditer(text))
    return [{"field": field, "value": value} for value, field in fields if field]


def _filled(schema: Any, known: Reading, root: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that satisfies a schema, with what is known under its properties' names where that fits."""
    if not isinstance(schema, Mapping) or depth > MOST_DEPTH:
        return None
    schema = _followed(schema, root)
    if name in known and (value := _fitting(known[name], schema, root)) is not None:
        return value
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return None if None in schema["enum"] else schema["enum"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return _filled(choices[0], known, root, name, depth + 1)
    if "properties" in schema:
        return {each: _filled(part, known, root, each, depth + 1) for each, part in schema["properties"].items()}
    return _plain(schema, known, root, depth)


def _plain(schema: Mapping[str, Any], known: Reading, root: Mapping[str, Any], depth: int) -> Any:
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        count = schema.get("minItems", 0)
        return [_filled(schema.get("items", {}), known, root, "", depth + 1) for _ in range(count)]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 0), min(schema.get("maximum", 1), 1))
    if kind == "string":
        return "text".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", 100)]
    return {"boolean": False, "object": {}}.get(kind)


def _fitting(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """The known value as the schema wants it, None where it does not fit."""
    if isinstance(value, list):
        return _fitting_list(value, schema, root) if schema.get("type") == "array" else None
    if "enum" in schema:
        return _chosen(value, schema["enum"])
    kinds = schema.get("type", "string")
    if isinstance(value, tuple):
        value = value[0]
    if isinstance(value, str) and "string" in kinds:
        return value[: schema.get("maxLength", len(value))] or None
    return value if isinstance(value, int | float) and ("number" in kinds or "integer" in kinds) else None


def _fitting_list(values: list[Any], schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[Any]:
    """Objects of which every property that is asked for is known."""
    items = _followed(schema.get("items", {}), root)
    made = []
    for value in values[: schema.get("maxItems", len(values))]:
        parts = {name: _fitting(value.get(name), part, root) for name, part in items.get("properties", {}).items()}
        if parts and None not in parts.values():
            made.append(parts)
    return made


def _chosen(value: Any, choices: Sequence[Any]) -> Any:
    """The choice that is the value, however it is written: service_call, Service Call and ServiceCall are one."""
    keys = {_key(each) for each in (value if isinstance(value, tuple) else (value,))}
    return next((each for each in choices if isinstance(each, str) and _key(each) in keys), None)


def _key(value: Any) -> str:
    return re.sub(r"[\W_]", "", str(value)).lower()


def _followed(schema: Any, root: Mapping[str, Any]) -> Any:
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    return root.get("$defs", {}).get(name, {}) if "$ref" in schema else schema
