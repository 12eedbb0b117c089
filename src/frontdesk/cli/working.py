"""`frontdesk work`: lists open and failed work, and retries or drops failed work."""

from collections.abc import Awaitable, Callable

import click

from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role, Work, WorkState

MOST_AT_ONCE = 100_000
STATES = [each.value for each in (WorkState.FAILED, WorkState.OPEN, WorkState.DROPPED, WorkState.DONE)]


@group(frontdesk, "work")
def work() -> None:
    """Work that waits or has failed: list, retry, drop."""


@command(work, "list", role=Role.SUPERVISOR, example="frontdesk work list --state open")
@click.option("--state", type=click.Choice(STATES), default=STATES[0], show_default=True, help="Which to list.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most so many.")
def list_work(state: str, limit: int) -> None:
    """List work, oldest first: its id, step, attempts, since when, and the last error."""
    listed, counts = with_container(lambda container: _list(container, WorkState(state), limit))
    rows = [(w.id, w.step, str(w.attempts), f"{w.created_at:%Y-%m-%d %H:%M}", _line(w.last_error)) for w in listed]
    print_table(rows)
    click.echo(f"{counts['open']:,} open, {counts['failed']:,} failed", err=True)


def _settling(name: str, told: str, help_: str) -> None:
    """Declare a command that changes failed work."""

    @click.argument("ids", nargs=-1, metavar="[ID]...")
    @click.option("--all", "every", is_flag=True, help="All that have failed.")
    def settle(ids: tuple[str, ...], every: bool) -> None:
        done = with_container(lambda container: _each(container, ids, every, getattr(container.work.queue, name)))
        click.echo(f"{done:,} {told}")

    settle.__doc__ = help_
    command(work, name, role=Role.SUPERVISOR, example=f"frontdesk work {name} 01JQ8M3T5W7X9Z2B4D6F8H0K1N")(settle)


_settling("retry", "due again", "Make failed work due again; a server or a worker takes it up.")
_settling("drop", "dropped", "Give failed work up for good; its message stays where it is.")


async def _list(container: Container, state: WorkState, limit: int) -> tuple[tuple[Work, ...], dict[str, int]]:
    return await container.work.queue.list(state, limit), await container.work.queue.counts()


async def _each(
    container: Container, ids: tuple[str, ...], every: bool, change: Callable[[str], Awaitable[None]]
) -> int:
    """Change each; how many."""
    if bool(ids) is every:
        raise Invalid("name the work by its ids, or all of it with --all")
    wanted = ids or tuple(row.id for row in await container.work.queue.list(WorkState.FAILED, MOST_AT_ONCE))
    for work_id in wanted:
        await change(work_id)
    return len(wanted)


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
