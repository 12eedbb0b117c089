"""`frontdesk rules`: draft rule sets, check them, try them on the past, publish them, take them back, ask why."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.files.records import open_source, read_records
from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import as_json, print_table
from frontdesk.cli.root import frontdesk
from frontdesk.cli.rules.showing import (
    explanation_lines,
    findings_lines,
    report_lines,
    report_object,
    version_rows,
    what_if_lines,
)
from frontdesk.interfaces import Invalid
from frontdesk.interfaces.rules import NewRuleSet, PastDecisionsQuery
from frontdesk.model import Role

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from frontdesk.model.rules import Finding, RuleSetVersion
    from frontdesk.orchestrator.backtest import BacktestReport
    from frontdesk.orchestrator.rules import TableRules

BY = "command line"
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@group(frontdesk, "rules")
def rules() -> None:
    """Rule sets: draft, check, try on the past, publish, roll back; and why a message was decided so.

    A rule set is a decision table as GoRules' editor writes it (.json), or as a spreadsheet does (.csv).
    """


@command(rules, "list", role=Role.SUPERVISOR, example="frontdesk rules list")
def list_versions() -> None:
    """List all versions, newest first; one of them is published."""
    versions = with_container(lambda container: container.configuration.rules.versions())
    print_table(version_rows(versions))


@command(rules, "show", role=Role.SUPERVISOR, example="frontdesk rules show 2")
@click.argument("version", type=int, required=False)
def show(version: int | None) -> None:
    """Print the decision model of a version, the published one without a number."""
    stored = with_container(lambda container: container.configuration.rules.version(version))
    click.echo(json.dumps(json.loads(stored.content), indent=2, ensure_ascii=False))


@command(rules, "draft", role=Role.SUPERVISOR, example='frontdesk rules draft draft.json --note "Ovens are urgent"')
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--name", default="default", show_default=True, help="What to call it.")
@click.option("--note", default="", help="What it is for.")
@click.option("--base", type=int, help="Version that a CSV takes all but its table from. [default: the published one]")
@click.option(
    "--with", "subs", multiple=True, type=click.Path(dir_okay=False), help="A .json file that a node asks by name."
)
def draft(file: str, name: str, note: str, base: int | None, subs: tuple[str, ...]) -> None:
    """Store a .json or .csv file as a draft; what is wrong with it is named with row and column."""
    stored = with_container(lambda container: _draft(container, Path(file), name, note, base, subs))
    click.echo(f"version {stored.version} is a draft: check it, backtest it, then 'frontdesk rules publish'")


@command(rules, "import", role=Role.SUPERVISOR, example="frontdesk rules import rules.csv --base 3")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--base", type=int, help="Version that a CSV takes all but its table from. [default: the published one]")
@click.option("--note", default="", help="What it is for.")
def import_(file: str, base: int | None, note: str) -> None:
    """Store a file from GoRules' editor (.json) or a spreadsheet (.csv) as a draft."""
    stored = with_container(
        lambda container: _draft(container, Path(file), "default", note or f"From {Path(file).name}.", base)
    )
    click.echo(f"version {stored.version} is a draft")


@command(rules, "export", role=Role.SUPERVISOR, example="frontdesk rules export 3 --output rules.csv")
@click.argument("version", type=int, required=False)
@click.option("--output", type=click.Path(dir_okay=False), required=True, help="A .json or .csv file.")
def export(version: int | None, output: str) -> None:
    """Write a version for GoRules' editor (.json) or for a spreadsheet (.csv)."""
    from frontdesk.orchestrator.rules import read_model
    from frontdesk.orchestrator.spreadsheet import to_csv

    model = read_model(with_container(lambda container: container.configuration.rules.version(version)).content)
    if _kind(output) == "csv":
        Path(output).write_text(to_csv(model), "utf-8-sig", newline="")
    else:
        Path(output).write_text(json.dumps(model, indent=2, ensure_ascii=False) + "\n", "utf-8")
    click.echo(f"written to {output}", err=True)


@command(rules, "check", role=Role.SUPERVISOR, example="frontdesk rules check draft.json")
@click.argument("what", metavar="VERSION|FILE")
@click.option("--json", "plain", is_flag=True, help="One JSON object a line.")
@click.pass_context
def check(ctx: click.Context, what: str, plain: bool) -> None:
    """Look at a whole table: cells, rows that never match, overlaps, gaps, circles. Nothing is stored.

    The exit code is 1 when it could not be published.
    """
    findings = with_container(lambda container: _check(container, what))
    click.echo("\n".join(findings_lines(findings, plain)) or "nothing found")
    if any(finding.severity.value == "error" for finding in findings):
        ctx.exit(FAILURE)


@command(rules, "backtest", role=Role.SUPERVISOR, example="frontdesk rules backtest draft.json --last 10000")
@click.argument("what", metavar="VERSION|FILE")
@click.option("--last", type=click.IntRange(1, 1_000_000), help="The newest so many messages. [default: 1000]")
@click.option("--since", type=MOMENT, help="Messages received from then on, in the desk's time zone.")
@click.option("--until", type=MOMENT, help="Messages received before then, likewise.")
@click.option("--file", "lines", type=click.Path(dir_okay=False), help="JSONL with text or facts, not stored messages.")
@click.option("--messages", "shown", type=click.IntRange(0), default=3, show_default=True, help="Named per number.")
@click.option("--json", "plain", is_flag=True, help="One JSON object, with all messages.")
def backtest(
    what: str,
    last: int | None,
    since: "datetime | None",
    until: "datetime | None",
    lines: str | None,
    shown: int,
    plain: bool,
) -> None:
    """Decide past messages again by a version or a file, and show what would be different.

    Nothing is done about it. Decisions are made again from the facts that were stored with them; of texts from --file
    the configured models read the facts first.
    """
    report = with_container(
        lambda c: _backtest(c, what, _wanted(last, since, until, c.insights.report.service.calendar.zone), lines)
    )
    click.echo(as_json(report_object(report)) if plain else "\n".join(report_lines(report, shown)))


@command(rules, "publish", role=Role.ADMIN, example='frontdesk rules publish 2 --note "Ovens are urgent"')
@click.argument("version", type=int)
@click.option("--note", default="", help="Why.")
def publish(version: int, note: str) -> None:
    """Put a version in force, in every process within two seconds; refused while its check finds an error."""
    published = with_container(lambda container: container.configuration.rules.publish(version, BY, note)).value
    click.echo(f"version {published.version} is in force")


@command(rules, "rollback", role=Role.ADMIN, example="frontdesk rules rollback 1")
@click.argument("version", type=int, required=False)
@click.option("--note", default="", help="Why.")
def rollback(version: int | None, note: str) -> None:
    """Publish an old version again, the one before the published one without a number."""
    published = with_container(lambda container: _rollback(container, version, note))
    click.echo(f"version {published.version} is in force")


@command(rules, "explain", role=Role.AGENT, example="frontdesk rules explain 01JQ8M3T5W7X9Z2B4D6F8H0K1N")
@click.argument("message")
def explain(message: str) -> None:
    """Say which row decided a message, and of every other row which cell did not match."""
    found = with_container(lambda container: container.configuration.rules.explain(message))
    click.echo("\n".join(explanation_lines(found)))


@command(
    rules,
    "what-if",
    role=Role.AGENT,
    example="frontdesk rules what-if 01JQ8M3T5W7X9Z2B4D6F8H0K1N --set sentiment=Negative --set has.order_no=true",
)
@click.argument("message")
@click.option("--set", "changes", multiple=True, metavar="FACT=VALUE", help="A fact to change; may be repeated.")
@click.option("--version", type=int, help="Ask this version. [default: the one that decided]")
def what_if(message: str, changes: tuple[str, ...], version: int | None) -> None:
    """Decide a message with some facts changed. Nothing is done about it."""
    given = dict(_fact(change) for change in changes)
    found = with_container(lambda container: container.configuration.rules.what_if(message, given, version))
    click.echo("\n".join(what_if_lines(found)))


async def _draft(
    container: "Container", file: Path, name: str, note: str, base: int | None, subs: tuple[str, ...] = ()
) -> "RuleSetVersion":
    from frontdesk.orchestrator.rules import read_model

    content = await _content(container, file, base)
    if subs:
        asked = {Path(sub).name: read_model(await _content(container, Path(sub))) for sub in subs}
        content = json.dumps(read_model(content) | {"decisions": asked})
    return (await container.configuration.rules.draft(NewRuleSet(name, content, note), BY)).value


async def _content(container: Container, file: Path, base: int | None = None) -> str:
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not UTF-8: save it as 'CSV UTF-8' or JSON") from None
    return await container.configuration.rules.model_of_csv(text, base) if _kind(str(file)) == "csv" else text


async def _check(container: Container, what: str) -> "list[Finding]":
    stored = container.configuration.rules
    content = (await stored.version(int(what))).content if what.isdecimal() else await _content(container, Path(what))
    return await stored.check(content)


async def _backtest(container: Container, what: str, wanted: PastDecisionsQuery, lines: str | None) -> "BacktestReport":
    made = await _rules(container, what)
    if lines is None:
        return await container.configuration.rules.backtest(made, wanted)
    return await container.configuration.rules.backtest_lines(made, _lines(Path(lines)))


async def _rules(container: Container, what: str) -> "TableRules":
    from frontdesk.orchestrator.rules import compile_content

    if what.isdecimal():
        return await container.configuration.rules.rules(int(what))
    return compile_content(Path(what).stem, 0, await _content(container, Path(what)))


async def _rollback(container: Container, version: int | None, note: str) -> "RuleSetVersion":
    if version is None:
        before = [publication.version for publication in await container.configuration.rules.publications()]
        version = next((each for each in before if each != before[0]), None)
    if version is None:
        raise Invalid("there is no version to roll back to: only one was ever published")
    return (await container.configuration.rules.publish(version, BY, note)).value


def _kind(file: str) -> str:
    suffix = Path(file).suffix.lower().lstrip(".")
    if suffix not in ("json", "csv"):
        raise Invalid(f"{file}: a rule set is a .json or a .csv file")
    return suffix


def _wanted(last: int | None, since: "datetime | None", until: "datetime | None", zone: "tzinfo") -> PastDecisionsQuery:
    zoned = [at.replace(tzinfo=zone) if at else None for at in (since, until)]
    return PastDecisionsQuery(last or (None if any(zoned) else 1000), *zoned)


def _lines(file: Path) -> list[dict[str, Any]]:
    found = []
    with open_source(str(file)) as source:
        for record in read_records(source, str(file), "jsonl"):
            if record.problem:
                raise Invalid(f"{file}, line {record.line}: {record.problem}")
            found.append(record.fields)
    return found


def _fact(change: str) -> tuple[str, Any]:
    name, equals, value = change.partition("=")
    if not equals:
        raise Invalid(f"--set {change}: write FACT=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
