"""Rows as OData JSON: context, ETags, counts, nested rows, types of aggregates (OData JSON Format 4.0)."""

import base64
from collections.abc import Iterable
from typing import Any

from frontdesk.edges.odata.protocol.exchange import ODataRequest
from frontdesk.model.entities import EdmType, Entity
from frontdesk.model.querying import Query, Version

HIDDEN = "\u00a7"
VERSION = "\u00a7version"
Json = dict[str, Any]


def etag_of(version: Version) -> str:
    """The ETag of a version."""
    return f'W/"{version}"'


def shown(row: Json, query: Query, request: ODataRequest) -> Json:
    """A row as it is told."""
    if query.shape:
        return _aggregate(row, query, request.as_text)
    found: Json = {}
    version = row.get(VERSION)
    if version is not None and not request.bare:
        found["@odata.etag"] = etag_of(version)
    for name, value in row.items():
        if name[0] != HIDDEN:
            found[name] = value
    if query.entity.name == "DraftAdministrativeData":
        _whose(found, row, request)
    for name in _binaries(query.entity):
        if isinstance(found.get(name), bytes):
            found[name] = base64.urlsafe_b64encode(found[name]).decode()
    if request.full:
        found = _full(found, row, query.entity, request)
    for expand in query.expands:
        _nest(found, expand.way.name, expand.query, request, only_keys=expand.only_keys)
    return found


def _full(found: Json, row: Json, entity: Entity, request: ODataRequest) -> Json:
    """With all control information (OData JSON Format 4.0, 4.5): type, links, and the types that JSON does not tell."""
    told: Json = {"@odata.type": f"#{request.service.namespace}.{entity.name}"}
    if entity.keys:
        told |= dict.fromkeys(("@odata.id", "@odata.editLink"), link_of(row, entity))
        for name in entity.navigations:
            told[f"{name}@odata.navigationLink"] = f"{told['@odata.id']}/{name}"
    for name, value in found.items():
        each = entity.properties.get(name)
        if each is not None and value is not None and each.kind not in (EdmType.STRING, EdmType.BOOLEAN):
            told[f"{name}@odata.type"] = f"#{each.kind}"
        told[name] = value
    return told


def _nest(found: Json, name: str, query: Query, request: ODataRequest, *, only_keys: bool) -> None:
    inner = found.get(name)
    count = f"{name}@odata.count"
    if request.as_text and count in found:
        found[count] = str(found[count])
    if isinstance(inner, list):
        found[name] = [_inner(row, query, request, only_keys) for row in inner]
    elif isinstance(inner, dict):
        found[name] = _inner(inner, query, request, only_keys)


def _inner(row: Json, query: Query, request: ODataRequest, only_keys: bool) -> Json:
    return {"@odata.id": link_of(row, query.entity)} if only_keys else shown(row, query, request)


def _whose(found: Json, row: Json, request: ODataRequest) -> None:
    for mine, who in (("DraftIsCreatedByMe", "CreatedByUser"), ("DraftIsProcessedByMe", "InProcessByUser")):
        if mine in found:
            found[mine] = row.get(who) == request.by


def _binaries(entity: Entity) -> Iterable[str]:
    return (name for name, each in entity.properties.items() if each.kind is EdmType.BINARY)


def _aggregate(row: Json, query: Query, as_text: bool) -> Json:
    found: Json = {}
    for name, value in row.items():
        if name in query.measured and value is not None:
            found[f"{name}@odata.type"] = "#Decimal"
            value = str(value) if as_text else value
        *steps, last = name.split("/")
        inner = found
        for step in steps:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return found


def key_of(row: Json, entity: Entity) -> Json:
    """The key of a row that was read."""
    return {name: row[name] if name in row else row.get(HIDDEN + name) for name in entity.keys}


def key_text(key: Json, entity: Entity) -> str:
    """A key as it stands in a URL."""
    if len(entity.keys) == 1:
        return f"({literal_text(key[entity.keys[0]])})"
    return f"({','.join(f'{name}={literal_text(key[name])}' for name in entity.keys)})"


def literal_text(value: Any) -> str:
    """A value as a literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        from urllib.parse import quote

        doubled = value.replace("'", "''")
        return f"'{quote(doubled, safe='')}'"
    return str(value)


def link_of(row: Json, entity: Entity) -> str:
    """The canonical URL of a row, relative to its service."""
    return entity.name + (key_text(key_of(row, entity), entity) if entity.keys else "")


def context_of(query: Query, depth: int, end: str = "") -> str:
    """The context URL: what the payload describes (OData Protocol 10)."""
    return f"{'../' * (depth - 1)}$metadata#{query.entity.name}{_chosen(query)}{end}"


def _chosen(query: Query) -> str:
    parts: list[str] = []
    if query.shape:
        parts = [name for name, _ in query.shape]
    elif query.columns is not None:
        parts = list(query.columns)
    for expand in query.expands:
        inner = _chosen(expand.query)
        if query.columns is not None or inner:
            parts.append(f"{expand.way.name}{inner or '()'}")
    return f"({','.join(parts)})" if parts else ""
