"""Splits the cells of a table into tokens, to tell which facts they read and whether they only compare with literals.

Only zen-engine evaluates cells; this file never does.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import zen

from frontdesk.model.translatable import Translatable, tr

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'[^']*'|"[^"]*")
    | (?P<template>`[^`]*`)
    | (?P<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<name>[^\W\d][\w$]*|[$\#][\w$]*)
    | (?P<sign>\.\.|<=|>=|==|!=|\?\?|&&|\|\||[^\w\s])
    )""",
    re.VERBOSE,
)
CONSTANTS = {"true": True, "false": False, "null": None}
KEYWORDS = {*CONSTANTS, "and", "or", "not", "in"}
# What goes over a list, each entry again with an expression of its own (zen-engine 2.1).
_LOOPING = re.compile(r"\b(?:all|none|some|one|filter|map|flatMap|count)\s*\(")
LONGEST_CELL, MOST_LOOPS = 4_000, 2
CLOCKS, DATES = frozenset({"d", "rand"}), frozenset({"date", "time"})
# A range of at most a thousand numbers, which may be gone over.
_SHORT_RANGE = re.compile(r"[\[(]\s*\d{1,3}\s*\.\.\s*\d{1,3}\s*[\])]")
_BARE_COMMA = re.compile(r"-?\d[\d.]*,\d+")
_PLACE = re.compile(r"at \(?(\d+)")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# After a sign of comparison, before the end of a range, or a share: 0,9.
_DECIMAL_COMMA = re.compile(r"[<>]=?\s*-?\d+,\d+|==\s*\d+,\d+|\d+,\d+\s*\.\.|\.\.\s*\d+,\d+|^\s*0,\d+\s*$")
_SIGNS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_COMPARING = {"<", "<=", ">", ">=", "==", "!=", "[", "]", "(", ")", "..", ",", "-", "and", "or", "not", "in", "$"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression; `kind` is text, template, number, name or sign."""

    kind: str
    word: str


def tokens(expression: str) -> list[Token]:
    """The pieces, in order."""
    found = _TOKEN.finditer(expression)
    return [Token(str(match.lastgroup), match[str(match.lastgroup)]) for match in found]


def ask_engine(work: Callable[..., Any], *arguments: Any) -> Any:
    """What zen-engine answers. Raises ValueError in our words; a panic of the engine is an error like any other."""
    try:
        return work(*arguments)
    except BaseException as error:  # a panic of the engine is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise ValueError(reason(error)) from None


def reason(error: BaseException) -> Translatable:
    """An error of zen-engine in words, without its own JSON and the native stack that follows."""
    told = str(error).split("\n\nStack", 1)[0].strip()
    try:
        found = json.loads(told)
        source = found.get("source", "")
        kind, detail = found["type"], source.get("type", "") if isinstance(source, dict) else str(source)
    except (ValueError, KeyError, AttributeError):
        return tr("the rule engine failed: {error}", error=" ".join(told.split())[:200])
    at = _PLACE.search(detail)
    if kind == "NodeError":
        return tr("{node} failed: {error}", node=found.get("nodeId", ""), error=detail[:300])
    if kind in ("parserError", "lexerError") and at:
        return tr("it cannot be read from character {at} on: a text is written in quotes", at=int(at[1]) + 1)
    texts = {
        "lexerError": tr("a quote is missing, or it has a sign that means nothing here"),
        "parserError": tr("it cannot be read: it is cut short, or has more than one condition"),
        "vmError": tr("it compares or computes with values that do not fit together"),
        "cyclicGraph": tr("its nodes lead in a circle"),
        "invalidInputCount": tr("it needs one input node"),
        "missingNode": tr("an edge leads to a node that is not there"),
    }
    return texts.get(detail) or texts.get(kind) or tr("the rule engine refuses it ({kind})", kind=kind)


def check_bounds(expression: str, most_loops: int = MOST_LOOPS) -> None:
    """That an expression ends soon and stays small, whatever the facts are: zen-engine itself sets no bounds, and what
    counts through [1..1e9] ends the process. Raises ValueError.

    Read from the bare text, as expressions may also stand within templates: what only looks so is refused too.
    """
    if len(expression) > LONGEST_CELL:
        raise ValueError(tr("it is longer than {most:,} characters", most=LONGEST_CELL))
    loops = len(_LOOPING.findall(expression))
    if loops > most_loops:
        raise ValueError(tr("it goes over lists more than {most} times", most=most_loops))
    if loops and ".." in _SHORT_RANGE.sub("", expression):
        raise ValueError(tr("it goes over a range of numbers, which may be without end: only lists can be gone over"))
    if any(token.word == ";" or (token.kind == "template" and ";" in token.word) for token in tokens(expression)):
        raise ValueError(tr("it has several statements: write one expression"))


def check_repeatable(expression: str) -> None:
    """That an expression gives the same tomorrow: a decision must be computable from its record. Raises ValueError."""
    pieces = tokens(expression)
    for at, token in enumerate(pieces):
        called = token.word if at + 1 < len(pieces) and _is_call(pieces, at + 1) else ""
        if called in CLOCKS or (called in DATES and "now" in expression.lower()):
            raise ValueError(
                tr(
                    "{name}() reads the clock or chance, so that the decision could not be computed again: use"
                    " local.hour, local.weekday, local.holiday or age_hours",
                    name=called,
                )
            )


def check_cell(expression: str, *, of_number: bool = False) -> None:
    """That no comma is meant as a decimal sign, as spreadsheets of some countries write it, and that no date is written
    bare. `of_number`: of a fact with decimals, where 1,5 can be meant so. Raises ValueError.
    """
    bare = _QUOTED.sub("''", expression)
    if found := _DATE.search(bare):
        raise ValueError(tr("{written} is no date here: write date('2026-03-31')", written=found[0]))
    if found := _DECIMAL_COMMA.search(bare) or (_BARE_COMMA.fullmatch(bare.strip()) if of_number else None):
        raise ValueError(
            tr(
                "{written} has a comma where a point belongs: write {meant}, for a comma separates two conditions",
                written=found[0].strip(),
                meant=found[0].strip().replace(",", "."),
            )
        )


def compared(expression: str) -> list[tuple[tuple[str, ...], Any]]:
    """The facts that an expression compares with a literal directly, with that literal."""
    found: list[tuple[tuple[str, ...], Any]] = []
    pieces = tokens(expression)
    for at, token in enumerate(pieces):
        if token.word not in _SIGNS or at == 0 or at + 1 >= len(pieces):
            continue
        name, value = pieces[at - 1], literals(pieces[at + 1].word)
        is_name = name.kind == "name" and name.word not in KEYWORDS
        if is_name and value and pieces[at + 1].kind in ("text", "number"):
            found.append((_path(pieces, _start(pieces, at - 1)), value[0]))
    return found


def _start(pieces: Sequence[Token], at: int) -> int:
    """Where the path begins that ends here."""
    while at >= 2 and pieces[at - 1].word == "." and pieces[at - 2].kind == "name":
        at -= 2
    return at


def literals(expression: str) -> list[Any]:
    """All texts, numbers and constants that are written in it; a minus before a number counts."""
    found: list[Any] = []
    minus = False
    for token in tokens(expression):
        if token.kind == "text":
            found.append(token.word[1:-1])
        elif token.kind == "number":
            value = float(token.word.replace("_", ""))
            found.append(-value if minus else value)
        elif token.word in CONSTANTS:
            found.append(CONSTANTS[token.word])
        minus = token.word == "-"
    return found


def is_comparison(expression: str) -> bool:
    """Whether the cell only compares the column's value with literals."""
    before = Token("sign", ",")
    for token in tokens(expression):
        if token.kind == "template" or (token.kind in ("name", "sign") and not _compares(token, before)):
            return False
        before = token
    return True


def _compares(token: Token, before: Token) -> bool:
    if token.word == "-":  # of a negative number, not a subtraction
        return before.kind == "sign" and before.word not in (")", "]")
    return token.word in _COMPARING or token.word in CONSTANTS


def names_read(expression: str) -> list[tuple[str, ...]]:
    """The facts that an expression reads, as paths: entities.order_no is ("entities", "order_no")."""
    pieces = tokens(expression)
    has_objects = any(token.word == "{" for token in pieces)
    paths: list[tuple[str, ...]] = []
    for at, token in enumerate(pieces):
        after = pieces[at + 1].word if at + 1 < len(pieces) else ""
        is_key = after == ":" and has_objects
        follows_dot = at > 0 and pieces[at - 1].word == "."
        if token.kind == "name" and not (follows_dot or is_key or after == "(" or token.word in KEYWORDS):
            paths.append(_path(pieces, at))
    return [path for path in paths if path[0][0] not in "$#"]


def _path(pieces: Sequence[Token], at: int) -> tuple[str, ...]:
    path = [pieces[at].word]
    while at + 2 < len(pieces) and pieces[at + 1].word == "." and pieces[at + 2].kind == "name":
        path.append(pieces[at + 2].word)
        at += 2
    return tuple(path)


def constant(expression: str) -> Any:
    """The value of an output cell. Raises ValueError when it would not be the same for every message."""
    check_bounds(expression)
    pieces = tokens(expression)
    if any(token.kind == "template" for token in pieces):
        raise ValueError(tr("a template is not constant: write a text in plain quotes"))
    if paths := names_read(expression):
        raise ValueError(
            tr("it reads {fact}, but what a row yields is constant: quote a text", fact=".".join(paths[0]))
        )
    if any(_is_call(pieces, at) for at in range(len(pieces))):
        raise ValueError(tr("it calls a function, but what a row yields is constant"))
    return ask_engine(zen.evaluate_expression, expression, {})


def _is_call(pieces: Sequence[Token], at: int) -> bool:
    return at > 0 and pieces[at].word == "(" and pieces[at - 1].kind == "name" and pieces[at - 1].word not in KEYWORDS
