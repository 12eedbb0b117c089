"""Binds query options to an entity and builds the query for storage."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lark import Token

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.expressions.binding import scope_of
from frontdesk.edges.odata.expressions.parsing import Node, parse, parts, tokens, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.edges.odata.protocol.options import Options, flag, whole
from frontdesk.edges.odata.queries.apply import pipeline_of
from frontdesk.edges.odata.queries.ordering import SEMICOLON, orders_of, search_of
from frontdesk.model.entities import Entity, Navigation, ODataService
from frontdesk.model.querying import Expand, Expression, Query

MOST_LEVELS = 5
MOST_EXPANDS = 40
# The options that are bound, each to what those before it leave.
IN_ORDER = ("apply", "compute", "filter", "search", "orderby", "select", "expand")
OF_MANY = ("orderby", "top", "skip", "count")
OPTIONS = frozenset(
    f"{name}_option"
    for name in (
        "filter", "orderby", "select", "expand", "search", "compute", "apply", "top", "skip", "count", "levels",
    )
)  # fmt: skip
# What may stand in brackets after a tail of $expand.
AFTER = {
    "/$ref": frozenset(f"{name}_option" for name in ("filter", "orderby", "search", "top", "skip", "count")),
    "/$count": frozenset({"filter_option", "search_option"}),
}


def query_of(options: Options, service: ODataService, entity: Entity) -> Query:
    """The query that the options ask for; paging is the caller's. Raises ODataError."""
    scope = scope_of(service, entity, "", options.aliases)
    query = Query(entity, top=whole(options, "$top"), skip=whole(options, "$skip") or 0, count=flag(options, "$count"))
    for name in IN_ORDER:
        if (text := options.get(f"${name}")) is not None:
            # No separator can follow a search here: a semicolon is part of a word.
            node = parse(text.replace(";", SEMICOLON) if name == "search" else text, name, f"${name}")
            query, scope = _bound(name, node, query, replace(scope, where=f"${name}"), 0)
    _check_width(query)
    return query


def _bound(name: str, node: Node, query: Query, scope: Scope, depth: int) -> tuple[Query, Scope]:
    """The query with one option more, and what names mean after it."""
    match name:
        case "apply":
            return _applied(node, query, scope)
        case "compute":
            return _computed(node, query, scope)
        case "filter":
            return replace(query, where=(scope.condition(node),)), scope
        case "search":
            return replace(query, search=search_of(node, scope)), scope
        case "orderby":
            return replace(query, order=orders_of(node, scope)), scope
        case "select":
            return _selected(node, query, scope), scope
    return _expanded(node, query, scope, depth + 1), scope


def _applied(node: Node, query: Query, scope: Scope) -> tuple[Query, Scope]:
    bound = pipeline_of(node, scope)
    query = replace(query, pipeline=bound.steps)
    if bound.columns is None:
        return replace(query, computed=tuple(bound.added)), replace(scope, computed=bound.computed)
    shape = tuple(bound.columns.items())
    return replace(query, shape=shape, measured=bound.measured), replace(scope, columns=bound.columns)


def _computed(node: Node, query: Query, scope: Scope) -> tuple[Query, Scope]:
    columns: list[tuple[str, Expression]] = []
    for item in parts(node, "compute_item"):
        name = str(tokens(item, "NAME")[0])
        if name in scope.entity.properties or name in scope.computed or (scope.columns or {}).get(name):
            raise scope.refuse(item, f"{name} is there already: choose another name")
        bound = scope.bind(trees(item)[0])
        columns.append((name, bound))
        scope = replace(scope, computed={**scope.computed, name: bound.kind})
    return replace(query, computed=(*query.computed, *columns)), scope


def _selected(node: Node, query: Query, scope: Scope) -> Query:
    chosen: dict[str, None] = {}
    behind: dict[str, list[str]] = {}
    for item in parts(node, "select_item"):
        for name in _select_names(item, scope):
            way, _, rest = name.partition("/")
            if rest and way in scope.entity.navigations and scope.columns is None:
                behind.setdefault(way, []).append(rest)
            else:
                chosen[name] = None
    if behind:  # a path selects what is behind a navigation, which is then expanded
        text = ",".join(f"{way}($select={','.join(rest)})" for way, rest in behind.items())
        query = _expanded(parse(text, "expand", scope.where), query, scope, 1)
    if "*" in chosen:
        return query
    return replace(query, columns=tuple(chosen))


def _select_names(item: Node, scope: Scope) -> Sequence[str]:
    steps = [token for step in parts(item, "select_step") for token in step.children if isinstance(token, Token)]
    if any(token.type in ("ALIAS", "ANNOTATION") for token in steps):
        raise scope.not_offered(item, "rows carry no annotations here that could be selected")
    if any(tail.data == "select_options" for tail in trees(item)):
        raise scope.not_offered(item, "options within $select are not offered here: write them into $expand")
    if tokens(item, "QNAME_STAR"):
        return []  # all operations of a namespace, which are listed in the metadata
    names = [str(token) for token in steps]
    name = "/".join(names[1:] if len(names) > 1 and scope.is_own_type(names[0]) else names)
    if name == "*":
        return ["*"]
    if _is_operation(name, scope):
        return []
    if name in scope.computed or (scope.columns is not None and name in scope.columns):
        return [name]
    if scope.columns is None and name in scope.entity.properties:
        return [name]
    if scope.columns is None and name in scope.entity.navigations:
        return []  # chosen by $expand
    if scope.columns is None and len(names) > 1 and (way := scope.entity.navigations.get(names[0])):
        target = scope.service.target(way)
        if names[1] in target.properties or names[1] in target.navigations:
            return ["/".join(names)]
    known = ", ".join(scope.columns if scope.columns is not None else scope.entity.properties)
    raise scope.refuse(item, f"there is no {name}: there is {known}")


def _is_operation(name: str, scope: Scope) -> bool:
    plain = name.removeprefix(f"{scope.service.namespace}.")
    return any(each.name == plain and each.bound == scope.entity.name for each in scope.service.operations)


def _expanded(node: Node, query: Query, scope: Scope, depth: int) -> Query:
    if scope.columns is not None:
        raise scope.refuse(node, "what $apply groups has nothing to expand")
    if depth > MOST_LEVELS:
        raise scope.refuse(node, f"at most {MOST_LEVELS} levels are expanded")
    found: dict[str, Expand] = {}
    # What is named comes before what a star takes along, wherever it stands.
    for item in sorted(parts(node, "expand_item"), key=_is_star):
        for expand in _expand(item, scope, depth):
            if expand.way.name in found and not _is_star(item):
                raise scope.refuse(item, f"{expand.way.name} is expanded twice")
            found.setdefault(expand.way.name, expand)
    selected = {each.way.name: each for each in query.expands}
    return replace(query, expands=tuple((selected | found).values()))


def _is_star(item: Node) -> bool:
    return _expand_names(item)[-1] == "*"


def _expand_names(item: Node) -> list[str]:
    path = next(parts(item, "expand_path"))
    return [str(token) for step in parts(path, "expand_step") for token in step.children if isinstance(token, Token)]


def _expand(item: Node, scope: Scope, depth: int) -> list[Expand]:
    path, names = next(parts(item, "expand_path")), _expand_names(item)
    if any(name.startswith(("@", "$")) for name in names):
        raise scope.not_offered(path, "annotations and streams cannot be expanded here")
    if len(names) > 1 and scope.is_own_type(names[0]):
        names = names[1:]
    way = scope.entity.navigations.get(names[0])
    if len(names) > 1 and way is not None and scope.is_own_type(names[-1], scope.service.target(way)):
        names = names[:-1]
    if len(names) > 1:
        raise scope.refuse(path, "a path cannot be expanded: nest it, for example inboundMsgs($expand=contact)")
    if names == ["*"]:
        return [_expand_way(each, item, scope, depth) for each in scope.entity.navigations.values()]
    if way is None:
        has = ", ".join(scope.entity.navigations) or "nothing to expand"
        raise scope.refuse(path, f"{scope.entity.name} has no navigation {names[0]}: it has {has}")
    return [_expand_way(way, item, scope, depth)]


def _expand_way(way: Navigation, item: Node, scope: Scope, depth: int) -> Expand:
    target = scope.service.target(way)
    tails = list(parts(item, "expand_tail"))
    tail = str(tails[0].children[0]) if tails else ""
    options = [child for child in trees(item) if child.data not in ("expand_path", "expand_tail")]
    inner = scope_of(scope.service, target, scope.where, _aliases(options, scope), inner=True)
    query, levels = Query(target), 0
    seen: set[str] = set()
    for option in sorted(options, key=lambda each: each.data != "compute_option"):
        name = str(option.data)
        if name == "alias_option":
            continue
        if name in seen:
            raise scope.refuse(option, f"${name.removesuffix('_option')} stands twice")
        if name not in AFTER.get(tail, OPTIONS):
            raise scope.refuse(option, f"${name.removesuffix('_option')} cannot stand after {tail}")
        seen.add(name)
        if name == "levels_option":
            levels = _levels(option, scope)
        else:
            query, inner = _expand_option(name.removesuffix("_option"), option, query, inner, way, depth)
    if levels > 1:
        query = _again(query, way, levels, scope, item)
    return Expand(way, query, tail == "/$ref", tail == "/$count")


def _aliases(options: Sequence[Node], scope: Scope) -> Mapping[str, str | Node]:
    """What aliases stand for within a navigation: its own options may define some."""
    own = {str(tokens(each, "ALIAS")[0]): trees(each)[0] for each in options if each.data == "alias_option"}
    return {**scope.aliases, **own}


def _levels(option: Node, scope: Scope) -> int:
    text = str(option.children[1])
    levels = MOST_LEVELS if text == "max" else min(int(text), MOST_LEVELS + 1)
    if text != "max" and levels > MOST_LEVELS:
        raise scope.refuse(option, f"at most {MOST_LEVELS} levels are expanded")
    return levels


def _again(query: Query, way: Navigation, levels: int, scope: Scope, item: Node) -> Query:
    """The same navigation below itself, where its target has it."""
    same = query.entity.navigations.get(way.name)
    if same is None:
        return query
    deeper = _again(query, way, levels - 1, scope, item) if levels > 2 else query
    return replace(query, expands=(*query.expands, Expand(same, deeper)))


def _expand_option(
    name: str, option: Node, query: Query, scope: Scope, way: Navigation, depth: int
) -> tuple[Query, Scope]:
    if name == "apply":
        raise scope.not_offered(option, "$apply within $expand is not offered here: ask the other list itself")
    if name in OF_MANY and not way.many:
        raise scope.refuse(option, f"{way.name} leads to one: there is nothing to sort, count or cut")
    if name in IN_ORDER:
        return _bound(name, trees(option)[0], query, scope, depth)
    text = str(option.children[1])
    if name == "count":
        return replace(query, count=text.lower() == "true"), scope
    return replace(query, top=int(text)) if name == "top" else replace(query, skip=int(text)), scope


def _check_width(query: Query) -> None:
    """A star below a star below a star is many statements: there is an end to that."""
    count, waiting = 0, [query]
    while waiting:
        expands = waiting.pop().expands
        count += len(expands)
        waiting.extend(each.query for each in expands)
    if count > MOST_EXPANDS:
        raise ODataError(f"$expand leads to {count} places: at most {MOST_EXPANDS} are taken", target="$expand")
