"""Gathers articles from files, folders and web sites. What is bad is named with its place, the rest goes in."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from frontdesk.cli.files.records import open_source, read_records
from frontdesk.interfaces import Invalid
from frontdesk.knowledge.documents import is_read, read_document
from frontdesk.knowledge.entries import ARTICLE_FIELDS, Defaults, Fields, article_of
from frontdesk.model.knowledge import Article

RECORDS = (".jsonl", ".ndjson", ".csv", ".tsv")
# A CSV file must have one of these columns.
TEXTS = ("body", "answer")


@dataclass(slots=True)
class Gathered:
    """The articles that were found, by id, and what was not taken: bad ones, and files and fields of other kinds."""

    defaults: Defaults
    articles: dict[str, Article] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def take(self, fields: Fields, place: str) -> None:
        """Add the article that a record says, or name what is wrong with it."""
        try:
            article = article_of(fields, self.defaults)
        except Invalid as error:
            self.problems.append(f"{place}: {error}")
            return
        if article.id in self.articles and fields.get("id"):
            self.problems.append(f"{place}: there is another article {article.id} before it")
            return
        number = 1
        while (key := article.id if number == 1 else f"{article.id}-{number}") in self.articles:
            number += 1
        self.articles[key] = replace(article, id=key)

    def strange(self, names: set[str], place: str) -> None:
        """Name fields that nobody reads, once for each place."""
        if names:
            self.left_out.append(f"{place}: not taken: {', '.join(sorted(map(str, names)))}")


def gather(place: str, defaults: Defaults) -> Gathered:
    """All articles in a file or a folder; `-` reads records from standard input. Raises Invalid."""
    gathered = Gathered(defaults)
    path = Path(place)
    if place != "-" and path.is_dir():
        for each in sorted(_files(path)):
            _read(gathered, each, each.relative_to(path).as_posix(), each.relative_to(path).as_posix())
        return gathered
    if place == "-" or path.suffix.lower() in RECORDS:
        _read_records(gathered, place, "")
        return gathered
    if not path.is_file():
        raise Invalid(f"{place} is no file or folder")
    if not is_read(path.name):
        raise Invalid(f"{place}: files of this kind are not read: use Markdown, HTML, CSV, JSONL, DOCX or PDF")
    _read(gathered, path, path.name, path.name)
    return gathered


def source_name(place: str) -> str:
    """What an import is known by the next time: the address of a site map, or the name of the file or folder."""
    if place == "-":
        return "standard input"
    return place[:200] if re.match("https?://", place) else Path(place).resolve().name[:200]


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder; those that are hidden are left out."""
    for each in folder.rglob("*"):
        if each.is_file() and not any(part.startswith(".") for part in each.relative_to(folder).parts):
            yield each


def _read(gathered: Gathered, path: Path, name: str, place: str) -> None:
    if path.suffix.lower() in RECORDS:
        _read_records(gathered, str(path), f"{place}: ")
    elif not is_read(name):
        gathered.left_out.append(f"{place}: files of this kind are not read")
    else:
        try:
            fields = read_document(name, path.read_bytes())
        except (Invalid, OSError) as error:
            gathered.problems.append(f"{place}: {error}")
            return
        gathered.take(fields, place)


def _read_records(gathered: Gathered, file: str, before: str) -> None:
    with open_source(file) as source:
        form = "auto" if PurePosixPath(file).suffix.lower() in RECORDS else "jsonl"
        try:
            records = read_records(source, file, form, _needed(source))
        except Invalid as error:
            gathered.problems.append(str(error))
            return
        strange: set[str] = set()
        for record in records:
            place = f"{before}line {record.line}"
            if record.problem:
                gathered.problems.append(f"{place}: {record.problem}")
            else:
                strange |= record.fields.keys() - ARTICLE_FIELDS
                gathered.take(record.fields, place)
        gathered.strange(strange, before.rstrip(": ") or file)


def _needed(source: BinaryIO) -> str:
    """The column that holds the text, by the first line."""
    if not isinstance(source, io.BufferedReader):
        return TEXTS[0]
    first = source.peek(4096).split(b"\n", 1)[0].decode("utf-8", "replace")
    return next((name for name in TEXTS if re.search(rf"\b{name}\b", first)), TEXTS[0])
