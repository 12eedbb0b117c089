"""`frontdesk effects`: actions that failed or wait for approval, and what a person does about them."""

from collections.abc import Awaitable, Callable

import click

from frontdesk.cli.framework.opening import Container, all_rows, with_container
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Effect, EffectState, Role
from frontdesk.model.reading import IdempotencyKey, StoredAnswer

MOST_AT_ONCE = 100_000
STATES = [EffectState.FAILED, EffectState.WAITING, EffectState.PENDING, EffectState.DONE, EffectState.DROPPED]
BY = "cli"
Change = Callable[[str, str, IdempotencyKey | None], Awaitable[StoredAnswer[Effect]]]


@group(frontdesk, "effects")
def effects() -> None:
    """Effects that failed or wait for approval: list, retry, drop, skip, approve."""


@command(effects, "list", role=Role.AGENT, example="frontdesk effects list --state waiting")
@click.option(
    "--state",
    type=click.Choice([state.value for state in STATES], case_sensitive=False),
    default=EffectState.FAILED.value,
    show_default=True,
    help="Which to list.",
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most so many.")
def list_effects(state: str, limit: int) -> None:
    """List effects, oldest first: key, kind, attempts, since when, and why they failed."""
    found = with_container(lambda container: _some(container, EffectState(state), limit))
    rows = [
        (e.key, e.action.kind, str(e.attempts), f"{e.created_at:%Y-%m-%d %H:%M}", " ".join(e.error.split())[:200])
        for e in found
    ]
    print_table(rows)


def _settling(name: str, told: str, example: str, help_: str) -> None:
    """Declare the command that settles effects in one way."""

    @click.argument("keys", nargs=-1, metavar="[KEY]...")
    @click.option("--all", "every", is_flag=True, help="All that have failed.")
    def settle(keys: tuple[str, ...], every: bool) -> None:
        state = EffectState.FAILED if every else None
        done = with_container(lambda c: _each(c, keys, state, getattr(c.work.effects, name)))
        click.echo(f"{done:,} {told}")

    settle.__doc__ = help_
    command(effects, name, role=Role.SUPERVISOR, example=f"frontdesk effects {name} {example}")(settle)


KEY = "01JQ8M3T5W7X9Z2B4D6F8H0K1N:default:1:0"
RETRY = "Try failed effects again; a server or a worker takes them up, and looks first whether they were done."
DROP = "Give up effects that failed, or refuse what waits for approval, with all that waits for it."
SKIP = "Go on without effects that failed: what comes after them is done as if they were."
_settling("retry", "due again", "--all", RETRY)
_settling("drop", "dropped", KEY, DROP)
_settling("skip", "passed over", "--all", SKIP)


@command(effects, "approve", role=Role.SUPERVISOR, example=f"frontdesk effects approve {KEY}")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
def approve(keys: tuple[str, ...]) -> None:
    """Let go on what waits for approval."""
    done = with_container(lambda container: _each(container, keys, None, container.work.effects.approve))
    click.echo(f"{done:,} approved")


async def _some(container: Container, state: EffectState, limit: int) -> list[Effect]:
    return await all_rows(lambda most, at: container.messages.readings.effects(state, most, at), limit)


async def _each(container: Container, keys: tuple[str, ...], every: EffectState | None, change: Change) -> int:
    """Change each; how many."""
    if bool(keys) is (every is not None):
        raise Invalid("name the effects by their keys, or all of them with --all")
    wanted = keys or tuple(each.key for each in await _some(container, every or EffectState.FAILED, MOST_AT_ONCE))
    for key in wanted:
        await change(key, BY, None)
    return len(wanted)
