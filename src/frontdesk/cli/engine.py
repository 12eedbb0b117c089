"""`frontdesk engine check`: how well the built-in engine reads messages whose right reading is known."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.files.conversations import turns_of
from frontdesk.cli.files.intent_list import read_catalogue, shipped_catalogue
from frontdesk.cli.files.records import Record, open_source, read_records
from frontdesk.cli.framework.progress import Progress
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import as_json
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import SIGNALS, Role, Sentiment
from frontdesk.model.signals import signal_kinds

if TYPE_CHECKING:
    from frontdesk.insights.labelled import Judged
    from frontdesk.interfaces import Catalogue


@group(frontdesk, "engine")
def engine() -> None:
    """The built-in engine that reads messages."""


@command(engine, "check", role=Role.ANYONE, example="frontdesk engine check labelled.jsonl")
@click.argument("file")
@click.option("--intents", metavar="FILE", help="Other intents: code, name, description, examples.")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON object instead.")
def check(file: str, intents: str | None, json_wanted: bool) -> None:
    """Read the messages of FILE and compare with what they are known to say.

    FILE has JSON lines: {"text", "subject"?, "language"?, "before"?: [{"role": "customer" or "service", "text"}],
    "intent"?: a code or "none", "also"?: [other codes that are right], "sentiment"?, "signals"?: [names of all}]};
    a field that is not there is not scored, and other fields do not matter. Each share is told with its 95 %
    interval. false alarms: the share of messages without the signal in which it is read; ECE: how far
    probabilities are from how often they are right. No data folder is needed, and nothing is kept.
    """
    from frontdesk.insights.labelled import scores

    catalogue = read_catalogue(intents) if intents else shipped_catalogue()
    records = [_checked(each) for each in read_records(open_source(file), file, "jsonl")]
    if not records:
        raise Invalid(f"{file} has no messages: write one JSON object a line")
    limits = {name: kind.limit for name, kind in signal_kinds().items()}
    told = scores(asyncio.run(_judged(records, catalogue)), limits)
    if json_wanted:
        click.echo(as_json(told))
        return
    for name, shown in _lines(told):
        click.echo(f"{name:<36}{shown}")


def _checked(record: Record) -> dict[str, Any]:
    """The fields of a record. Raises Invalid that names the line."""
    fields = {"subject": "", "before": [], "also": [], **record.fields}
    try:
        fields["before"] = turns_of(fields["before"] or [])
    except (ValueError, KeyError, TypeError):
        raise Invalid(f"line {record.line} has a turn without text and role") from None
    wrong = record.problem or (
        "has no text"
        if not isinstance(fields.get("text"), str)
        else "has an unknown sentiment"
        if fields.get("sentiment") not in (None, *Sentiment)
        else "has an unknown signal"
        if not set(fields.get("signals") or ()) <= set(SIGNALS)
        else ""
    )
    if wrong:
        raise Invalid(f"line {record.line} {wrong}")
    return fields


async def _judged(records: list[dict[str, Any]], catalogue: "Catalogue") -> "list[Judged]":
    from frontdesk.insights.labelled import NONE, Judged
    from frontdesk.providers.builtin import Builtin

    builtin, judged = Builtin(), []
    with Progress("messages") as progress:
        for each in records:
            text = f"{each['subject']}\n\n{each['text']}" if each["subject"] else each["text"]
            read = await builtin.read(text, catalogue, each["before"])
            best = read.intents[0] if read.intents else None
            judged.append(
                Judged(
                    str(each.get("language") or read.language),
                    (str(each["intent"]), *map(str, each["also"] or ())) if each.get("intent") else None,
                    read.intent or NONE,
                    (best.code, best.probability) if best else (NONE, 0.0),
                    each.get("sentiment"),
                    (read.sentiment, read.sentiment_probability),
                    frozenset(each["signals"]) if each.get("signals") is not None else None,
                    {signal.name: signal.probability for signal in read.signals},
                )
            )
            progress.add(1)
    builtin.close()
    return judged


def _lines(told: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        path = f"{above} {name}".strip()
        if isinstance(value, dict) and "value" in value:
            yield path, f"{value['value']:.3f} of {value['of']:,}, {value['from']:.3f} to {value['to']:.3f}"
        elif isinstance(value, dict):
            yield from _lines(value, path)
        else:
            yield path, f"{value:.3f}" if isinstance(value, float) else str(value)
