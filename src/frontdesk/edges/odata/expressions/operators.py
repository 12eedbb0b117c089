"""Operators of expressions: their values checked, fixed moments moved at once."""

from datetime import timedelta

from lark import Tree

from frontdesk.edges.odata.expressions.functions import COMPARED, kinds_agree, sum_of
from frontdesk.edges.odata.expressions.literals import ENDS, agreed, span_of
from frontdesk.edges.odata.expressions.parsing import Node, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import Call, Expression, Literal


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
