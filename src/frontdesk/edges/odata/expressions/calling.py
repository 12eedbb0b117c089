"""Functions of expressions: looked up, their values checked, folded where they are known already."""

from decimal import Decimal

from frontdesk.edges.odata.expressions.functions import FUNCTIONS, INSTEAD, NOT_OFFERED, kinds_agree, sum_of
from frontdesk.edges.odata.expressions.literals import ENDS
from frontdesk.edges.odata.expressions.parsing import Node, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import Call, Expression, Literal

CASTS = {
    f"Edm.{kind.value}": kind
    for kind in (EdmType.STRING, EdmType.INTEGER, EdmType.LONG, EdmType.DECIMAL, EdmType.DOUBLE)
}
# Types that OData has and to which nothing is cast here.
OTHER_TYPES = frozenset(
    {
        "Edm.Binary", "Edm.Boolean", "Edm.Byte", "Edm.Date", "Edm.DateTimeOffset", "Edm.Duration", "Edm.Guid",
        "Edm.Int16", "Edm.SByte", "Edm.Single", "Edm.TimeOfDay",
    }
)  # fmt: skip


def call(node: Node, scope: Scope) -> Expression:
    """A function of OData. Raises Refused."""
    name = str(node.children[0])
    plain = name.lower()
    arguments = _arguments(node)
    if plain in NOT_OFFERED:
        raise scope.not_offered(node, f"{name} is not offered here: use {NOT_OFFERED[plain]}")
    if name in scope.entity.navigations:
        raise scope.not_offered(node, "keys within a path are not offered here: use any, all or $count")
    if plain == "case":
        return _case(node, arguments, scope)
    if plain == "cast":
        return _cast(node, arguments, scope)
    function = FUNCTIONS.get(plain)
    if function is None:
        known = f"; use {INSTEAD[name]}" if name in INSTEAD else f": there are {', '.join(sorted(FUNCTIONS))}"
        raise scope.refuse(node, f"there is no function {name}{known}")
    if not function.needs <= len(arguments) <= len(function.takes):
        raise scope.refuse(node, f"{name} takes {len(function.takes)} values, not {len(arguments)}")
    bound = tuple(scope.bind(each) for each in arguments)
    for given, kinds, argument in zip(bound, function.takes, arguments, strict=False):
        if given.kind not in kinds:
            wanted = " or ".join(sorted(kind.value for kind in kinds if kind is not EdmType.NULL))
            raise scope.refuse(argument, f"{name} takes {wanted} here, not {given.kind}")
    return _folded(plain, bound, function.gives)


def _arguments(node: Node) -> tuple[Node, ...]:
    return tuple(trees(trees(node)[0]))


def _case(node: Node, arguments: tuple[Node, ...], scope: Scope) -> Expression:
    """The value beside the first condition that is true; null where none is."""
    if not arguments or any(each.data != "when" for each in arguments):
        raise scope.refuse(node, "case takes conditions with values, for example case(ID gt 9:'a',true:'b')")
    bound: list[Expression] = []
    kind = EdmType.NULL
    for each in arguments:
        when, value = trees(each)
        bound += [scope.condition(when), scope.bind(value)]
        found = bound[-1].kind
        if not kinds_agree(kind, found):
            raise scope.refuse(value, f"the values of case are of one kind, not {kind} and {found}")
        kind = (sum_of("add", kind, found) or found) if kind is not EdmType.NULL else found
    return Call("case", tuple(bound), kind)


def _folded(name: str, bound: tuple[Expression, ...], kind: EdmType) -> Expression:
    if name == "now":
        return Literal(0.0, EdmType.MOMENT, now=True)
    if name in ENDS:
        return Literal(ENDS[name], EdmType.MOMENT)
    if name == "totalseconds":
        [span] = bound
        return Literal(Decimal(str(span.value)) if isinstance(span, Literal) else None, EdmType.DECIMAL)
    if name == "totaloffsetminutes":
        return Literal(0, EdmType.INTEGER)  # all moments are kept in UTC
    return Call(name, bound, kind)


def _cast(node: Node, arguments: tuple[Node, ...], scope: Scope) -> Expression:
    if not 1 <= len(arguments) <= 2:
        raise scope.refuse(node, "cast takes a value and a type, for example cast(ID,Edm.String)")
    wanted = "".join(str(token) for step in trees(arguments[-1]) for token in step.children)
    if len(arguments) == 2 and wanted in CASTS:
        return Call("cast", (scope.bind(arguments[0]),), CASTS[wanted])
    entities = {f"{scope.service.namespace}.{name}" for name in scope.service.entities}
    refuse = scope.not_offered if wanted in OTHER_TYPES | entities | CASTS.keys() else scope.refuse
    raise refuse(arguments[-1], f"cast to {wanted[:60]} is not possible: use {', '.join(CASTS)}")


def own_call(node: Node, scope: Scope) -> Expression:
    """A function with its namespace: there are none that could be called within an expression."""
    name = str(node.children[0])
    if name.startswith("Aggregation."):
        raise scope.not_offered(node, f"{name} is not offered here: nothing is arranged in hierarchies")
    if name.startswith("geo."):
        raise scope.not_offered(node, f"{name} is not offered here: nothing has a place on the map")
    raise scope.refuse(node, f"there is no function {name[:60]} that could be called here")
