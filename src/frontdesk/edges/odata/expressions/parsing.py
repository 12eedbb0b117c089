"""Parses expressions of OData URLs into trees, after the OASIS ABNF; errors name their position."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput

from frontdesk.edges.odata.errors import ODataError

Node = Tree[Token]
STARTS = ("filter", "orderby", "compute", "select", "expand", "search", "apply", "key")
MOST_CHARACTERS = 20_000
MOST_NODES = 2_000
MOST_DEPTH = 60
_NAMES = {
    "CLOSE": ")",
    "OPEN": "(",
    "COMMA": "a comma",
    "NAME": "a name",
    "STRING": "a text in single quotes",
    "$END": "the end",
    "EQUAL": "eq or ne",
    "LESS": "lt, le, gt or ge",
    "AND": "and",
    "OR": "or",
    "NUMBER": "a number",
    "DIGITS": "a whole number",
    "SLASH": "/",
    "EQUALS": "=",
}
_TOLD = 6
# Transformations and functions with a grammar of their own, of which nothing more is read.
_NOT_OFFERED = re.compile(
    r"(?:(?:^|[/(,][ \t]*)(?P<step>addnested|nest|join|outerjoin|ancestors|descendants|traverse|rolluprecursive)"
    r"|(?<!identity/)(?<=\w/)(?P<figure>aggregate))\("
)


@lru_cache(2048)
def parse(text: str, start: str, where: str) -> Node:
    """The tree of a text; `where` names the option in errors. Raises ODataError with the position."""
    if len(text) > MOST_CHARACTERS:
        raise ODataError(f"{where} has {len(text):,} characters: at most {MOST_CHARACTERS:,} are read", target=where)
    if (deep := _depth(text)) > MOST_DEPTH:
        raise ODataError(f"{where} is nested {deep} deep: at most {MOST_DEPTH} levels are read", target=where)
    try:
        tree = _parser().parse(text, start=start)
    except UnexpectedInput as error:
        raise _refusal(error, text, where) from None
    found: Node = tree if isinstance(tree, Tree) else Tree(start, [tree])
    _check_size(found, where)
    return found


def position(node: Node | Token | None) -> int | None:
    """Where a part of a text begins, counted from 0; None where it is not known."""
    if isinstance(node, Token):
        return node.start_pos
    for child in node.children if node is not None else ():
        if child is not None and (found := position(child)) is not None:
            return found
    return None


def parts(node: Node, kind: str) -> Iterator[Node]:
    """The children of a kind, in order."""
    return (child for child in node.children if isinstance(child, Tree) and child.data == kind)


def trees(node: Node) -> list[Node]:
    """The children that are trees, in order."""
    return [child for child in node.children if isinstance(child, Tree)]


def tokens(node: Node, *kinds: str) -> list[Token]:
    """The children that are words of these kinds, in order."""
    return [child for child in node.children if isinstance(child, Token) and child.type in kinds]


@lru_cache(1)
def _parser() -> Lark:
    grammar = (files("frontdesk.edges.odata") / "grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", start=list(STARTS), maybe_placeholders=True)


def _depth(text: str) -> int:
    """How deep brackets are nested outside of texts, so that a caller cannot exhaust the parser's stack."""
    deepest = now = 0
    quoted = False
    for character in text:
        if character == "'":
            quoted = not quoted
        elif not quoted and character in "([{":
            now += 1
            deepest = max(deepest, now)
        elif not quoted and character in ")]}":
            now -= 1
    return deepest


def _check_size(tree: Node, where: str) -> None:
    nodes, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if nodes > MOST_NODES:
            raise ODataError(f"{where} has more than {MOST_NODES} parts: ask for less at a time", target=where)
        if depth > MOST_DEPTH * 5:
            raise ODataError(f"{where} is nested too deeply: ask for less at a time", target=where)
        waiting.extend((child, depth + 1) for child in node.children if isinstance(child, Tree))


def _refusal(error: UnexpectedInput, text: str, where: str) -> ODataError:
    at = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        at = len(text)
    unknown = _NOT_OFFERED.search(_unquoted(text))
    if unknown is not None and unknown.lastgroup and unknown.start(unknown.lastgroup) <= at:
        place, name = unknown.start(unknown.lastgroup) + 1, unknown[unknown.lastgroup]
        return ODataError(f"{where}, position {place}: {name} is not offered here", 501, where)
    if at:
        at += len(text[at:]) - len(text[at:].lstrip(" \t"))
    allowed = error.allowed if isinstance(error, UnexpectedCharacters) else getattr(error, "expected", set())
    wanted = sorted({_NAMES[name] for name in allowed or () if name in _NAMES})
    found = f"{text[at : at + 20]!r} cannot stand" if at < len(text) else "something is missing"
    hint = f"; possible are {', '.join(wanted[:_TOLD])}" if wanted else ""
    return ODataError(f"{where}, position {at + 1}: {found} here{hint}", target=where)


def _unquoted(text: str) -> str:
    """The text with what stands in quotes blanked out, every character in its place."""
    return re.sub(r"'[^']*'", lambda found: " " * len(found[0]), text)
