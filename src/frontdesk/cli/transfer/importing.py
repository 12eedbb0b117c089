"""`frontdesk import`: stores messages, customers, contacts and codes from CSV or JSONL, each once."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from frontdesk.cli.files.entries import MESSAGE_FIELDS, code_of, contact_of, customer_of, message_of
from frontdesk.cli.files.records import FORMATS, Record, open_source, read_records
from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.progress import Progress
from frontdesk.cli.framework.registry import FAILURE, command
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Conflict, FrontdeskError
from frontdesk.model import CodeList, Role

# As many as one commit takes (see storage.sqlite), so that a large file costs few of them.
AT_ONCE = 256
STORED, DUPLICATE, REFUSED = "stored", "duplicates", "refused"
NEEDED = {"messages": "text", "customers": "id", "contacts": "name", "codes": "code"}
TAKEN = {
    "messages": {*MESSAGE_FIELDS, "address"},
    "customers": {"id", "name"},
    "contacts": {"name", "email", "phone", "customer_id", "identities"},
    "codes": {"list", "code", "name", "description", "position", "active", "examples"},
}

Putter = Callable[[Mapping[str, Any]], Awaitable[str]]


@command(frontdesk, "import", role=Role.ADMIN, example="frontdesk import messages.csv")
@click.argument("file")
@click.option("--what", type=click.Choice(list(NEEDED)), default="messages", show_default=True, help="What FILE holds.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="auto", show_default=True, help="Of FILE.")
@click.pass_context
def import_(ctx: click.Context, file: str, what: str, form: str) -> None:
    """Store what a file holds, nothing twice.

    FILE is CSV or JSONL; - reads standard input. It may be imported again: what is there already stays as it is.

    \b
    messages   text, channel, name, email, phone, customer_no, provider_id, received_at (ISO 8601, UTC without
               zone), thread (messages of a channel with the same one are one interaction, in their order)
    customers  id, name
    contacts   name, email, phone, customer_id
    codes      list, code, name, description, position, active, examples

    Only text, id, name or code is needed. A message without provider_id is known by its content. Messages are only
    stored: a server or a worker handles them like any that just came in. Refused lines are named on standard error and
    the exit code is 1.
    """
    source = open_source(file)
    records = read_records(source, file, form, NEEDED[what])
    size = Path(file).stat().st_size if file != "-" else 0
    with Progress(what, source.tell if size else None, size) as progress:
        counts = with_container(lambda container: _import(container, records, what, progress))
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    click.echo(told)
    if counts[REFUSED]:
        ctx.exit(FAILURE)


async def _import(container: Container, records: Iterator[Record], what: str, progress: Progress) -> dict[str, int]:
    put = await _putter(container, what)
    counts = {STORED: 0, DUPLICATE: 0, REFUSED: 0}
    ignored: set[str] = set()
    # SQLite's one writer keeps the order of what is handed in together; several connections do not.
    at_once = AT_ONCE if what == "messages" or container.database.dialect == "sqlite" else 1
    while batch := list(itertools.islice(records, at_once)):
        outcomes = await asyncio.gather(*(_tried(put, record) for record in batch))
        progress.add(len(batch))
        strange = {name for record in batch for name in record.fields} - TAKEN[what] - ignored
        if strange:
            ignored |= strange
            progress.note(f"not taken: {', '.join(sorted(strange))}")
        for record, (outcome, problem) in zip(batch, outcomes, strict=True):
            counts[outcome] += 1
            if problem:
                progress.note(f"line {record.line}: {problem}")
    return counts


async def _tried(put: Putter, record: Record) -> tuple[str, str]:
    """The result of a record, and why it was refused."""
    if record.problem:
        return REFUSED, record.problem
    try:
        return await put(record.fields), ""
    except Conflict:
        return DUPLICATE, ""
    except FrontdeskError as error:
        return REFUSED, str(error)


async def _putter(container: Container, what: str) -> Putter:
    from frontdesk.wiring.container import now

    async def customer(fields: Mapping[str, Any]) -> str:
        entry = customer_of(fields, now())
        await container.people.customers.add(entry.id, entry.name, None)
        return STORED

    async def contact(fields: Mapping[str, Any]) -> str:
        await container.people.contacts.add(contact_of(fields, now()), None)
        return STORED

    async def code(fields: Mapping[str, Any]) -> str:
        entry = code_of(fields)
        known = {each.code: each for each in (await container.configuration.codes.all()).get(entry.list, ())}
        if known.get(entry.code) == entry:
            return DUPLICATE
        await container.configuration.codes.put(entry)
        return STORED

    if what == "messages":
        lists = await container.configuration.codes.all()
        return Intake(container, {each.code: each.active for each in lists[CodeList.CHANNEL]}).put
    return {"customers": customer, "contacts": contact, "codes": code}[what]


class Intake:
    """Hands messages in, those of one thread one after the other."""

    def __init__(self, container: Container, channels: Mapping[str, bool]) -> None:
        """`channels` maps each known code to whether it is in use."""
        self._container, self._channels = container, channels
        self._locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._interactions: dict[tuple[str, str], int] = {}

    async def put(self, fields: Mapping[str, Any]) -> str:
        """Store a message, in the interaction that its thread has opened."""
        wanted = message_of(fields, self._channels)
        if not wanted.thread:
            accepted = await self._container.messages.inbox.accept(wanted.message, by="import")
        else:
            key = (wanted.message.channel, wanted.thread)
            async with self._locks[key]:
                message = replace(wanted.message, joins=self._interactions.get(key))
                accepted = await self._container.messages.inbox.accept(message, by="import")
                self._interactions[key] = accepted.interaction_id
        return DUPLICATE if accepted.duplicate else STORED
