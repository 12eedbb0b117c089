"""Parses the path of a URL (URL Conventions 4): entity sets, keys, navigations, and what is requested at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from lark import Token, Tree

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.expressions.literals import LARGEST, value_of
from frontdesk.edges.odata.expressions.parsing import Node, parse, parts, tokens, trees
from frontdesk.edges.odata.protocol.options import decoded
from frontdesk.model.entities import EdmType, Entity, Navigation, ODataService, Operation
from frontdesk.model.querying import Literal

ENDS = ("$count", "$value", "$ref")
# Segments that OData has and this server does not.
NOT_OFFERED = ("$filter", "$each", "$all", "$crossjoin", "$entity", "$query")
WHERE = "the key"
MOST_SEGMENTS = 20


@dataclass(frozen=True, slots=True)
class Hop:
    """One part of the chain: a set, or what a navigation leads to; with a key where one row is meant."""

    entity: Entity
    way: Navigation | None = None
    key: Mapping[str, Any] | None = None

    @property
    def is_one(self) -> bool:
        """Whether it is one row."""
        return self.key is not None or (self.way is not None and not self.way.many)


@dataclass(frozen=True, slots=True)
class Address:
    """What a path names: rows (the last hop), a property of them, or an operation on them."""

    hops: tuple[Hop, ...] = ()
    member: str = ""
    end: str = ""
    operation: Operation | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 1

    @property
    def last(self) -> Hop:
        """The rows that are meant."""
        return self.hops[-1]


def address_of(path: str, service: ODataService, aliases: Mapping[str, str]) -> Address:
    """The address that a path names. Raises ODataError (404, or 400 for a key that is none)."""
    segments = [decoded(part, unquote) for part in path.strip("/").split("/")] if path.strip("/") else []
    if len(segments) > MOST_SEGMENTS or any(not each for each in segments):
        raise ODataError("there is nothing at this address: a part of it is empty, or it has too many", 404)
    hops: list[Hop] = []
    for place, segment in enumerate(segments):
        if segment.partition("(")[0] in NOT_OFFERED:
            raise ODataError(f"{segment.partition('(')[0]} is not offered in a path here", 501)
        rest = segments[place + 1 :]
        found = _begin(segment, service, aliases) if not hops else _go_on(segment, hops, service, aliases)
        if isinstance(found, Hop):
            hops.append(found)
            continue
        if isinstance(found, Mapping):
            hops[-1] = Hop(hops[-1].entity, hops[-1].way, found)
            continue
        return _ended(found, rest, hops, len(segments))
    return Address(tuple(hops), depth=len(segments))


def _ended(found: Address, rest: list[str], hops: list[Hop], depth: int) -> Address:
    address = replace(found, hops=tuple(hops), depth=depth)
    if not rest:
        return address
    if found.member and rest == ["$value"]:
        return replace(address, end="$value")
    raise ODataError(f"there is nothing at this address: {rest[0][:60]} cannot follow there", 404)


def _begin(segment: str, service: ODataService, aliases: Mapping[str, str]) -> Hop | Address:
    name, key = _split(segment)
    entity = service.entities.get(name)
    if entity is not None and name not in service.inner:
        return Hop(entity, None, _key(key, entity, aliases) if key else None)
    operation = _operation(name, "", service)
    if operation is not None:
        return Address(operation=operation, arguments=_arguments(key, aliases, operation))
    known = ", ".join(n for n in service.entities if n not in service.inner)
    known += ", ".join(each.name for each in service.operations if not each.bound)
    raise ODataError(f"there is no {name[:60]} in /{service.path}: there is {known}", 404)


def _go_on(
    segment: str, hops: list[Hop], service: ODataService, aliases: Mapping[str, str]
) -> Hop | Address | Mapping[str, Any]:
    last = hops[-1]
    name, key = _split(segment)
    if segment in ENDS:
        return _end(segment, last)
    operation = _operation(name, last.entity.name, service)
    if operation is not None and last.is_one:
        return Address(operation=operation, arguments=_arguments(key, aliases, operation))
    if not last.is_one:
        return _key_segment(segment, last, _known_keys(last.way, hops[-2]) if last.way is not None else {})
    way = last.entity.navigations.get(name)
    if way is not None:
        target = service.target(way)
        if key and not way.many:
            raise ODataError(f"{way.name} leads to one: it takes no key", 404)
        return Hop(target, way, _key(key, target, aliases, _known_keys(way, last)) if key else None)
    if name in last.entity.properties and not key:
        return Address(member=name)
    raise ODataError(f"{last.entity.name} has no {name[:60]}", 404)


def _known_keys(way: Navigation, last: Hop) -> Mapping[str, Any]:
    """Parts of the key that the row before tells already."""
    before = last.key or {}
    return {theirs: before[mine] for mine, theirs in way.pairs if mine in before}


def _end(segment: str, last: Hop) -> Address:
    if segment == "$count" and last.is_one:
        raise ODataError("$count follows a list, not one row", 404)
    if segment == "$value":
        raise ODataError("$value follows a property here", 404)
    return Address(end=segment)


def _operation(name: str, bound: str, service: ODataService) -> Operation | None:
    plain = name.removeprefix(f"{service.namespace}.")
    return next((each for each in service.operations if each.name == plain and each.bound == bound), None)


def _split(segment: str) -> tuple[str, str]:
    """Name and key with its brackets, which may be missing."""
    name, bracket, rest = segment.partition("(")
    return name, bracket + rest


def _key_segment(text: str, last: Hop, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """A key as a segment of its own: CustomerInteraction/3; what the row before tells of it is not repeated."""
    names = [name for name in last.entity.keys if name != "IsActiveEntity" and name not in known]
    if len(names) != 1 or text.startswith("$"):
        raise ODataError(f"there is nothing at this address: {text[:60]} cannot follow {last.entity.name}", 404)
    found = last.entity.properties[names[0]]
    if found.kind is not EdmType.INTEGER:
        return _completed({**known, names[0]: text}, last.entity)
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= LARGEST):
        raise ODataError(f"there is no {last.entity.name} {text[:60]}", 404)
    return _completed({**known, names[0]: int(text)}, last.entity)


def _completed(key: dict[str, Any], entity: Entity) -> dict[str, Any]:
    if "IsActiveEntity" in entity.keys:
        key.setdefault("IsActiveEntity", True)
    return key


def _key(
    text: str, entity: Entity, aliases: Mapping[str, str], known: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """A key in brackets: (3), (ID=3), (sequence=1,interaction_ID=3); empty brackets are no key."""
    node = parse(text, "key", WHERE)
    pairs = list(parts(node, "key_pair"))
    single = [child for child in trees(node) if child.data != "key_pair"]
    if not pairs and not single:
        return None
    if not entity.keys:
        raise ODataError(f"{entity.name} has no keys: its rows can only be listed", 404)
    given: dict[str, Any] = {}
    for pair in pairs:
        name = str(tokens(pair, "NAME")[0])
        if name not in entity.keys or name in given:
            raise ODataError(f"the key of {entity.name} is {', '.join(entity.keys)}, not {name}", target=name)
        given[name] = _value(trees(pair)[0], entity, name, aliases)
    given = {**(known or {}), **given}
    if single:
        missing = [name for name in entity.keys if name not in given and name != "IsActiveEntity"]
        if len(missing) != 1:
            raise ODataError(f"the key of {entity.name} has the parts {', '.join(entity.keys)}: name each of them")
        given[missing[0]] = _value(single[0], entity, missing[0], aliases)
    given = _completed(given, entity)
    if missing := [name for name in entity.keys if name not in given]:
        raise ODataError(f"the key of {entity.name} lacks {', '.join(missing)}", target=missing[0])
    return {name: given[name] for name in entity.keys}


def _value(node: Node, entity: Entity, name: str, aliases: Mapping[str, str]) -> Any:
    literal = literal_of(node, aliases)
    wanted = entity.properties[name].kind
    if literal.kind is wanted or (wanted is EdmType.GUID and literal.kind is EdmType.STRING):
        return literal.value
    raise ODataError(f"{name} of {entity.name} is of kind {wanted}, not {literal.kind}", target=name)


def literal_of(node: Node, aliases: Mapping[str, str]) -> Literal:
    """The literal of a key or parameter, also by its alias. Raises ODataError."""
    if node.data == "alias":
        name = str(node.children[0])
        if name not in aliases:
            raise ODataError(f"{name} has no value: add {name}=… to the query", target=name)
        inner = parse(f"(x={aliases[name]})", "key", name)
        return literal_of(trees(next(parts(inner, "key_pair")))[0], {})
    if node.data == "json":
        return Literal(str(node.children[0]), EdmType.STRING)
    token = node.children[0] if isinstance(node, Tree) else node
    assert isinstance(token, Token)
    return value_of(token, WHERE)


def _arguments(text: str, aliases: Mapping[str, str], operation: Operation) -> dict[str, Any]:
    """What is in the brackets; without them, aliases that are named like the parameters (OData 4.01)."""
    if not text:
        named = [each.name for each in operation.parameters if f"@{each.name}" in aliases]
        text = f"({','.join(f'{name}=@{name}' for name in named)})"
    node = parse(text, "key", "the parameters")
    if any(child.data != "key_pair" for child in trees(node)):
        raise ODataError("name each parameter, for example norm(vec=@v)&@v=[1,2]")
    return {str(tokens(p, "NAME")[0]): literal_of(trees(p)[0], aliases).value for p in parts(node, "key_pair")}
