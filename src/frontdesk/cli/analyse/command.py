"""`frontdesk analyse`: a file of messages in, one JSON line with the analysis of each out; needs no data folder."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from frontdesk.cli.analyse.bulk import Line, analyse_all
from frontdesk.cli.files.finished import Finished, skip_finished
from frontdesk.cli.files.intent_list import read_catalogue, shipped_catalogue
from frontdesk.cli.files.records import FORMATS, Record, open_source, read_records
from frontdesk.cli.framework.progress import Progress
from frontdesk.cli.framework.registry import FAILURE, command
from frontdesk.cli.framework.showing import as_json
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role


@command(
    frontdesk,
    "analyse",
    role=Role.ANYONE,
    example="frontdesk analyse messages.csv --intents intents.json --output analysed.jsonl",
)
@click.argument("file")
@click.option("--output", type=click.Path(dir_okay=False), help="Write here; a run that was interrupted is continued.")
@click.option("--intents", metavar="FILE", help="Other intents: code, name, description, examples.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="auto", show_default=True, help="Of FILE.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes, 150 MB each.")
@click.pass_context
def analyse(ctx: click.Context, file: str, output: str | None, intents: str | None, form: str, jobs: int) -> None:
    """Analyse a file of messages, one JSON line each.

    The built-in engine reads every message; no data folder is needed. FILE is CSV (comma, semicolon, tab or bar) or
    JSONL with a column or field named text; - reads standard input. All other fields are kept and come first, then
    the object analysis. A record that cannot be analysed gets the field error instead and is named on standard
    error; the others are done all the same and the exit code is 1.
    """
    catalogue = read_catalogue(intents) if intents else shipped_catalogue()
    source = open_source(file)
    records = read_records(source, file, form)
    done = Finished()
    if output:
        _refuse_same(file, output)
        done, records = skip_finished(records, Path(output))
    if done.records:
        click.echo(f"{done.records:,} messages are in {output} already", err=True)
    size = Path(file).stat().st_size if file != "-" else 0
    with _opened(output) as target, Progress("messages", source.tell if size else None, size) as progress:
        errors = done.errors + _write(analyse_all(records, catalogue, jobs), target, progress)
    if errors:
        click.echo(f"frontdesk: {errors:,} records could not be analysed: see their error fields", err=True)
        ctx.exit(FAILURE)


def _write(batches: Iterator[list[tuple[Record, Line]]], target: BinaryIO, progress: Progress) -> int:
    """Write all lines, a batch at a time, and name those that are errors; how many these are."""
    errors = 0
    for batch in batches:
        target.write("".join(as_json(line) + "\n" for _, line in batch).encode())
        target.flush()
        progress.add(len(batch))
        for record, line in batch:
            if "analysis" not in line:
                errors += 1
                progress.note(f"line {record.line}: {line['error']}")
    return errors


def _refuse_same(file: str, output: str) -> None:
    if file != "-" and Path(output).exists() and Path(output).samefile(file):
        raise Invalid(f"--output names the input file {file}: name another file")


@contextlib.contextmanager
def _opened(output: str | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        return
    with Path(output).open("ab") as target:
        yield target
