"""$apply: transformations bound one after another; each sees what the one before yields (OData Aggregation 4.0)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lark import Token, Tree

from frontdesk.edges.odata.expressions.parsing import Node, parts, tokens, trees
from frontdesk.edges.odata.expressions.scoping import Scope
from frontdesk.edges.odata.queries.ordering import orders_of, search_of
from frontdesk.model.entities import EdmType
from frontdesk.model.querying import (
    Aggregated,
    Computing,
    Counted,
    Expression,
    Field,
    Filtering,
    Grouping,
    Joining,
    Literal,
    Order,
    Pipeline,
    Ranking,
    Step,
)

MOST_STEPS = 20
NOT_OFFERED = frozenset(
    {
        "topsum", "toppercent", "bottomsum", "bottompercent", "addnested", "nest", "join", "outerjoin", "ancestors",
        "descendants", "traverse",
    }
)  # fmt: skip
METHODS = {"sum": "sum", "min": "min", "max": "max", "average": "average", "countdistinct": "countdistinct"}


@dataclass(frozen=True, slots=True)
class Bound:
    """Steps so far and what they yield: `columns` None while the rows are still those of the entity."""

    steps: Pipeline = ()
    columns: dict[str, EdmType] | None = None
    computed: dict[str, EdmType] = field(default_factory=dict)
    added: tuple[tuple[str, Expression], ...] = ()
    measured: frozenset[str] = frozenset()

    def then(self, step: Step) -> "Bound":
        """With one more step that changes no columns."""
        return replace(self, steps=(*self.steps, step))


def pipeline_of(node: Node, scope: Scope) -> Bound:
    """The steps of an $apply. Raises Refused."""
    items = trees(node)
    if len(items) > MOST_STEPS:
        raise scope.refuse(node, f"at most {MOST_STEPS} transformations are taken")
    bound = Bound(columns=dict(scope.columns) if scope.columns is not None else None, computed=dict(scope.computed))
    for item in items:
        bound = _BINDERS[str(item.data)](item, bound, _seen(bound, scope))
    return bound


def _seen(bound: Bound, scope: Scope) -> Scope:
    return replace(scope, columns=bound.columns, computed=bound.computed)


def _aggregate(node: Node, bound: Bound, scope: Scope) -> Bound:
    figures = _figures(node, scope)
    columns = {each.name: each.kind for each in figures}
    return Bound((*bound.steps, Grouping((), figures)), columns, measured=_measured(figures))


def _groupby(node: Node, bound: Bound, scope: Scope) -> Bound:
    by: dict[str, Field] = {}
    for item in trees(node):
        if item.data == "rollup":
            return _concat(_levels(node, item, scope), bound, scope)
        if item.data == "group_item":
            name, found = _group(item, scope)
            by[name] = found
    steps = next((trees(child) for child in parts(node, "apply")), [])
    before: Bound = bound
    figures: tuple[Aggregated, ...] = ()
    after: list[Node] = []
    for place, step in enumerate(steps):
        if step.data == "t_aggregate":
            figures, after = _figures(step, scope), steps[place + 1 :]
            break
        if step.data not in ("t_filter", "t_search", "t_compute", "t_identity"):
            raise scope.not_offered(step, "within groupby there is aggregate here, with filter and compute before it")
        before = _BINDERS[str(step.data)](step, before, _seen(before, scope))
        scope = _seen(before, scope)
    if after:
        raise scope.not_offered(after[0], "nothing follows aggregate within groupby here: write it after the groupby")
    if clash := by.keys() & {each.name for each in figures}:
        raise scope.refuse(node, f"{sorted(clash)[0]} is both grouped by and the name of a figure")
    columns = {name: each.kind for name, each in by.items()} | {each.name: each.kind for each in figures}
    kept = bound.measured & by.keys()
    return Bound((*before.steps, Grouping(tuple(by.items()), figures)), columns, measured=_measured(figures) | kept)


def _levels(node: Node, rollup: Node, scope: Scope) -> Node:
    """The groupings that a rollup stands for, from all of its paths to the first, or with $all to none of them."""
    paths, inner = list(parts(rollup, "group_item")), list(parts(node, "apply"))
    least = 0 if tokens(rollup, "ALL") else 1
    if len(paths) < 2 - (least == 0):
        raise scope.not_offered(rollup, "rollup of a hierarchy is not offered here: name $all, or two paths or more")
    branches: list[Node] = []
    for many in range(len(paths), least - 1, -1):
        items = [each for child in trees(node) for each in (paths[:many] if child is rollup else [child])]
        if any(each.data in ("group_item", "rollup") for each in items):
            branches.append(Tree("apply", [Tree(node.data, [*items])]))
        else:
            branches += inner
    return Tree("t_concat", [*branches])


def _group(item: Node, scope: Scope) -> tuple[str, Field]:
    steps = [token for step in parts(item, "group_step") for token in step.children if isinstance(token, Token)]
    if len(steps) > 1 and scope.is_own_type(str(steps[0])):
        steps = steps[1:]
    names = [str(name) for name in steps]
    path = "/".join(names)
    found = None
    if all(token.type == "NAME" for token in steps):
        found = scope.bind(Tree("path", [Tree("step", [token]) for token in steps]))
    if not isinstance(found, Field):
        raise scope.refuse(item, f"{path} cannot be grouped by: use properties and navigations to one")
    last = found.name if scope.columns is None else names[-1]
    return (path if last == names[-1] else "/".join([*names[:-1], last])), found


def _figures(node: Node, scope: Scope) -> tuple[Aggregated, ...]:
    figures = tuple(_figure(item, scope) for item in parts(node, "aggregate"))
    names = [each.name for each in figures]
    for name in names:
        if names.count(name) > 1:
            raise scope.refuse(node, f"two figures are named {name}: give one another name with as")
    return figures


def _figure(item: Node, scope: Scope) -> Aggregated:
    method, name = _words(item)
    expression = trees(item)[0]
    for later in parts(item, "from_"):
        raise scope.not_offered(later, "from is not offered here: write one groupby after another")
    if _is_behind(expression, scope):
        raise scope.not_offered(expression, "figures of what lies behind a navigation to many are not offered here")
    if _is_count(expression):
        if method or not name:
            raise scope.refuse(item, "$count takes a name and no method, for example $count as total")
        return Aggregated(name, "count", None, EdmType.INTEGER)
    bound = scope.bind(expression)
    if isinstance(bound, Counted) and not method:
        return Aggregated(_named(item, name, scope), "sum", bound, EdmType.INTEGER)
    if isinstance(bound, Field) and not name:
        name = bound.name if not bound.via else ""
    if method and not tokens(item, "NAME"):
        raise scope.refuse(item, "give the figure a name, for example x with sum as total")
    method = method or _default(bound, item, scope)
    if method not in METHODS:
        raise scope.refuse(item, f"there is no method {method[:40]}: use {', '.join(METHODS)}")
    if method in ("sum", "average") and not bound.kind.is_number:
        raise scope.refuse(item, f"{method} needs a number, not a {bound.kind}")
    kind = {"countdistinct": EdmType.INTEGER, "average": EdmType.DECIMAL}.get(method, bound.kind)
    return Aggregated(_named(item, name, scope), method, bound, kind)


def _is_behind(node: Node, scope: Scope) -> bool:
    """Whether a path leads over a navigation to many to a property there: inboundMsgs/sequence."""
    if node.data != "path" or scope.columns is not None:
        return False
    entity = scope.entity
    steps = [(str(step.children[0]), str(step.data)) for step in trees(node)]
    for place, (name, kind) in enumerate(steps[:-1]):
        way = entity.navigations.get(name)
        if kind != "step" or way is None:
            return False
        if way.many:
            return steps[place + 1][1] == "step"
        entity = scope.service.target(way)
    return False


def _words(item: Node) -> tuple[str, str]:
    """The method after with and the name after as; each may be empty."""
    method = name = ""
    for token in tokens(item, "METHOD", "NAME"):
        if token.type == "METHOD":
            method = str(token)
        else:
            name = str(token)
    return method, name


def _named(item: Node, name: str, scope: Scope) -> str:
    if not name:
        raise scope.refuse(item, "give the figure a name, for example x with sum as total")
    return name


def _default(bound: Expression, item: Node, scope: Scope) -> str:
    """A measure is summed where nothing else is said."""
    if isinstance(bound, Field) and scope.columns is None:
        entity = scope.service.target(bound.via[-1]) if bound.via else scope.entity
        if bound.name in entity.measures:
            return "sum"
    raise scope.refuse(item, "say how, for example x with max as latest; only measures have a method of their own")


def _is_count(node: Node) -> bool:
    steps = trees(node)
    return node.data == "path" and len(steps) == 1 and steps[0].data == "count" and not trees(steps[0])


def _measured(figures: tuple[Aggregated, ...]) -> frozenset[str]:
    return frozenset(each.name for each in figures if each.kind.is_number)


def _concat(node: Node, bound: Bound, scope: Scope) -> Bound:
    branches = [pipeline_of(child, scope) for child in parts(node, "apply")]
    columns: dict[str, EdmType] = {}
    for branch in branches:
        own = branch.columns
        if own is None:
            own = {name: each.kind for name, each in scope.entity.properties.items() if each.shown}
            own |= branch.computed
        for name, kind in own.items():
            if columns.setdefault(name, kind) is not kind:
                if not (kind.is_number and columns[name].is_number):
                    raise scope.refuse(node, f"{name} is of different kinds in the parts of concat")
                columns[name] = EdmType.DECIMAL
    measured = frozenset().union(*(branch.measured for branch in branches))
    joined = Joining(tuple(branch.steps for branch in branches))
    return Bound((*bound.steps, joined), columns, measured=measured)


def _compute(node: Node, bound: Bound, scope: Scope) -> Bound:
    added: list[tuple[str, Expression]] = []
    kinds: dict[str, EdmType] = {}
    taken = set(bound.columns if bound.columns is not None else scope.entity.properties) | set(bound.computed)
    for item in parts(trees(node)[0], "compute_item"):
        name = str(tokens(item, "NAME")[0])
        if name in taken or name in kinds:
            raise scope.refuse(item, f"{name} is there already: choose another name")
        value = scope.bind(trees(item)[0])
        added.append((name, value))
        kinds[name] = value.kind
    step = Computing(tuple(added))
    if bound.columns is None:
        computed = bound.computed | kinds
        return replace(bound, steps=(*bound.steps, step), computed=computed, added=(*bound.added, *added))
    return replace(bound, steps=(*bound.steps, step), columns=bound.columns | kinds)


def _best(node: Node, bound: Bound, scope: Scope) -> Bound:
    kind = str(tokens(node, "T_BEST")[0])
    many, by = trees(node)
    wanted = scope.bind(many)
    if not isinstance(wanted, Literal) or wanted.kind is not EdmType.INTEGER or not isinstance(wanted.value, int):
        raise scope.not_offered(many, f"{kind} takes a whole number here")
    if wanted.value < 0:
        raise scope.refuse(many, f"{kind} takes a number, 0 or more")
    return bound.then(Ranking((Order(scope.bind(by), kind == "topcount"),), top=wanted.value))


def _unknown(node: Node, bound: Bound, scope: Scope) -> Bound:  # noqa: ARG001 - all binders look alike
    name = str(tokens(node, "NAME", "QNAME")[0])
    known = "filter, search, groupby, aggregate, concat, compute, orderby, top, skip, topcount, bottomcount, identity"
    if name in NOT_OFFERED:
        raise scope.not_offered(node, f"{name} is not offered here: there are {known}")
    raise scope.refuse(node, f"there is no transformation {name[:60]}: there are {known}")


_BINDERS: dict[str, Callable[[Node, Bound, Scope], Bound]] = {
    "t_filter": lambda node, bound, scope: bound.then(Filtering(scope.condition(trees(node)[0]))),
    "t_search": lambda node, bound, scope: bound.then(Filtering(search=search_of(trees(node)[0], scope))),
    "t_aggregate": _aggregate,
    "t_groupby": _groupby,
    "t_concat": _concat,
    "t_compute": _compute,
    "t_orderby": lambda node, bound, scope: bound.then(Ranking(orders_of(trees(node)[0], scope))),
    "t_top": lambda node, bound, _: bound.then(Ranking(top=int(tokens(node, "DIGITS")[0]))),
    "t_skip": lambda node, bound, _: bound.then(Ranking(skip=int(tokens(node, "DIGITS")[0]))),
    "t_best": _best,
    "t_identity": lambda _node, bound, _scope: bound,
    "t_unknown": _unknown,
}
