"""`bin/invent`: fills a database with any number of invented messages and their results."""

import sys
from datetime import UTC, datetime

import click

from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import command, root_group
from frontdesk.interfaces import Invalid
from frontdesk.model import Role


@root_group
def tool() -> None:
    """Data to measure with."""


@command(tool, "invent", role=Role.ADMIN, example="bin/invent --messages 10000 --data /tmp/invented")
@click.option("--messages", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Another one, other data.")
@click.option("--days", type=click.IntRange(1, 3650), help="Spread over so many days. [default: 30 to 730]")
@click.option("--until", metavar="TIME", help="The newest may be of this time. [default: now]")
@click.option("--journal-days", type=click.IntRange(0, 3650), default=30, show_default=True, help="Journal of so many.")
@click.option("--add", is_flag=True, help="Also into a database that has interactions.")
def invent(messages: int, seed: int, days: int | None, until: str | None, journal_days: int, add: bool) -> None:
    """Fill a database with invented messages.

    People, companies and texts are invented; times, channels, languages, intents, moods and customers are as uneven as
    real ones. Each message has the reading, decision, effects, replies, corrections and calls of models that the
    pipeline would have left. The same seed and --until make the same data. Meant for trying out and measuring: a
    database that has interactions already is refused unless --add says otherwise.
    """
    end = _moment(until)
    made = with_container(lambda container: _fill(container, messages, seed, end, days or 0, journal_days, add))
    click.echo(f"{made:,} messages are there, the newest of {end:%Y-%m-%d}")


async def _fill(
    container: Container, messages: int, seed: int, until: datetime, days: int, journal_days: int, add: bool
) -> int:
    from benchmarks.invented.interaction import DemoSize
    from benchmarks.invented.loading import fill, finish, room_for
    from benchmarks.invented.made import make

    numbers = await room_for(container.database, add=add)
    size = DemoSize(
        messages,
        seed,
        until,
        days,
        journal_days,
        numbers["interaction"],
        numbers["contact"],
        numbers["customer"],
        numbers["service_call"],
    )
    made = 0
    with click.progressbar(length=messages, label="Inventing", file=sys.stderr) as bar:
        portions = make(size)
        while (portion := next(portions, None)) is not None:
            await fill(container.database, portion.tables())
            made += portion.messages
            bar.update(portion.messages)
    await finish(container.database)
    return made


def _moment(until: str | None) -> datetime:
    if until is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(until)
    except ValueError:
        raise Invalid(
            f"--until {until!r} is no time: write for example 2026-01-31 or 2026-01-31T12:00", "until"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


if __name__ == "__main__":
    tool(["invent", *sys.argv[1:]], prog_name="bin")
