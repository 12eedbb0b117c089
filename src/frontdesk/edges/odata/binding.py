"""Trees of expressions bound to the entity they speak of: names looked up, kinds checked, refusals with positions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lark import Token, Tree

from frontdesk.edges.odata.functions import COMPARED, FUNCTIONS, INSTEAD, kinds_agree, sum_of
from frontdesk.edges.odata.literals import value_of
from frontdesk.edges.odata.parsing import Node, parse, position, tokens, trees
from frontdesk.edges.odata.refusals import Refused
from frontdesk.model.entities import Entity, Kind, Navigation, Service
from frontdesk.model.querying import Among, Call, Counted, Expression, Field, Literal, Quantified

MOST_STEPS = 8
MOST_VALUES = 1000
ENDS = {"mindatetime": datetime(2, 1, 1, tzinfo=UTC), "maxdatetime": datetime(9998, 12, 31, tzinfo=UTC)}


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: properties of `entity`, variables of lambdas, columns that a pipeline made.

    `columns` replaces the entity's properties where it is not None. `aliases` are the texts of @names.
    """

    service: Service
    entity: Entity
    where: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Entity] = field(default_factory=dict)
    computed: Mapping[str, Kind] = field(default_factory=dict)
    columns: Mapping[str, Kind] | None = None
    resolving: frozenset[str] = frozenset()

    def refuse(self, node: Node | Token | None, message: str) -> Refused:
        """The refusal of a part, with its position."""
        at = position(node)
        place = self.where if at is None else f"{self.where}, position {at + 1}"
        return Refused(f"{place}: {message}", target=self.where)


def condition(text: str, scope: Scope) -> Expression:
    """A text that must be true or false. Raises Refused."""
    return condition_of(parse(text, "filter", scope.where), scope)


def condition_of(node: Node, scope: Scope) -> Expression:
    """A tree that must be true or false. Raises Refused."""
    bound = bind(node, scope)
    if bound.kind not in (Kind.BOOLEAN, Kind.NULL):
        raise scope.refuse(node, f"this is a value of kind {bound.kind}; a condition is needed, for example x eq 1")
    return bound


def bind(node: Node | Token, scope: Scope) -> Expression:
    """Any expression. Raises Refused."""
    assert isinstance(node, Tree)
    binder = _BINDERS.get(str(node.data))
    if binder is None:
        raise scope.refuse(node, "this is not supported here")
    return binder(node, scope)


def _literal(node: Node, scope: Scope) -> Expression:
    [token] = node.children
    assert isinstance(token, Token)
    return value_of(token, scope.where)


def _brackets(node: Node, scope: Scope) -> Expression:
    return bind(trees(node)[0], scope)


def _alias(node: Node, scope: Scope) -> Expression:
    name = str(node.children[0])
    if name in scope.resolving:
        raise scope.refuse(node, f"{name} is defined by itself")
    if name not in scope.aliases:
        return Literal(None, Kind.NULL)  # an alias without a value is null, OData URL Conventions 5.3
    inner = replace(scope, where=name, resolving=scope.resolving | {name})
    return bind(parse(scope.aliases[name], "filter", name), inner)


def _negation(node: Node, scope: Scope) -> Expression:
    return Call("not", (condition_of(trees(node)[0], scope),), Kind.BOOLEAN)


def _minus(node: Node, scope: Scope) -> Expression:
    inner = bind(trees(node)[0], scope)
    if not inner.kind.is_number:
        raise scope.refuse(node, f"a value of kind {inner.kind} has no negative")
    return Call("minus", (inner,), inner.kind)


def _operation(node: Node, scope: Scope) -> Expression:
    left, operator, right = node.children
    name = str(operator).strip()
    if name in ("and", "or"):
        assert isinstance(left, Tree)
        assert isinstance(right, Tree)
        return Call(name, (condition_of(left, scope), condition_of(right, scope)), Kind.BOOLEAN)
    one, other = bind(left, scope), bind(right, scope)
    if name in COMPARED:
        if not kinds_agree(one.kind, other.kind):
            raise scope.refuse(right, f"{one.kind} and {other.kind} cannot be compared")
        return Call(name, agreed(one, other), Kind.BOOLEAN)
    if moved := _moved(name, one, other):
        return moved
    kind = sum_of(name, one.kind, other.kind)
    if kind is None:
        raise scope.refuse(node, f"{name} takes numbers, not {one.kind} and {other.kind}")
    if name in ("div", "mod", "divby") and isinstance(other, Literal) and not other.value:
        raise scope.refuse(right, "nothing can be divided by zero")
    return Call(name, (one, other), kind)


def agreed(one: Expression, other: Expression) -> tuple[Expression, Expression]:
    """Both with literals of the same kind: a date beside a moment is its midnight in UTC."""
    return _at_midnight(one, other.kind), _at_midnight(other, one.kind)


def _at_midnight(each: Expression, beside: Kind) -> Expression:
    if beside is not Kind.MOMENT or each.kind is not Kind.DATE:
        return each
    if isinstance(each, Literal) and each.value is not None:
        day = each.value
        return Literal(datetime(day.year, day.month, day.day, tzinfo=UTC), Kind.MOMENT)  # type: ignore[union-attr]  # a DATE's value is a date
    return Call("midnight", (each,), Kind.MOMENT)


def _moved(name: str, one: Expression, other: Expression) -> Expression | None:
    """A fixed moment moved by a fixed span: now() sub duration'P7D'."""
    if not (isinstance(one, Literal) and isinstance(other, Literal) and name in ("add", "sub")):
        return None
    if one.kind is not Kind.MOMENT or other.kind is not Kind.DURATION or not isinstance(other.value, float):
        return None
    seconds = other.value if name == "add" else -other.value
    if one.now:
        shift = one.value if isinstance(one.value, float) else 0.0
        return Literal(max(-1e11, min(1e11, shift + seconds)), Kind.MOMENT, now=True)
    try:
        return Literal(one.value + timedelta(seconds=seconds), Kind.MOMENT)  # type: ignore[operator, arg-type]  # a MOMENT's value is a datetime
    except OverflowError:
        return Literal(ENDS["maxdatetime" if seconds > 0 else "mindatetime"], Kind.MOMENT)


def _in(node: Node, scope: Scope) -> Expression:
    what_node, _, list_node = node.children
    what = bind(what_node, scope)
    assert isinstance(list_node, Tree)
    if tokens(list_node, "ALIAS") or (
        any(child.data == "path" for child in trees(list_node)[:1]) and not tokens(list_node, "OPEN")
    ):
        raise scope.refuse(list_node, "write the values in brackets, for example ('a','b')")
    values = tuple(agreed(what, bind(child, scope))[1] for child in _listed(list_node, scope))
    if len(values) > MOST_VALUES:
        raise scope.refuse(list_node, f"{len(values)} values: at most {MOST_VALUES} are taken")
    for each in values:
        if not kinds_agree(what.kind, each.kind):
            raise scope.refuse(list_node, f"{what.kind} and {each.kind} cannot be compared")
    return Among(what, values)


def _listed(node: Node, scope: Scope) -> list[Node]:
    children = trees(node)
    if len(children) == 1 and children[0].data == "json":
        text = str(children[0].children[0]).strip()[1:-1].replace('"', "'")
        inner = parse(f"x in ({text})", "filter", scope.where)
        return trees(trees(inner)[-1])
    return children


def _call(node: Node, scope: Scope) -> Expression:
    name = str(node.children[0])
    arguments = tuple(trees(node))
    if name == "cast":
        return _cast(node, arguments, scope)
    function = FUNCTIONS.get(name)
    if function is None:
        known = f"; use {INSTEAD[name]}" if name in INSTEAD else f": there are {', '.join(sorted(FUNCTIONS))}"
        raise scope.refuse(node, f"there is no function {name}{known}")
    if not function.needs <= len(arguments) <= len(function.takes):
        raise scope.refuse(node, f"{name} takes {len(function.takes)} values, not {len(arguments)}")
    bound = tuple(bind(each, scope) for each in arguments)
    for given, kinds, argument in zip(bound, function.takes, arguments, strict=False):
        if given.kind not in kinds:
            wanted = " or ".join(sorted(kind.value for kind in kinds if kind is not Kind.NULL))
            raise scope.refuse(argument, f"{name} takes {wanted} here, not {given.kind}")
    return _folded(name, bound, function.gives)


def _folded(name: str, bound: tuple[Expression, ...], kind: Kind) -> Expression:
    if name == "now":
        return Literal(0.0, Kind.MOMENT, now=True)
    if name in ENDS:
        return Literal(ENDS[name], Kind.MOMENT)
    if name == "totalseconds":
        [span] = bound
        return Literal(Decimal(str(span.value)) if isinstance(span, Literal) else None, Kind.DECIMAL)
    if name == "totaloffsetminutes":
        return Literal(0, Kind.INTEGER)  # all moments are kept in UTC
    return Call(name, bound, kind)


def _cast(node: Node, arguments: tuple[Node, ...], scope: Scope) -> Expression:
    if len(arguments) != 2:
        raise scope.refuse(node, "cast takes a value and a type, for example cast(ID,Edm.String)")
    wanted = "".join(str(token) for step in trees(arguments[1]) for token in step.children)
    kinds = {f"Edm.{kind.value}": kind for kind in (Kind.STRING, Kind.INTEGER, Kind.LONG, Kind.DECIMAL, Kind.DOUBLE)}
    if wanted not in kinds:
        raise scope.refuse(arguments[1], f"cast to {wanted[:60]} is not possible: use {', '.join(kinds)}")
    return Call("cast", (bind(arguments[0], scope),), kinds[wanted])


@dataclass(slots=True)
class _Walk:
    """How far along a path we are: at `entity`, over `via`, beginning at the variable `of`."""

    entity: Entity
    via: tuple[Navigation, ...] = ()
    of: str = ""


def _path(node: Node, scope: Scope) -> Expression:
    steps = trees(node)
    if len(steps) > MOST_STEPS:
        raise scope.refuse(node, f"a path has at most {MOST_STEPS} steps")
    walk = _Walk(scope.entity)
    if steps[0].data == "it":
        steps = steps[1:]
    elif (name := _name(steps[0])) in scope.variables:
        walk, steps = _Walk(scope.variables[name], of=name), steps[1:]
    elif (column := _column(steps, scope)) is not None:
        return column
    if not steps:
        raise scope.refuse(node, "name a property of it")
    for place, step in enumerate(steps):
        found = _step(step, steps[place + 1 :], walk, scope)
        if found is not None:
            return found
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
    """Take one step; an expression where the path ends with it."""
    if step.data == "cast":
        raise scope.refuse(step, f"{step.children[0]} is not a type that can be cast to here")
    if step.data != "step":
        raise scope.refuse(step, "this follows a navigation to many, for example inboundMsgs/any(m:m/sequence eq 1)")
    name = _name(step)
    if name in walk.entity.properties:
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
    """A path that ends at a navigation to one: it is compared with null by what refers to it."""
    *via, last = walk.via
    source = scope.entity if not via and not walk.of else None
    if walk.of and not via:
        source = scope.variables[walk.of]
    source = source or scope.service.target(via[-1])
    here = last.pairs[-1][0]
    return Field(here, source.properties[here].kind, tuple(via), walk.of)


def _behind(way: Navigation, rest: list[Node], walk: _Walk, step: Node, scope: Scope) -> Expression:
    """What is said of the many rows behind a navigation: a count, any or all."""
    if len(rest) != 1 or rest[0].data not in ("count", "lambda_"):
        raise scope.refuse(
            step, f"{way.name} leads to many: use {way.name}/any(x:…), {way.name}/all(x:…) or {way.name}/$count"
        )
    [last] = rest
    target = scope.service.target(way)
    if last.data == "count":
        inner = replace(scope, entity=target, columns=None, computed={}, variables={})
        conditions = [condition_of(child, inner) for child in trees(last)]
        return Counted(way, walk.via, walk.of, conditions[0] if conditions else None, "")
    every = str(tokens(last, "LAMBDA")[0]) == "all"
    names = tokens(last, "NAME")
    if not names:
        if every:
            raise scope.refuse(last, "all needs a condition, for example all(x:x/sequence eq 1)")
        return Quantified(False, way, walk.via, walk.of, "", None)
    variable = str(names[0])
    if variable in scope.variables:
        raise scope.refuse(last, f"the variable {variable} is in use already")
    inside = replace(scope, variables={**scope.variables, variable: target})
    return Quantified(every, way, walk.via, walk.of, variable, condition_of(trees(last)[0], inside))


_BINDERS = {
    "literal": _literal,
    "brackets": _brackets,
    "alias": _alias,
    "negation": _negation,
    "minus": _minus,
    "operation": _operation,
    "in_": _in,
    "call": _call,
    "path": _path,
}
