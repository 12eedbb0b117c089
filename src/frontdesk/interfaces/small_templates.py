"""The part of Jinja that texts of people may use: values, conditions, loops that are not nested, a few filters.

Whatever is written in it ends soon and stays small, while it is tried and when it answers a customer. Nothing in it can
repeat itself: there are no calls, no arithmetic, no variables of its own, no loop in a loop. A loop goes over a limited
number of entries, and a result has a limited length. So no process has to be watched by a clock.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from jinja2 import Environment, Template, nodes

from frontdesk.interfaces.errors import Invalid
from frontdesk.model.translatable import tr

MOST_ROUNDS = 1000
LONGEST_TEXT, LONGEST_RESULT = 20_000, 100_000
FILTERS = ("capitalize", "count", "d", "default", "first", "join", "last", "length", "lower", "title", "trim", "upper")
_PARTS = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.CondExpr,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
    nodes.Keyword,
)
_FEW = "few"


def small_environment(kind: type[Environment], **options: Any) -> Environment:
    """An environment of this kind that holds what `small_tree` lets through, and nothing else."""
    made = kind(**options)
    kept = {name: made.filters[name] for name in FILTERS}
    made.filters = {**kept, "join": _join, _FEW: _few}
    made.globals = {}
    return made


def small_tree(environment: Environment, text: str, longest: int = LONGEST_TEXT) -> nodes.Template:
    """A text, taken apart and held to the small language. Raises Invalid, and what Jinja raises for what is no text."""
    if len(text) > longest:
        raise Invalid(tr("a text has at most {most:,} characters", most=longest))
    tree = environment.parse(text)
    _check(tree, in_loop=False)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, _FEW, [], [], None, None)
    return tree


def render_small(template: Template, values: Mapping[str, Any]) -> str:
    """The text with values in it. Raises Invalid where it grows too long, and what Jinja raises."""
    parts, left = [], LONGEST_RESULT
    for part in template.generate(values):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise Invalid(tr("the text grows longer than {most:,} characters", most=LONGEST_RESULT))
    return "".join(parts)


def _check(node: nodes.Node, *, in_loop: bool) -> None:
    is_loop = isinstance(node, nodes.For)
    if not isinstance(node, _PARTS) or (isinstance(node, nodes.For) and (in_loop or node.recursive)):
        raise Invalid(
            tr(
                "line {line}: {what} cannot be used here: a text may use values, conditions, loops that are not "
                "nested, and the filters {known}",
                line=getattr(node, "lineno", 1),
                what=_named(node),
                known=", ".join(FILTERS),
            )
        )
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise Invalid(tr("there is no filter {name!r}: use one of {known}", name=node.name, known=", ".join(FILTERS)))
    for each in node.iter_child_nodes():
        _check(each, in_loop=in_loop or is_loop)


def _named(node: nodes.Node) -> str:
    return type(node).__name__.lower()


def _few(entries: Iterable[Any]) -> list[Any]:
    return list(islice(entries, MOST_ROUNDS))


def _join(entries: Iterable[Any], between: str = "") -> str:
    """Of so many entries, and never longer than a result may be."""
    found = str(between)[:100].join(str(each) for each in _few(entries))
    if len(found) > LONGEST_RESULT:
        raise Invalid(tr("the text grows longer than {most:,} characters", most=LONGEST_RESULT))
    return found
