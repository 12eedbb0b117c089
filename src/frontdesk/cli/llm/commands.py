"""`frontdesk llm`: use cases listed, tried and compared over a file; what calls of models took and cost."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from frontdesk.cli.files.records import FORMATS, Record, open_source, read_records
from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import as_json, print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import FrontdeskError, Invalid
from frontdesk.model import Role, Tier
from frontdesk.model.llm import Asker

if TYPE_CHECKING:
    from frontdesk.llm.comparing import Tried
    from frontdesk.llm.routes import Route
    from frontdesk.llm.use_case import UseCase

CALLER = "cli"
MILLIONTHS = 1_000_000
TIERS = (Tier.BUILTIN.value, Tier.MODEL.value)
GROUPS = ("day", "use_case", "service", "model", "caller", "tier", "outcome")


# The columns of a report: what they are called, and what they show.
COUNTS = {"calls": "calls", "failed": "failed", "cached": "cached", "masked": "masked"}
COUNTS |= {"tokens in": "input_tokens", "tokens out": "output_tokens"}
TIMES = {"mean ms": "milliseconds", "p50 ms": "p50", "p95 ms": "p95"}


@group(frontdesk, "llm")
def llm() -> None:
    """Language models: use cases, trying them, what they took and cost."""


@command(llm, "list", role=Role.AGENT, example="frontdesk llm list")
def list_use_cases() -> None:
    """List the use cases in force: name, version, chain, what they do."""
    print_table(with_container(_listed))


@command(llm, "show", role=Role.AGENT, example="frontdesk llm show sentiment-analysis > sentiment-analysis.yaml")
@click.argument("name")
def show(name: str) -> None:
    """Print the YAML of a use case as it is in force, to begin a new version from."""
    click.echo(with_container(lambda container: container.llm.room.registry.text(name)), nl=False)


@command(llm, "put", role=Role.ADMIN, example="frontdesk llm put sentiment-analysis.yaml --note 'clearer examples'")
@click.argument("file", type=click.Path(dir_okay=False, exists=True))
@click.option("--note", default="", help="Why there is a new version.")
@click.option("--draft", is_flag=True, help="Keep it without putting it in force.")
def put(file: str, note: str, draft: bool) -> None:
    """Check the use case in FILE, keep it as a new version and put it in force."""
    text = Path(file).read_text("utf-8")
    name, version = with_container(lambda container: _put(container, text, note, in_force=not draft))
    click.echo(f"{name} {version} is {'kept' if draft else 'in force'}")


@command(llm, "publish", role=Role.ADMIN, example="frontdesk llm publish sentiment-analysis 2")
@click.argument("name")
@click.argument("version", type=click.IntRange(0))
def publish(name: str, version: int) -> None:
    """Put a kept version of a use case in force; 0 is the one that ships."""
    with_container(lambda container: container.llm.room.registry.publish(name, version, CALLER))
    click.echo(f"{name} {version or 'as it ships'} is in force")


@command(llm, "run", role=Role.AGENT, example="frontdesk llm run sentiment-analysis text='Thank you, all is well.'")
@click.argument("name")
@click.argument("inputs", nargs=-1, metavar="[KEY=VALUE]...")
def run(name: str, inputs: tuple[str, ...]) -> None:
    """Ask a use case once and print its answer as JSON; who answered and what it cost goes to standard error.

    Each input is KEY=VALUE; a value that begins with [ or { is read as JSON. Without any, one JSON object with all
    inputs is read from standard input.
    """
    ask_once(name, dict(map(_pair, inputs)) if inputs else _object(sys.stdin.buffer.read()))


def ask_once(name: str, inputs: Mapping[str, Any]) -> None:
    """Ask a use case and print its answer, and who gave it on standard error."""
    outcome = with_container(lambda container: container.llm.room.use_cases.run(name, inputs, Asker(CALLER)))
    click.echo(as_json(outcome.value))
    cost = f"{outcome.cost / MILLIONTHS:.6f}"
    place = outcome.service if outcome.service == outcome.model else f"{outcome.service}/{outcome.model}"
    click.echo(f"{place}, {outcome.milliseconds:.0f} ms, cost {cost}, {outcome.retries} repeated", err=True)
    for each in outcome.failures:
        click.echo(f"{each.route}: {each.reason}", err=True)


@command(
    llm,
    "try",
    role=Role.SUPERVISOR,
    example="frontdesk llm try sentiment-analysis --input messages.csv --provider azure-main --provider builtin",
)
@click.argument("name")
@click.option("--input", "file", required=True, metavar="FILE", help="CSV or JSONL; its fields are the inputs.")
@click.option("--provider", "providers", multiple=True, metavar="ROUTE", help="SERVICE, SERVICE/MODEL or builtin.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="auto", show_default=True, help="Of FILE.")
@click.option("--json", "json_wanted", is_flag=True, help="Print every answer, one JSON object a line.")
def try_out(name: str, file: str, providers: tuple[str, ...], limit: int, form: str, json_wanted: bool) -> None:
    """Ask a use case for every record of FILE and compare those who answer: agreement, time, cost.

    Without --provider the chain in force is tried. Limits, budgets and masking hold as always; nothing comes from
    the cache or goes into it.
    """
    source = open_source(file)
    records = [record for record, _ in zip(read_records(source, file, form), range(limit), strict=False)]
    if not records:
        raise Invalid(f"{file} has no records")
    with_container(lambda container: _try(container, name, records, providers, json_wanted))


@command(llm, "report", role=Role.SUPERVISOR, example="frontdesk llm report --by day --by model --days 30")
@click.option("--by", "groups", multiple=True, type=click.Choice(GROUPS), help="Group by; several at once.")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="The last so many days.")
@click.option("--json", "json_wanted", is_flag=True, help="One JSON object a line.")
def report(groups: tuple[str, ...], days: int, json_wanted: bool) -> None:
    """Add up the calls of models: how many, failed, from the cache, masked, tokens, cost, and how long they took.

    Times are of calls that the cache did not answer.
    """
    since = datetime.now(UTC) - timedelta(days=days)
    chosen = groups or ("day", "use_case", "model")
    found = with_container(lambda container: container.llm.calls.report(chosen, since))
    if json_wanted:
        for each in found:
            shown = {name: getattr(each, name) for name in each.__slots__ if name != "group"}
            click.echo(as_json(dict(each.group) | shown | {"cost": each.cost / MILLIONTHS}))
        return
    rows = [
        (
            *each.group.values(),
            *(f"{getattr(each, name):,}" for name in COUNTS.values()),
            f"{each.cost / MILLIONTHS:.4f}",
            *(f"{getattr(each, name):.1f}" for name in TIMES.values()),
        )
        for each in found
    ]
    print_table([(*chosen, *COUNTS, "cost", *TIMES), *rows])


@command(frontdesk, "reanalyse", role=Role.SUPERVISOR, example="frontdesk reanalyse --tier builtin")
@click.option("--tier", type=click.Choice(TIERS), default=TIERS[0], show_default=True, help="What read them last.")
@click.option("--all", "every", is_flag=True, help="Not only those that were marked while no model answered.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True, help="At most so many.")
def reanalyse(tier: str, every: bool, limit: int) -> None:
    """Have a model read messages again that were last read by --tier. No new decision is made.

    A server or a worker takes the work up; what the new reading changes is the analysis and the interaction's title,
    summary, mood and intent.
    """
    planned = with_container(lambda container: _plan(container, Tier(tier), every, limit))
    click.echo(f"{planned:,} messages are to be read again")


def _pair(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise Invalid(f"{text!r} is not KEY=VALUE")
    return key, msgspec.json.decode(value) if value[:1] in ("[", "{") else value


def _object(content: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(f"standard input holds no JSON object: {error}") from None


async def _plan(container: Container, tier: Tier, every: bool, limit: int) -> int:
    if container.llm.room.messages is None:
        raise Invalid("no chain in [llm.chains] asks a model: there is nothing to read with")
    return await container.work.rereadings.plan(tier, marked_only=not every, limit=limit)


async def _listed(container: Container) -> list[tuple[str, ...]]:
    room = container.llm.room
    return [
        (name, str(each.version), " > ".join(route.name for route in room.chains.of(each)), each.body.description)
        for name, each in sorted((await room.registry.all()).items())
    ]


async def _put(container: Container, text: str, note: str, *, in_force: bool) -> tuple[str, int]:
    registry = container.llm.room.registry
    made = await registry.draft(text, note, CALLER)
    if in_force:
        await registry.publish(made.name, made.version, CALLER)
    return made.name, made.version


async def _try(
    container: Container, name: str, records: Sequence[Record], providers: Sequence[str], json_wanted: bool
) -> None:
    from frontdesk.llm.comparing import agreements, summaries

    use_case = await container.llm.room.registry.get(name)
    chains = _chains(container, use_case, providers)
    tried = [await _try_one(container, use_case, record, chains) for record in records]
    if json_wanted:
        for record, row in zip(records, tried, strict=True):
            for each in row:
                click.echo(as_json(_shown(record, each)))
        return
    currency = container.llm.room.prices.currency
    head = ("asked", "answered", "median ms", "slowest ms", "tokens in", "tokens out", f"cost {currency}", "repairs")
    rows = [
        (
            each.route,
            f"{each.answered}/{each.asked}",
            f"{each.median_milliseconds:.1f}",
            f"{each.slowest_milliseconds:.1f}",
            f"{each.input_tokens:,}",
            f"{each.output_tokens:,}",
            f"{each.cost / MILLIONTHS:.6f}",
            str(each.retries),
        )
        for each in summaries(tried)
    ]
    print_table([head, *rows])
    for record, row in zip(records, tried, strict=True):
        for each in row:
            if each.outcome is None:
                click.echo(f"line {record.line}: {each.route}: {each.reason}", err=True)
    for two in agreements(tried):
        share = f"{two.same / two.compared:.0%}" if two.compared else "-"
        click.echo(f"{two.one} and {two.other} agree on {two.field}: {share} of {two.compared}")


def _chains(
    container: Container, use_case: "UseCase", providers: Sequence[str]
) -> list[tuple[str, tuple["Route", ...]]]:
    """What to compare: each route alone, or the chain in force. Raises Invalid."""
    chains = container.llm.room.chains
    if not providers:
        return [("chain", chains.of(use_case))]
    found: list[tuple[str, tuple[Route, ...]]] = []
    for provider in providers:
        route = chains.route(provider).fitted(use_case.kind)
        if route is None:
            raise Invalid(f"{provider} has no model for {use_case.name}: name one as {provider}/MODEL")
        found.append((provider, (route,)))
    return found


async def _try_one(
    container: Container, use_case: "UseCase", record: Record, chains: Sequence[tuple[str, tuple["Route", ...]]]
) -> list["Tried"]:
    from frontdesk.llm.comparing import Tried

    known = use_case.body.inputs.get("properties", {})
    inputs = {key: value for key, value in record.fields.items() if key in known}
    row = []
    for label, routes in chains:
        try:
            outcome = await container.llm.room.use_cases.run(use_case.name, inputs, Asker(CALLER), routes, fresh=True)
            row.append(Tried(label, outcome))
        except FrontdeskError as error:
            row.append(Tried(label, None, str(error)))
    return row


def _shown(record: Record, tried: "Tried") -> dict[str, Any]:
    shown: dict[str, Any] = {"line": record.line, "provider": tried.route}
    if tried.outcome is None:
        return shown | {"error": tried.reason}
    outcome = tried.outcome
    return shown | {
        "answer": outcome.value,
        "model": outcome.model,
        "milliseconds": outcome.milliseconds,
        "cost": outcome.cost / MILLIONTHS,
        "repairs": outcome.retries,
    }
