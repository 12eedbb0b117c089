"""What each kind of node of an expression means: names looked up, kinds checked, refusals with positions."""

from collections.abc import Mapping

from lark import Token

from frontdesk.edges.odata.expressions.calling import call, own_call
from frontdesk.edges.odata.expressions.literals import value_of
from frontdesk.edges.odata.expressions.operators import among, minus, negation, operation
from frontdesk.edges.odata.expressions.parsing import Node, trees
from frontdesk.edges.odata.expressions.paths import ANNOTATED, path
from frontdesk.edges.odata.expressions.scoping import Binder, Scope, alias
from frontdesk.model.entities import Entity, ODataService
from frontdesk.model.querying import Expression


def scope_of(
    service: ODataService, entity: Entity, where: str, aliases: Mapping[str, str | Node], *, inner: bool = False
) -> Scope:
    """Where expressions about an entity stand."""
    return Scope(service, entity, where, BINDERS, aliases, inner=inner)


def _literal(node: Node, scope: Scope) -> Expression:
    [token] = node.children
    assert isinstance(token, Token)
    return value_of(token, scope.where)


def _not_offered(message: str) -> Binder:
    """What refuses a part that OData knows and this server does not do."""

    def refuse(node: Node, scope: Scope) -> Expression:
        raise scope.not_offered(node, message)

    return refuse


BINDERS: Mapping[str, Binder] = {
    "literal": _literal,
    "brackets": lambda node, scope: scope.bind(trees(node)[0]),
    "negation": negation,
    "minus": minus,
    "operation": operation,
    "in_": among,
    "path": path,
    "alias": alias,
    "call": call,
    "own_call": own_call,
    "annotation": _not_offered(ANNOTATED),
    "root": _not_offered("$root is not offered here: ask for the other row first"),
    "these": _not_offered("$these is not offered here: use $apply"),
    "filter_step": _not_offered("$filter within a path is not offered here: use the option $filter"),
    "has": _not_offered("there are no enumerations here that a value could have: compare codes with eq or in"),
    "list": _not_offered("lists stand only after in here, for example status_code in ('NW','IP')"),
    "object": _not_offered("objects are not compared here: compare their properties"),
}
