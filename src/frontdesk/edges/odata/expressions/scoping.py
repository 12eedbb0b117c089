"""The scope of an expression: what names mean in it, and errors with positions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from lark import Token, Tree

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.expressions.parsing import Node, parse, position
from frontdesk.model.entities import EdmType, Entity, ODataService
from frontdesk.model.querying import Expression, Literal

NOT_OFFERED = 501


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: properties of `entity`, variables of lambdas, columns that a pipeline made.

    `columns` replaces the entity's properties where it is not None. `aliases` are what @names stand for. `inner`: the
    rows are not those that the URL names, but behind a navigation of them. `binders` says what each kind of node means.
    """

    service: ODataService
    entity: Entity
    where: str
    binders: Mapping[str, "Binder"]
    aliases: Mapping[str, str | Node] = field(default_factory=dict)
    variables: Mapping[str, Entity] = field(default_factory=dict)
    computed: Mapping[str, EdmType] = field(default_factory=dict)
    columns: Mapping[str, EdmType] | None = None
    resolving: frozenset[str] = frozenset()
    inner: bool = False

    def bind(self, node: Node | Token) -> Expression:
        """What a tree means here. Raises Refused."""
        assert isinstance(node, Tree)
        binder = self.binders.get(str(node.data))
        if binder is None:
            raise self.refuse(node, "this cannot stand here")
        return binder(node, self)

    def condition(self, node: Node) -> Expression:
        """What a tree that must be true or false means here. Raises Refused."""
        bound = self.bind(node)
        if bound.kind not in (EdmType.BOOLEAN, EdmType.NULL):
            raise self.refuse(node, f"this is a value of kind {bound.kind}; a condition is needed, for example x eq 1")
        return bound

    def refuse(self, node: Node | Token | None, message: str, status: int = 400) -> ODataError:
        """The refusal of a part, with its position."""
        at = position(node)
        place = self.where if at is None else f"{self.where}, position {at + 1}"
        return ODataError(f"{place}: {message}", status, target=self.where)

    def not_offered(self, node: Node | Token | None, message: str) -> ODataError:
        """The refusal (501) of what OData knows and this server does not do, with its position."""
        return self.refuse(node, message, NOT_OFFERED)

    def is_own_type(self, name: str, entity: Entity | None = None) -> bool:
        """Whether a qualified name is that of the entity itself, so that a cast to it changes nothing."""
        return name == f"{self.service.namespace}.{(entity or self.entity).name}"


Binder = Callable[[Node, Scope], Expression]


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
