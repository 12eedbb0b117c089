"""`frontdesk insights`: figures, the rows behind them, what changed; and the facts that they are made of."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import as_json, print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role

if TYPE_CHECKING:
    from frontdesk.insights.changing import Difference
    from frontdesk.insights.naming import DisplayNames

FORMATS = ("table", "csv", "json")


@group(frontdesk, "insights")
def insights() -> None:
    """Figures about what happens: ask them, see the rows behind them, check and rebuild what they are made of."""


def _filters(function: Any) -> Any:
    for option in (
        click.option("--where", multiple=True, metavar="DIMENSION=VALUE", help="Only such rows; may be repeated."),
        click.option("--until", default="", metavar="TIME", help="Before this date or time."),
        click.option("--since", default="", metavar="TIME", help="From this date or time on."),
        click.option("--period", default="", help="A named period. [default: last-30-days]"),
    ):
        function = option(function)
    return function


@command(
    insights,
    "show",
    role=Role.AGENT,
    example="frontdesk insights show inbound negative_share --by intent --period last-90-days --where channel=EMI",
)
@click.argument("measures", nargs=-1, metavar="[MEASURE]...")
@click.option("--by", multiple=True, metavar="DIMENSION", help="Split by it; at most two.")
@click.option("--top", type=click.IntRange(0, 5000), default=0, help="Only the largest so many.")
@click.option("--format", type=click.Choice(FORMATS), default="table", show_default=True, help="How it is written.")
@_filters
def show(
    measures: Sequence[str], by: Sequence[str], top: int, format: str, period: str, since: str, until: str,
    where: Sequence[str],
) -> None:  # fmt: skip
    """Print figures, `inbound` without any MEASURE.

    Which measures and dimensions there are: docs/reference/insights.md.
    """
    from frontdesk.insights.questions import Question
    from frontdesk.insights.reporting import PeriodRequest

    question = Question(tuple(measures) or ("inbound",), tuple(by), _where(where), top=top)

    async def work(container: Container) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        report = container.insights.report
        return report.table(await report.figures(question, PeriodRequest(period, since, until)))

    _print(*with_container(work), format)


@command(
    insights,
    "rows",
    role=Role.AGENT,
    example="frontdesk insights rows service_calls --period this-month --where team=TEC --format csv",
)
@click.argument("measure", default="inbound")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@click.option("--format", type=click.Choice(FORMATS), default="table", show_default=True, help="How it is written.")
@_filters
def rows(measure: str, limit: int, format: str, period: str, since: str, until: str, where: Sequence[str]) -> None:
    """Print the rows that make up a figure, newest first; how many there are in all goes to standard error."""
    from frontdesk.insights.questions import Question
    from frontdesk.insights.reporting import PeriodRequest

    question = Question((measure,), (), _where(where))

    async def work(container: Container) -> tuple[int, tuple[Sequence[str], Sequence[Sequence[Any]]]]:
        report = container.insights.report
        found = await report.rows(question, PeriodRequest(period, since, until), limit)
        return found.total, report.row_table(found)

    total, found = with_container(work)
    _print(*found, format)
    click.echo(f"{len(found[1]):,} of {total:,}", err=True)


@command(insights, "changes", role=Role.AGENT, example="frontdesk insights changes --period last-7-days")
@click.option("--all", "everything", is_flag=True, help="Also what may be chance.")
@_filters
def changes(everything: bool, period: str, since: str, until: str, where: Sequence[str]) -> None:
    """Print what changed since the period before.

    Only significant changes are printed: tested, and corrected for the number of tests (Benjamini-Hochberg, 5 %).
    """
    from frontdesk.insights.reporting import PeriodRequest

    async def work(container: Container) -> "tuple[DisplayNames, Sequence[Difference]]":
        report = container.insights.report
        return await report.names(()), await report.changes(_where(where), PeriodRequest(period, since, until))

    names, found = with_container(work)
    shown = [each for each in found if everything or each.changed.is_significant]
    lines = [_line(names, each) for each in shown]
    if lines:
        print_table([("of", "value", "before", "now", "q"), *lines])
    click.echo(f"{len(shown)} of {len(found)} compared", err=True)


@command(insights, "check", role=Role.ADMIN, example="frontdesk insights check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Prove that the facts equal a plain SQL count over all other tables.

    Folds what is pending first. Prints where they differ; the exit code is then 1.
    """
    with click.progressbar(length=100, label="Counting", file=sys.stderr) as bar:
        wrong = with_container(lambda container: container.insights.facts.check(done=_progress(bar)))
    for each in wrong:
        click.echo(f"{each.what} of interaction {each.interaction_id}: kept {each.kept}, counted {each.counted}")
    if wrong:
        click.echo("frontdesk: the facts are wrong: put them right with 'frontdesk insights rebuild'", err=True)
        ctx.exit(FAILURE)
    click.echo("every fact is as counted")


@command(insights, "rebuild", role=Role.ADMIN, example="frontdesk insights rebuild")
def rebuild() -> None:
    """Make all facts anew out of the other tables.

    Portion by portion, while everything else goes on; one that is broken off can be begun again.
    """
    with click.progressbar(length=100, label="Rebuilding", file=sys.stderr) as bar:
        count = with_container(lambda container: container.insights.facts.rebuild(_progress(bar)))
    click.echo(f"the facts of {count:,} interactions are made")


def _progress(bar: Any) -> Any:
    def done(at: int, every: int) -> None:
        bar.update(int(100 * at / max(every, 1)) - bar.pos)

    return done


def _where(pairs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    where: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Invalid(f"--where {pair!r}: write DIMENSION=VALUE, for example channel=EMI", "where")
        where[name] = (*where.get(name, ()), value)
    return where


def _line(names: "DisplayNames", each: "Difference") -> tuple[str, ...]:
    c = each.changed
    of = "negative in " + c.dimension if each.about == "negative" else c.dimension
    return of, names.name(c.dimension, c.key), _share(c.before, c.before_of), _share(c.now, c.now_of), f"{c.q:.2g}"


def _share(hits: int, of: int) -> str:
    return f"{hits / of:.1%} ({hits:,})" if of else "-"


def _print(head: Sequence[str], lines: Sequence[Sequence[Any]], format: str) -> None:
    if format == "json":
        click.echo(as_json([dict(zip(head, line, strict=True)) for line in lines]))
    elif format == "csv":
        from frontdesk.edges.spreadsheets import as_csv

        click.echo(as_csv((head, lines)).decode("utf-8-sig"), nl=False)
    else:
        rows = [tuple(map(str, head)), *(tuple(map(_plain, line)) for line in lines)]
        print_table(rows)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "-" if value is None else " ".join(str(value).split())[:60]
