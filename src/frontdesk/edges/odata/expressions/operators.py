"""Operators of expressions: their values checked, fixed moments moved at once."""

import json
from datetime import timedelta

from lark import Tree

from frontdesk.edges.odata.expressions.functions import COMPARED, kinds_agree, sum_of
from frontdesk.edges.odata.expressions.literals import ENDS, agreed, span_of
from frontdesk.edges.odata.expressions.parsing import Node, tokens, trees
from frontdesk.edges.odata.expressions.scoping import Scope, resolved
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import Among, Call, Expression, Literal


def negation(node: Node, scope: Scope) -> Expression:
    """What is true where a condition is not. Raises Refused."""
    return Call("not", (scope.condition(trees(node)[0]),), EdmType.BOOLEAN)


def minus(node: Node, scope: Scope) -> Expression:
    """A number below zero. Raises Refused."""
    inner = scope.bind(trees(node)[0])
    if not inner.kind.is_number:
        raise scope.refuse(node, f"a value of kind {inner.kind} has no negative")
    return Call("minus", (inner,), inner.kind)


def operation(node: Node, scope: Scope) -> Expression:
    """Two values compared, combined or calculated with. Raises Refused."""
    left, operator, right = node.children
    name = str(operator).strip().lower()
    if name in ("and", "or"):
        assert isinstance(left, Tree)
        assert isinstance(right, Tree)
        return Call(name, (scope.condition(left), scope.condition(right)), EdmType.BOOLEAN)
    one, other = scope.bind(left), scope.bind(right)
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


MOST_VALUES = 1000


def among(node: Node, scope: Scope) -> Expression:
    """Whether a value is one of a list. Raises Refused."""
    what_node, list_node = trees(node)
    what = scope.bind(what_node)
    values = []
    for each in _listed(list_node, scope):
        value = agreed(what, _item(each, scope))[1]
        if not kinds_agree(what.kind, value.kind):
            raise scope.refuse(each, f"{what.kind} and {value.kind} cannot be compared")
        values.append(value)
    if len(values) > MOST_VALUES:
        raise scope.refuse(list_node, f"{len(values)} values: at most {MOST_VALUES} are taken")
    return Among(what, tuple(values))


def _listed(node: Node, scope: Scope) -> list[Node]:
    """The values in brackets, also of a list that an alias stands for."""
    children = trees(node)
    if tokens(node, "OPEN") and not (len(children) == 1 and _alias_in(children[0])):
        return children
    [child] = children
    if (alias := _alias_in(child)) is not None:
        found = resolved(alias, scope)
        if found is None or found.data != "list":
            return [child] if tokens(node, "OPEN") else _no_list(node, scope)
        child = found
    return trees(child) if child.data == "list" else _no_list(node, scope)


def _no_list(node: Node, scope: Scope) -> list[Node]:
    raise scope.refuse(node, "write the values in brackets, for example ('a','b')")


def _alias_in(node: Node) -> Node | None:
    steps = trees(node)
    return steps[0] if node.data == "path" and len(steps) == 1 and steps[0].data == "alias" else None


def _item(node: Node, scope: Scope) -> Expression:
    """A value of a list: these are literals only."""
    if node.data == "text":
        text = str(json.loads(str(node.children[0]), strict=False))
        if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
            raise scope.refuse(node, "a text has whole characters, no halves of them")
        return Literal(text, EdmType.STRING)
    if node.data == "list":
        raise scope.not_offered(node, "lists of lists are not compared here")
    if node.data != "literal" and _alias_in(node) is None:
        raise scope.refuse(node, "a list holds values only, for example ('a','b')")
    return scope.bind(node)
