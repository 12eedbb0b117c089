"""Resolves paths in expressions: properties, also over navigations, and any, all and $count over many rows."""

from dataclasses import dataclass, replace

from frontdesk.edges.odata.expressions.parsing import Node, tokens, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.model.entities import Entity, Navigation
from frontdesk.model.querying import Counted, Expression, Field, Quantified

MOST_STEPS = 8
ANNOTATED = "rows carry no annotations here that could be asked for"
# What may begin a path and is a value by itself.
BEGINNINGS = frozenset({"alias", "call", "own_call", "annotation", "root", "these", "filter_step"})


@dataclass(slots=True)
class _Walk:
    """A position on a path: at `entity`, reached over `via`, starting at the variable `of`."""

    entity: Entity
    via: tuple[Navigation, ...] = ()
    of: str = ""


def path(node: Node, scope: Scope) -> Expression:
    """What a path leads to. Raises Refused."""
    steps = trees(node)
    if len(steps) > MOST_STEPS:
        raise scope.refuse(node, f"a path has at most {MOST_STEPS} steps")
    first, walk = steps[0], _Walk(scope.entity)
    if first.data in BEGINNINGS:
        found = scope.bind(first)
        if len(steps) > 1:
            raise scope.not_offered(steps[1], "nothing is below a value here: begin paths with a property")
        return found
    if first.data == "it":
        if scope.inner and str(first.children[0]) == "$it":
            raise scope.not_offered(first, "$it is not offered within a navigation: $this is the row itself")
        steps = steps[1:]
    elif first.data == "cast" and scope.columns is None and scope.is_own_type(str(first.children[0])):
        steps = steps[1:]
    elif (name := _name(first)) in scope.variables:
        walk, steps = _Walk(scope.variables[name], of=name), steps[1:]
    elif (column := _column(steps, scope)) is not None:
        return column
    if not steps:
        raise scope.not_offered(node, "rows themselves are not compared here: name a property")
    for place, step in enumerate(steps):
        found_there = _step(step, steps[place + 1 :], walk, scope)
        if found_there is not None:
            return found_there
    return _reference(walk, scope)


def _name(step: Node) -> str:
    return str(step.children[0]) if step.data == "step" else ""


def _column(steps: list[Node], scope: Scope) -> Field | None:
    """A column that a pipeline or $compute made."""
    name = "/".join(_name(step) or "?" for step in steps)
    if name in scope.computed:
        return Field(name, scope.computed[name])
    if scope.columns is None:
        return None
    if name in scope.columns:
        return Field(name, scope.columns[name])
    known = ", ".join(scope.columns) or "no columns"
    raise scope.refuse(steps[0], f"there is no {name} in what $apply yields: there is {known}")


def _step(step: Node, rest: list[Node], walk: _Walk, scope: Scope) -> Expression | None:
    """Follow one segment; returns an expression if the path ends with it."""
    if step.data == "cast":
        if scope.is_own_type(str(step.children[0]), walk.entity):
            return None
        raise scope.refuse(step, f"{step.children[0]} is not a type that can be cast to here")
    if (message := _NOT_BELOW.get(str(step.data))) is not None:
        raise scope.not_offered(step, message)
    if step.data != "step":
        raise scope.refuse(step, "this follows a navigation to many, for example inboundMsgs/any(m:m/sequence eq 1)")
    name = _name(step)
    if name in walk.entity.properties:
        if rest and rest[0].data in ("annotation", "alias"):
            raise scope.not_offered(rest[0], ANNOTATED)
        if rest:
            raise scope.refuse(rest[0], f"{name} is a plain value, nothing is below it")
        return Field(name, walk.entity.properties[name].kind, walk.via, walk.of)
    way = walk.entity.navigations.get(name)
    if way is None:
        raise scope.refuse(step, f"{walk.entity.name} has no {name}: it has {_names(walk.entity)}")
    if way.many:
        return _behind(way, rest, walk, step, scope)
    walk.entity, walk.via = scope.service.target(way), (*walk.via, way)
    return None


def _names(entity: Entity) -> str:
    return ", ".join([*entity.properties, *entity.navigations])


def _reference(walk: _Walk, scope: Scope) -> Expression:
    """A path that ends at a to-one navigation; its foreign key is compared with null."""
    *via, last = walk.via
    source = scope.entity if not via and not walk.of else None
    if walk.of and not via:
        source = scope.variables[walk.of]
    source = source or scope.service.target(via[-1])
    here = last.pairs[-1][0]
    return Field(here, source.properties[here].kind, tuple(via), walk.of)


def _behind(way: Navigation, rest: list[Node], walk: _Walk, step: Node, scope: Scope) -> Expression:
    """A count, any or all over the rows behind a to-many navigation."""
    target = scope.service.target(way)
    if rest and rest[0].data == "cast" and scope.is_own_type(str(rest[0].children[0]), target):
        rest = rest[1:]
    if rest and rest[0].data in _NOT_BELOW:
        raise scope.not_offered(rest[0], _NOT_BELOW[str(rest[0].data)])
    if len(rest) != 1 or rest[0].data not in ("count", "lambda_"):
        raise scope.refuse(
            step, f"{way.name} leads to many: use {way.name}/any(x:…), {way.name}/all(x:…) or {way.name}/$count"
        )
    [last] = rest
    if last.data == "count":
        inner = replace(scope, entity=target, columns=None, computed={}, variables={}, inner=True)
        conditions = [inner.condition(child) for child in trees(last)]
        return Counted(way, walk.via, walk.of, conditions[0] if conditions else None, "")
    every = str(tokens(last, "LAMBDA")[0]).lower() == "all"
    names = tokens(last, "NAME")
    if not names:
        if every:
            raise scope.refuse(last, "all needs a condition, for example all(x:x/sequence eq 1)")
        return Quantified(False, way, walk.via, walk.of, "", None)
    variable = str(names[0])
    if variable in scope.variables:
        raise scope.refuse(last, f"the variable {variable} is in use already")
    inside = replace(scope, variables={**scope.variables, variable: target})
    return Quantified(every, way, walk.via, walk.of, variable, inside.condition(trees(last)[0]))


_NOT_BELOW = {
    "alias": "an alias stands for a value of its own here, not for a step of a path",
    "call": "keys and functions within a path are not offered here: use any, all or $count",
    "own_call": "functions within a path are not offered here: use any, all or $count",
    "annotation": ANNOTATED,
    "filter_step": "$filter within a path is not offered here: write $count($filter=…)",
}
