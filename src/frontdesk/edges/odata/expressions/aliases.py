"""Aliases of expressions: @names whose values stand elsewhere in the URL."""

from dataclasses import replace

from frontdesk.edges.odata.expressions.parsing import Node, parse
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import Expression, Literal


def alias(node: Node, scope: Scope) -> Expression:
    """What an alias stands for; one without a value is null (OData URL Conventions 5.3)."""
    name = str(node.children[0])
    found = resolved(node, scope)
    if found is None:
        return Literal(None, EdmType.NULL)
    where = name if isinstance(scope.aliases[name], str) else scope.where
    return replace(scope, where=where, resolving=scope.resolving | {name}).bind(found)


def resolved(node: Node, scope: Scope) -> Node | None:
    """The tree that an alias stands for. Raises Refused."""
    name = str(node.children[0])
    if name in scope.resolving:
        raise scope.refuse(node, f"{name} is defined by itself")
    given = scope.aliases.get(name)
    return parse(given, "filter", name) if isinstance(given, str) else given
