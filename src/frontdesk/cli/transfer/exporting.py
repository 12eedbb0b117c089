"""`frontdesk export`: writes stored data as JSONL or CSV, page by page, so that any size fits in memory."""

import asyncio
import contextlib
import csv
import io
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click

from frontdesk.cli.files.delimited import guarded
from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import command
from frontdesk.cli.framework.showing import as_json
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role

KINDS = """customers contacts interactions messages analyses corrections decisions effects replies codes""".split()  # noqa: SIM905
ALL = "all"


@command(
    frontdesk, "export", role=Role.ADMIN, example="frontdesk export --what messages --format csv --output messages.csv"
)
@click.option("--what", type=click.Choice([*KINDS, ALL]), default=ALL, show_default=True, help="What to export.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="How.")
@click.option("--output", type=click.Path(dir_okay=False), help="Write here. [default: standard output]")
def export(what: str, form: str, output: str | None) -> None:
    """Write what is stored as JSONL or CSV.

    One JSON object or one row each, oldest first. 'all' writes everything as JSON lines that say in their field
    "what" what they are. Messages have the names that 'frontdesk import' takes. In CSV, lists and objects are JSON
    texts, and a cell that a spreadsheet would run as a formula is written with an apostrophe before it.
    """
    if what == ALL and form == "csv":
        raise Invalid("CSV holds one kind of thing: name it with --what, or use --format jsonl")
    with _opened(output) as target:
        count = with_container(lambda container: _export(container, what, form, target))
    click.echo(f"{count:,} exported", err=True)


async def _export(container: Container, what: str, form: str, target: TextIO) -> int:
    count = 0
    writer: csv.DictWriter[str] | None = None
    for kind in KINDS if what == ALL else (what,):
        async for rows in _pages(container, kind):
            count += len(rows)
            if form == "csv":
                writer = writer or _header(target, rows)
                writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
            else:
                label = {"what": kind} if what == ALL else {}
                target.write("".join(as_json(label | _plain(row)) + "\n" for row in rows))
            await asyncio.sleep(0)
    target.flush()
    await container.people.audit.note("exported", "command line", subject=what, detail={"rows": count, "format": form})
    return count


async def _pages(container: Container, kind: str) -> AsyncIterator[list[dict[str, Any]]]:
    from frontdesk.storage.transfer.export import read_page

    after: Any = None
    while True:
        start = after
        rows, after = await container.database.read(lambda c: read_page(c, kind, start))  # noqa: B023 - awaited at once
        if rows:
            yield rows
        if after is None:
            return


def _header(target: TextIO, rows: list[dict[str, Any]]) -> "csv.DictWriter[str]":
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    return writer


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | dict):
        return as_json(value)
    return guarded(value) if isinstance(value, str) else value


@contextlib.contextmanager
def _opened(output: str | None) -> Iterator[TextIO]:
    """UTF-8, whatever the terminal's encoding is."""
    if output is not None:
        with Path(output).open("w", encoding="utf-8", newline="") as target:
            yield target
        return
    target = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    try:
        yield target
    finally:
        target.flush()
        target.detach()
