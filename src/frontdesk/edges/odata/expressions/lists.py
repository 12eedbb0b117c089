"""The operator `in`: whether a value is one of a list."""

import json

from frontdesk.edges.odata.expressions.aliases import resolved
from frontdesk.edges.odata.expressions.functions import kinds_agree
from frontdesk.edges.odata.expressions.literals import agreed
from frontdesk.edges.odata.expressions.parsing import Node, tokens, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import Among, Expression, Literal

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
