"""`frontdesk channels` and `frontdesk inbox`: what is set up, whether anything is missing, and reading events again."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from frontdesk.cli.files.records import FORMATS, Record, open_source, read_records
from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.channels import EventState, LedgerLine, StoredEvent

HEAD = tuple(each.name for each in fields(LedgerLine))
IMPORTED = ("reviews",)


@group(frontdesk, "channels")
def channels() -> None:
    """Ways customers reach us: list, check, import, add."""


@group(frontdesk, "inbox")
def inbox() -> None:
    """Raw events as vendors handed them in: list, replay."""


@command(channels, "list", role=Role.AGENT, example="frontdesk channels list")
def list_channels() -> None:
    """List all channels: name, code, whether it is set up, and the address that its vendor calls."""
    infos = with_container(_infos)
    rows = [(each.name, each.code, "on" if each.is_on else "off", each.address or "-", each.title) for each in infos]
    print_table(rows)
    on = sum(each.is_on for each in infos)
    click.echo(f"{on} of {len(infos)} are set up: see docs/reference/channels", err=True)


@command(channels, "check", role=Role.SUPERVISOR, example="frontdesk channels check --days 2")
@click.option("--days", type=click.IntRange(1, 92), default=7, show_default=True, help="How many, today included.")
@click.pass_context
def check(ctx: click.Context, days: int) -> None:
    """Check that nothing is missing: seen = stored = analysed = decided, on each channel and day.

    Every decided message is answered, closed without an answer, or waits for a person. Mailboxes are asked what they
    hold. Messages of the last two minutes are not counted yet. The exit code is 1 where a line differs.
    """
    lines, troubles = with_container(lambda container: _check(container, days))
    rows = [HEAD, *(_ledger_row(line) for line in lines)]
    print_table(rows if lines else [], none="no channel has seen a message yet")
    for name, why in troubles.items():
        click.echo(f"{name} could not be asked what it holds: {why}", err=True)
    differing = [line for line in lines if line.differs]
    for line in differing:
        click.echo(f"{line.channel} {line.day}: {_difference(line)}", err=True)
    if differing:
        ctx.exit(FAILURE)


@command(channels, "import", role=Role.ADMIN, example="frontdesk channels import reviews reviews.csv")
@click.argument("what", type=click.Choice(IMPORTED))
@click.argument("file")
@click.option("--format", "form", type=click.Choice(FORMATS), default="auto", show_default=True, help="Of FILE.")
@click.pass_context
def import_events(ctx: click.Context, what: str, file: str, form: str) -> None:
    """Store what a file of reviews holds, nothing twice.

    FILE is CSV or JSONL with id and text, and title, rating, author, email, customer_no, product, url, at where known;
    - reads standard input. A review whose words changed is read again.
    """
    records = read_records(open_source(file), file, form, "id")
    assert what in IMPORTED  # there is but one kind yet
    stored, known, refused = with_container(lambda container: _import(container, records))
    click.echo(f"{stored:,} stored, {known:,} duplicates, {refused:,} refused")
    if refused:
        ctx.exit(FAILURE)


@command(channels, "add", role=Role.ADMIN, example="frontdesk channels add carrier_pigeon --code CPG")
@click.argument("name")
@click.option("--code", metavar="CODE", required=True, help="Its code in the list of channels, three capitals.")
@click.option("--title", metavar="TEXT", default="", help="What people call it.")
@click.option("--source", type=click.Path(file_okay=False), default=".", show_default=True, help="The source tree.")
def add(name: str, code: str, title: str, source: str) -> None:
    """Write a new channel into the source tree: the adapter, its recordings and sample, and its line in the registry.

    It works at once (signed JSON in, JSON out) and passes the contract test; then fit it to the vendor.
    """
    from frontdesk.cli.channels.scaffold import scaffold

    for path in scaffold(Path(source), name, code, title or name.replace("_", " ").title()):
        click.echo(path)


@command(inbox, "list", role=Role.SUPERVISOR, example="frontdesk inbox list --state failed")
@click.option("--state", type=click.Choice([each.value for each in EventState]), help="Only these.")
@click.option("--channel", metavar="NAME", default="", help="Only of this channel.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most so many.")
def list_events(state: str | None, channel: str, limit: int) -> None:
    """List raw events, newest first: id, channel, state, when, what was found in it, and what is wrong."""
    wanted = EventState(state) if state else None
    found = with_container(lambda container: _events(container, wanted, channel, limit))
    if found:
        print_table([_event_row(each) for each in found])
    click.echo(f"{len(found):,} events", err=True)


@command(inbox, "replay", role=Role.SUPERVISOR, example="frontdesk inbox replay --channel whatsapp")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--channel", metavar="NAME", default="", help="Only of this channel.")
@click.option("--days", type=click.IntRange(1, 3650), help="Only of so many days.")
@click.option("--all", "every", is_flag=True, help="Also those that were read; else only those that failed.")
def replay(ids: tuple[str, ...], channel: str, days: int | None, every: bool) -> None:
    """Have events read again, for instance by a repaired reader: those named, or all that failed.

    What was found in one before stays as it is. A server or a worker does the work.
    """
    since = datetime.now(UTC) - timedelta(days=days) if days else None
    count = with_container(lambda container: _replay(container, ids, channel, since, every))
    click.echo(f"{count:,} events are read again")


async def _infos(container: Container) -> Sequence[Any]:
    return container.channels.infos


async def _check(container: Container, days: int) -> tuple[tuple[LedgerLine, ...], dict[str, str]]:
    troubles = dict(await container.watch.count())
    today = datetime.now(UTC).date()
    return await container.channels.admin.ledger(today - timedelta(days=days - 1), today), troubles


async def _import(container: Container, records: Iterator[Record]) -> tuple[int, int, int]:
    from frontdesk.channels.reviews import event_of

    stored = known = refused = 0
    for record in records:
        problem = record.problem or ("" if str(record.fields.get("id") or "").strip() else "id is missing")
        if problem:
            click.echo(f"line {record.line}: {problem}", err=True)
            refused += 1
        elif await container.channels.events.take(event_of(dict(record.fields))):
            stored += 1
        else:
            known += 1
    return stored, known, refused


async def _events(container: Container, state: EventState | None, channel: str, limit: int) -> tuple[StoredEvent, ...]:
    return await container.channels.admin.events(state, channel, limit)


async def _replay(container: Container, ids: tuple[str, ...], channel: str, since: datetime | None, every: bool) -> int:
    if ids and (channel or since or every):
        raise Invalid("name events by their ids, or choose them by --channel, --days and --all")
    return await container.channels.admin.replay(ids, channel=channel, failed_only=not every, since=since)


def _ledger_row(line: LedgerLine) -> tuple[str, ...]:
    channel, day, *counts = astuple(line)
    return (channel, day, *("-" if each is None else f"{each:,}" for each in counts))


def _difference(line: LedgerLine) -> str:
    said = []
    if line.unread:
        said.append(f"{line.unread:,} events could not be read: see `frontdesk inbox list --state failed`")
    steps = ("seen", "stored", "analysed", "decided")
    for before, after in itertools.pairwise(steps):
        if (missing := getattr(line, before) - getattr(line, after)) > 0:
            said.append(f"{missing:,} {before} but not {after}: see `frontdesk work list`")
    if line.held is not None and line.held > max(line.seen, line.events):
        said.append(f"the vendor holds {line.held:,}, we have seen {max(line.seen, line.events):,}")
    return "; ".join(said)


def _event_row(each: StoredEvent) -> tuple[str, ...]:
    parts = {"messages": each.messages, "notices": each.notices, "edits": each.edits, "ignored": each.ignored}
    found = ", ".join(f"{count} {name}" for name, count in parts.items() if count) or "-"
    return (each.id, each.channel, each.state.value, f"{each.received_at:%Y-%m-%d %H:%M}", found, each.error[:120])
