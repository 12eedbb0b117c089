"""Binds expression trees to an entity: looks names up, checks types, and reports errors with positions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lark import Token, Tree

from frontdesk.edges.odata.expressions.functions import COMPARED, kinds_agree, sum_of
from frontdesk.edges.odata.expressions.literals import FIRST, LAST, span_of, value_of
from frontdesk.edges.odata.expressions.parsing import Node, parse, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import Call, Expression, Literal

ENDS = {"mindatetime": FIRST, "maxdatetime": LAST}


def condition(text: str, scope: Scope) -> Expression:
    """A text that must be true or false. Raises Refused."""
    return condition_of(parse(text, "filter", scope.where), scope)


def condition_of(node: Node, scope: Scope) -> Expression:
    """A tree that must be true or false. Raises Refused."""
    bound = bind(node, scope)
    if bound.kind not in (EdmType.BOOLEAN, EdmType.NULL):
        raise scope.refuse(node, f"this is a value of kind {bound.kind}; a condition is needed, for example x eq 1")
    return bound


def bind(node: Node | Token, scope: Scope) -> Expression:
    """Any expression. Raises Refused."""
    assert isinstance(node, Tree)
    binder = _BINDERS.get(str(node.data))
    if binder is None:
        raise scope.refuse(node, "this cannot stand here")
    return binder(node, scope)


def _literal(node: Node, scope: Scope) -> Expression:
    [token] = node.children
    assert isinstance(token, Token)
    return value_of(token, scope.where)


def _brackets(node: Node, scope: Scope) -> Expression:
    return bind(trees(node)[0], scope)


def alias(node: Node, scope: Scope) -> Expression:
    """What an alias stands for; one without a value is null (OData URL Conventions 5.3)."""
    name = str(node.children[0])
    found = resolved(node, scope)
    if found is None:
        return Literal(None, EdmType.NULL)
    where = name if isinstance(scope.aliases[name], str) else scope.where
    return bind(found, replace(scope, where=where, resolving=scope.resolving | {name}))


def resolved(node: Node, scope: Scope) -> Node | None:
    """The tree that an alias stands for. Raises Refused."""
    name = str(node.children[0])
    if name in scope.resolving:
        raise scope.refuse(node, f"{name} is defined by itself")
    given = scope.aliases.get(name)
    return parse(given, "filter", name) if isinstance(given, str) else given


def _negation(node: Node, scope: Scope) -> Expression:
    return Call("not", (condition_of(trees(node)[0], scope),), EdmType.BOOLEAN)


def _minus(node: Node, scope: Scope) -> Expression:
    inner = bind(trees(node)[0], scope)
    if not inner.kind.is_number:
        raise scope.refuse(node, f"a value of kind {inner.kind} has no negative")
    return Call("minus", (inner,), inner.kind)


def _operation(node: Node, scope: Scope) -> Expression:
    left, operator, right = node.children
    name = str(operator).strip().lower()
    if name in ("and", "or"):
        assert isinstance(left, Tree)
        assert isinstance(right, Tree)
        return Call(name, (condition_of(left, scope), condition_of(right, scope)), EdmType.BOOLEAN)
    one, other = bind(left, scope), bind(right, scope)
    if name in COMPARED:
        if not kinds_agree(one.kind, other.kind):
            raise scope.refuse(right, f"{one.kind} and {other.kind} cannot be compared")
        return Call(name, agreed(one, other), EdmType.BOOLEAN)
    if moved := _moved(name, one, other):
        return moved
    kind = sum_of(name, one.kind, other.kind)
    if kind is None:
        raise scope.refuse(node, f"{name} takes numbers, not {one.kind} and {other.kind}")
    if name in ("div", "mod", "divby") and isinstance(other, Literal) and not other.value:
        raise scope.refuse(right, "nothing can be divided by zero")
    return Call(name, (one, other), kind)


def agreed(one: Expression, other: Expression) -> tuple[Expression, Expression]:
    """Both operands with literals of one type: a date compared with a time becomes its midnight in UTC."""
    return _at_midnight(one, other.kind), _at_midnight(other, one.kind)


def _at_midnight(each: Expression, beside: EdmType) -> Expression:
    if beside is not EdmType.MOMENT or each.kind is not EdmType.DATE:
        return each
    if isinstance(each, Literal) and each.value is not None:
        day = each.value
        return Literal(datetime(day.year, day.month, day.day, tzinfo=UTC), EdmType.MOMENT)  # type: ignore[union-attr]  # a DATE's value is a date
    return Call("midnight", (each,), EdmType.MOMENT)


def _moved(name: str, one: Expression, other: Expression) -> Expression | None:
    """A fixed moment moved by a fixed span: now() sub duration'P7D'."""
    if not (isinstance(one, Literal) and isinstance(other, Literal) and name in ("add", "sub")):
        return None
    if one.kind is not EdmType.MOMENT:
        return None
    if other.kind is EdmType.STRING and isinstance(other.value, str):
        other = span_of(other.value)  # the prefix duration may be left away in 4.01
    if other.kind is not EdmType.DURATION or not isinstance(other.value, float):
        return None
    seconds = other.value if name == "add" else -other.value
    if one.now:
        shift = one.value if isinstance(one.value, float) else 0.0
        return Literal(max(-1e11, min(1e11, shift + seconds)), EdmType.MOMENT, now=True)
    try:
        return Literal(one.value + timedelta(seconds=seconds), EdmType.MOMENT)  # type: ignore[operator, arg-type]  # a MOMENT's value is a datetime
    except OverflowError:
        return Literal(ENDS["maxdatetime" if seconds > 0 else "mindatetime"], EdmType.MOMENT)


def _path(node: Node, scope: Scope) -> Expression:
    from frontdesk.edges.odata.expressions.paths import path

    return path(node, scope)


def _in(node: Node, scope: Scope) -> Expression:
    from frontdesk.edges.odata.expressions.lists import among

    return among(node, scope)


def not_offered(message: str) -> "Callable[[Node, Scope], Expression]":
    """What refuses a part that OData knows and this server does not do."""

    def refuse(node: Node, scope: Scope) -> Expression:
        raise scope.not_offered(node, message)

    return refuse


_BINDERS: dict[str, Callable[[Node, Scope], Expression]] = {
    "literal": _literal,
    "brackets": _brackets,
    "negation": _negation,
    "minus": _minus,
    "operation": _operation,
    "in_": _in,
    "path": _path,
    "has": not_offered("there are no enumerations here that a value could have: compare codes with eq or in"),
    "list": not_offered("lists stand only after in here, for example status_code in ('NW','IP')"),
    "object": not_offered("objects are not compared here: compare their properties"),
}
