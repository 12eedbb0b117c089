"""Cuts an article into the passages that are searched: its questions, and its body in parts of some sentences."""

import re
from collections.abc import Iterator, Sequence

from frontdesk.model.knowledge import Article, Passage

# Characters of a passage: one thought. What is longer is cut at the end of a sentence, at the latest at LONGEST.
USUAL, LONGEST = 500, 1_000
_BLOCK = re.compile(r"\S(?:.*?)(?=\n[ \t]*\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"#{1,6} ")
_SENTENCE = re.compile(r"[.!?。！？][\"'”’)\]]*(?:\s+|$)|\n")
Span = tuple[int, int]


def cut(article: Article) -> Sequence[Passage]:
    """Its questions, then the parts of its body, numbered from 0."""
    questions = [(0, 0, question) for question in article.questions if question.strip()]
    parts = [(start, end, "") for start, end in _parts(article.body)]
    return [
        Passage(article.id, article.version, number, start, end, question)
        for number, (start, end, question) in enumerate([*questions, *parts])
    ]


def searched_text(article: Article, passage: Passage) -> str:
    """What is searched of a passage: its question, or the title and then its text; white space is alike everywhere."""
    told = passage.question or f"{article.title}\n{article.body[passage.start : passage.end]}"
    return " ".join(told.split())


def _parts(body: str) -> Iterator[Span]:
    """Blocks between blank lines: a heading stays with what follows, short ones of a section together."""
    open_part: Span | None = None
    for start, end in _blocks(body):
        begins_section = _HEADING.match(body, start) is not None
        fits = open_part is not None and not begins_section and end - open_part[0] <= USUAL
        if open_part is not None and (fits or _is_heading(body, open_part)):
            open_part = (open_part[0], end)
            continue
        if open_part is not None:
            yield from _short(body, open_part)
        open_part = (start, end)
    if open_part:
        yield from _short(body, open_part)


def _blocks(body: str) -> Iterator[Span]:
    for found in _BLOCK.finditer(body):
        yield found.start(), found.start() + len(found[0].rstrip())


def _is_heading(body: str, part: Span) -> bool:
    """Whether there is nothing but a heading in it so far."""
    return _HEADING.match(body, part[0]) is not None and "\n" not in body[slice(*part)]


def _short(body: str, part: Span) -> Iterator[Span]:
    """A part in pieces of a usual length that end where sentences do."""
    start, end = part
    while end - start > USUAL:
        ends = [found.end() for found in _SENTENCE.finditer(body, start, min(end, start + LONGEST))]
        at = next((each for each in reversed(ends) if each - start <= USUAL), ends[0] if ends else start + LONGEST)
        if at >= end:
            break
        yield start, start + len(body[start:at].rstrip())
        start = at + len(body[at:end]) - len(body[at:end].lstrip())
    if start < end:
        yield start, end
