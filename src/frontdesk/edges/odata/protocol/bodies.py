"""Bodies of requests: JSON as values of an entity's properties, checked, with nested rows and bound references."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import msgspec

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.expressions.literals import LARGEST, SMALLEST, moment, unpack
from frontdesk.edges.odata.protocol.addressing import address_of
from frontdesk.edges.odata.protocol.exchange import ODataRequest
from frontdesk.model.entities import EdmType, Entity, Navigation, ODataService, Property, Written
from frontdesk.model.querying import Result

MOST_NESTED = 200
# Beside a nested row of a change, the key that it names; beside all, that the others stay.
KEY, DELTA = "@key", "@delta"
DEEPEST = 4
# Texts of some channels are longer than the sample's column, so our own limit applies.
HOUSE_LIMITS = {"inboundTextMsg": 100_000, "outboundTextMsg": 100_000}
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

# Names of earlier requests of a batch: how a reference like $1 becomes the key of what it made.
Names = Mapping[str, tuple[int, Entity]]


@dataclass(frozen=True, slots=True)
class Purpose:
    """The purpose of a body. `creates`: it may set keys and the like; `whole` (PUT): missing properties become null."""

    creates: bool = False
    whole: bool = False


def json_of(request: ODataRequest) -> Any:
    """The JSON in a body. Raises ODataError (400, 415)."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ODataError(f"{kind[:60] or 'no content type'} is not read here: send application/json", 415)
    if not request.body.strip():
        raise ODataError("the body is missing: send a JSON object")
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ODataError(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise ODataError("the body is nested too deeply") from None


def object_of(request: ODataRequest) -> dict[str, Any]:
    """The JSON object in a body. Raises ODataError."""
    found = json_of(request)
    if not isinstance(found, dict):
        raise ODataError("the body must be a JSON object")
    return found


def values_of(
    body: Mapping[str, Any],
    entity: Entity,
    service: ODataService,
    purpose: Purpose,
    names: Names | None = None,
    depth: int = 0,
) -> dict[str, Any]:
    """The values that a body sets, by property; nested rows by navigation. Raises ODataError naming the property."""
    if depth > DEEPEST:
        raise ODataError(f"rows are nested more than {DEEPEST} deep: create them one after another")
    found: dict[str, Any] = {}
    for name, given in body.items():
        if name.endswith(("@delta", "@odata.delta")) and (way := entity.navigations.get(name.partition("@")[0])):
            found |= {**_nested(given, way, service, purpose, names, depth), DELTA: True}
        elif name.endswith("@odata.bind"):
            found |= bound(name.removesuffix("@odata.bind"), given, entity, service, names or {})
        elif name.startswith("@") or "@" in name:
            continue
        elif name in entity.properties:
            if _is_taken(entity.properties[name], entity, purpose):
                found[name] = value_of_json(given, entity.properties[name])
        elif name in entity.navigations:
            found |= _nested(given, entity.navigations[name], service, purpose, names, depth)
        else:
            known = ", ".join([*entity.properties, *entity.navigations])
            raise ODataError(f"{entity.name} has no property {name[:60]}: it has {known}", target=name[:60])
    if purpose.whole:
        found = _emptied(entity) | found
    return found


def _is_taken(each: Property, entity: Entity, purpose: Purpose) -> bool:
    """What the server sets is ignored, and keys in a body of a change: they are in the URL."""
    if each.written is Written.BY_SERVER:
        return False
    return purpose.creates or each.name not in entity.keys


def _emptied(entity: Entity) -> dict[str, Any]:
    changeable = (each for each in entity.properties.values() if each.written is Written.BY_CALLER and each.shown)
    return {each.name: each.default for each in changeable if each.name not in entity.keys and each.nullable}


def _nested(
    given: Any, way: Navigation, service: ODataService, purpose: Purpose, names: Names | None, depth: int
) -> dict[str, Any]:
    target = service.target(way)
    if not way.many:
        return _to_one(given, way, target)
    if not target.creates or not (purpose.creates or way.owned):
        raise ODataError(f"{way.name} cannot be set here: change its rows by themselves", target=way.name)
    if not isinstance(given, list) or len(given) > MOST_NESTED:
        raise ODataError(f"{way.name} is a list of up to {MOST_NESTED} objects", target=way.name)
    rows = []
    for each in given:
        if not isinstance(each, dict):
            raise ODataError(f"{way.name} is a list of objects", target=way.name)
        values = values_of(each, target, service, Purpose(creates=True), names, depth + 1)
        known = {k: value_of_json(each[k], target.properties[k]) for k in target.keys if each.get(k) is not None}
        rows.append(values if purpose.creates else {**values, KEY: known})
    return {way.name: rows}


def _to_one(given: Any, way: Navigation, target: Entity) -> dict[str, Any]:
    """A nested object that only names what it refers to: {"status": {"code": "NW"}}."""
    if given is None:
        return {mine: None for mine, _ in way.pairs}
    if not isinstance(given, dict):
        raise ODataError(f"{way.name} is an object with the key of a {target.name}", target=way.name)
    values = {mine: given.get(theirs) for mine, theirs in way.pairs}
    if None in values.values():
        raise ODataError(f"{way.name} lacks the key of a {target.name}", target=way.name)
    checked = {theirs: value_of_json(given[theirs], target.properties[theirs]) for _, theirs in way.pairs}
    return {mine: checked[theirs] for mine, theirs in way.pairs}


def bound(name: str, given: Any, entity: Entity, service: ODataService, names: Names) -> dict[str, Any]:
    """The values that refer to the row that a URL names. Raises ODataError."""
    way = entity.navigations.get(name)
    if way is None or way.many or not isinstance(given, str | None):
        raise ODataError(f"{name}@odata.bind refers to one row by its URL", target=f"{name}@odata.bind")
    if given is None:
        return {mine: None for mine, _ in way.pairs}
    if given in names:
        number, _ = names[given]
        return {mine: Result(number, theirs) for mine, theirs in way.pairs}
    path = urlsplit(given).path.removeprefix(f"/{service.path}/").strip("/")
    last = address_of(path, service, {}).last
    if last.key is None or last.entity.name != way.target:
        raise ODataError(f"{given[:100]} is not a {way.target}", target=f"{name}@odata.bind")
    return {mine: last.key[theirs] for mine, theirs in way.pairs}


def value_of_json(given: Any, each: Property) -> Any:
    """A JSON value as a value of the property's kind. Raises ODataError that names the property."""
    if given is None:
        if not each.nullable:
            raise ODataError(f"{each.name} must have a value", target=each.name)
        return None
    try:
        value = _READERS[each.kind](given)
    except (ValueError, TypeError, OverflowError):
        raise ODataError(f"{each.name} must be of kind {each.kind}, not {_told(given)}", target=each.name) from None
    most = HOUSE_LIMITS.get(each.name, each.length)
    if most and isinstance(value, str) and len(value) > most:
        raise ODataError(f"{each.name} has {len(value)} characters: at most {most} are taken", target=each.name)
    return value


def _told(given: Any) -> str:
    return msgspec.json.encode(given).decode()[:60] if not isinstance(given, bytes) else "bytes"


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given


def _whole(given: Any) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not SMALLEST <= given <= LARGEST:
        raise TypeError
    return given


def _number(given: Any) -> float:
    if isinstance(given, str) and re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?", given):
        return float(given)  # IEEE754Compatible
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError
    return float(given)


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _uuid(given: Any) -> str:
    if not UUID.fullmatch(_text(given)):
        raise ValueError
    return str(given).lower()


_READERS: dict[EdmType, Callable[[Any], Any]] = {
    EdmType.STRING: _text,
    EdmType.INTEGER: _whole,
    EdmType.DOUBLE: _number,
    EdmType.DECIMAL: _number,
    EdmType.BOOLEAN: _flag,
    EdmType.GUID: _uuid,
    EdmType.DATE: lambda given: date.fromisoformat(_text(given)),
    EdmType.MOMENT: lambda given: moment(_text(given)),
    EdmType.BINARY: lambda given: unpack(_text(given)),
}
