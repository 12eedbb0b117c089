"""Finishes a valid answer: texts are cut at a word, and values must be found in the input that they cite.

Three keywords of answer schemas say so: `x-cut: N` on a string, `x-cites: INPUT` on an array of objects with a `value`
that is cited, `x-enum-from: LIST` on a choice (see `schemas.coded`).
"""

from collections.abc import Mapping
from typing import Any

from frontdesk.llm.checking import cut
from frontdesk.llm.citing import cited
from frontdesk.llm.schemas import FROM_LIST, Lists

CUT, CITES = "x-cut", "x-cites"


def finish(value: Any, schema: Any, inputs: Mapping[str, Any]) -> Any:
    """The value with texts cut and, where values cite an input, `start` and `end`; what cites nothing is dropped."""
    if not isinstance(schema, dict):
        return value
    if isinstance(value, str):
        return cut(value, schema[CUT]) if CUT in schema else value
    if isinstance(value, Mapping):
        parts = schema.get("properties", {})
        return {key: finish(each, parts.get(key), inputs) for key, each in value.items()}
    if isinstance(value, list):
        if CITES in schema:
            return cited(str(inputs.get(schema[CITES], "")), value)
        return [finish(each, schema.get("items"), inputs) for each in value]
    return value


def published(schema: Any, lists: Lists | None = None) -> Any:
    """The schema of finished answers, for callers: with places and limits, and codes where the lists are given."""
    if isinstance(schema, list):
        return [published(each, lists) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: published(each, lists) for key, each in schema.items() if not key.startswith("x-")}
    if CUT in schema:
        made["maxLength"] = schema[CUT]
    if CITES in schema:
        made["items"] = _with_place(made["items"])
    if FROM_LIST in schema and lists is not None:
        nullable: list[str | None] = [None] if "null" in schema.get("type", ()) else []
        made["enum"] = [*sorted(set(lists.get(schema[FROM_LIST], {}).values())), *nullable]
    return made


def _with_place(items: Mapping[str, Any]) -> dict[str, Any]:
    place = {"type": "integer", "minimum": 0}
    return dict(items) | {
        "properties": {**items["properties"], "start": place, "end": place},
        "required": [*items.get("required", ()), "start", "end"],
    }
