"""Cuts articles into what is searched: sentences with their place, and the questions that an article answers."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import takewhile, zip_longest

from frontdesk.model.knowledge import Article, Passage

_LONGEST = 400
_SHORTEST = 25
_END = re.compile(
    r"(?<=[.!?…])[\"'”’»)\]*_]*\s+(?=[^\W_]|[\"'“„«¿¡(\[*_])|[。！？]|\n\s*\n|\n(?=\s*(?:[-*+#>|]|\d+[.)])\s)"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:\d{1,3}|[^\W\d_]|nr|no|art|bzw|ca|dr|mr|mrs|ms|prof|st|inkl|incl|tel|approx|vs|z\.\s?b|d\.\s?h"
    r"|e\.g|i\.e|u\.\s?a|sra?|mme|av|etc|usw|evtl|ggf|min|max|mind)\.$",
    re.I,
)
# Code stays as it is (`*100#`), and so does what is within a word (ada_l@example.com).
_MARKS = re.compile(
    r"`+([^`\n]+)`+|!?\[([^\]]*)\]\([^)]*\)|^[ \t]*(?:#{1,6}|>|[-*+]|\d+[.)])[ \t]+|\*{2,3}|(?<!\w)_{1,3}(?=\S)"
    r"|(?<=\S)_{1,3}(?!\w)|(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])|<[^<>]{1,200}>",
    re.M,
)
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_ROW, _RULE = re.compile(r"[ \t]*\|"), re.compile(r"[ \t|:]*-[ \t|:-]*")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]")
# So far back is looked for the head of a table and the line that introduces a list.
_BACK = 4_000
_WORD = re.compile(r"\w")


def passages_of(article: Article) -> tuple[Passage, ...]:
    """The whole body first, then its sentences (`body[start:end]`), then its questions; numbered from 0."""
    places = sentences_of(article.body)
    if len(places) != 1:
        places = [whole_of(article.body), *places]
    parts = [(start, end, "") for start, end in places]
    parts += [(0, 0, question) for question in article.questions if question.strip()]
    return tuple(Passage(article.id, article.version, i, *part) for i, part in enumerate(parts))


def text_of(article: Article, passage: Passage) -> str:
    """What is searched of a passage: the title, then its text; a question stands alone. No markup, white space even."""
    if passage.question:
        return even(passage.question)
    body = even(readable(article.body, passage.start, min(passage.end, passage.start + 3 * _LONGEST)))
    title = even(article.title)
    return f"{title}: {body}" if title and body and title != body else title or body


def whole_of(body: str) -> tuple[int, int]:
    """The place of the body without white space around it."""
    return len(body) - len(body.lstrip()), len(body.rstrip())


def sentences_of(body: str) -> list[tuple[int, int]]:
    """The places of the sentences of a Markdown body, in order; a heading belongs to the sentence after it, as does
    what introduces a list."""
    found: list[tuple[int, int]] = []
    open_at: int | None = None
    for start, end in pieces_of(body):
        first = start if open_at is None else open_at
        text = body[start:end]
        introduces = bool(_HEADING.match(text)) or text.rstrip(" *").endswith(":")
        if introduces or len(plain(text)) < _SHORTEST:
            if found and open_at is None and not introduces and end - found[-1][0] <= _LONGEST:
                found[-1] = (found[-1][0], end)
            else:
                open_at = first
            continue
        open_at = None
        found.append((first, end))
    if open_at is not None:
        found.append((open_at, whole_of(body)[1]))
    return [place for start, end in found for place in _short_enough(body, start, end)]


def readable(body: str, start: int, end: int) -> str:
    """What stands there without marks: rows with the names of their columns, an item after what introduces the list."""
    before, lines = body[max(start - _BACK, 0) : start].split("\n")[:-1], body[start:end].split("\n")
    if _ITEM.match(lines[0]):
        lead = next((line for line in reversed(before) if line.strip() and not _ITEM.match(line)), "")
        return plain("\n".join([lead, *lines] if lead.rstrip(" *").endswith(":") else lines)).strip()
    rows = list(takewhile(_ROW.match, reversed(before))) if _ROW.match(lines[0]) else []
    columns, found = _cells(rows[-1]) if rows else [], list[str]()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if not _ROW.match(line):
            columns = []
            found.append(line)
        elif columns and not _RULE.fullmatch(line):
            first, *others = [
                f"{name} {cell}".strip() for name, cell in zip_longest(columns, _cells(line), fillvalue="")
            ]
            found.append(f"{first}: {', '.join(others)}" if others else first)
        elif not columns:
            columns = _cells(line)
            found += [] if _ROW.match(after) else [", ".join(columns)]
    return plain("\n".join(found)).strip()


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def plain(text: str) -> str:
    """The text without the marks of Markdown and HTML."""
    return _MARKS.sub(lambda match: match[match.lastindex] if match.lastindex else "", text)


def even(text: str) -> str:
    """The text in one form (NFKC), without control characters, with every run of white space as one space."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" or c.isspace() else " " for c in text)
    return " ".join(unicodedata.normalize("NFKC", kept).split())


def pieces_of(body: str) -> Iterator[tuple[int, int]]:
    """The places between the ends of sentences, paragraphs and items, however short."""
    start = 0
    for match in _END.finditer(body):
        if _ABBREVIATION.search(body, max(start - 1, match.start() - 8, 0), match.start()):
            continue
        yield from _stripped(body, start, match.end())
        start = match.end()
    yield from _stripped(body, start, len(body))


def _stripped(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    text = body[start:end]
    first, last = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
    if first < last and _WORD.search(body, first, last):
        yield first, last


def _short_enough(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        space = body.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        middle = space if space > 0 else start + _LONGEST
        yield from _stripped(body, start, middle)
        start = middle
    yield from _stripped(body, start, end)
