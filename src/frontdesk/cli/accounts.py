"""`frontdesk users` and `frontdesk keys`: who may sign in, and which programs may call."""

import contextlib
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import click

from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.interfaces.access import COMMAND_LINE
from frontdesk.model import Account, ApiKey, Grant, Role
from frontdesk.model.sign_in import LinkKind

PEOPLE = [role.value for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.CUSTOMER)]
MILLIONTHS = 1_000_000
MONEY = click.FloatRange(0, 1_000_000_000)
PROGRAMS = [role.value for role in (Role.SERVICE, Role.AGENT, Role.SUPERVISOR, Role.ADMIN)]


@group(frontdesk, "users")
def users() -> None:
    """People who sign in: add, list, change."""


@group(frontdesk, "keys")
def keys() -> None:
    """API keys of programs: add, list, revoke."""


@command(users, "add", role=Role.ADMIN, example='frontdesk users add kim@example.com --name "Kim Doe" --role agent')
@click.argument("email")
@click.option("--name", default="", help="Name shown in the application. [default: the e-mail address]")
@click.option("--role", type=click.Choice(PEOPLE), default=PEOPLE[0], show_default=True, help="What it may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def add_user(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Add an account; the password is asked for and never shown."""
    password = _password(password_stdin)
    made = with_container(
        lambda container: container.people.accounts.add_account(email, name or email, Role(role), password)
    )
    click.echo(f"{made.email} may sign in as {made.role.value}")


@command(users, "invite", role=Role.ADMIN, example='frontdesk users invite kim@example.com --name "Kim Doe"')
@click.argument("email")
@click.option("--name", default="", help="Name shown in the application. [default: the e-mail address]")
@click.option("--role", type=click.Choice(PEOPLE), default=PEOPLE[0], show_default=True, help="What it may do.")
def invite(email: str, name: str, role: str) -> None:
    """Add an account without a password, and print the link by which its owner sets one within three days.

    For an account that is there already, print a new link. The link opens once.
    """

    async def made(container: Container) -> tuple[str, str] | None:
        with contextlib.suppress(Conflict):
            await container.people.accounts.add_account(email, name or email, Role(role), None)
        found = await container.people.links.make(email, LinkKind.INVITATION)
        return (container.settings.server.public_url.rstrip("/"), found[1]) if found else None

    link = with_container(made)
    if link is None:
        raise NotFound(f"{email} is deactivated: activate it first")
    click.echo(f"{link[0]}/set-password?kind={LinkKind.INVITATION.value}&token={link[1]}")


@command(users, "teams", role=Role.ADMIN, example="frontdesk users teams kim@example.com TEC CMP")
@click.argument("email")
@click.argument("teams", nargs=-1)
def change_teams(email: str, teams: tuple[str, ...]) -> None:
    """Change the teams of an account, named by their codes; its sessions end. Without a code it is in none."""
    with_container(lambda container: container.people.accounts.set_teams(email, frozenset(teams)))
    click.echo(f"{email} is in {', '.join(sorted(teams)) or 'no team'} now")


@command(users, "reset-second-factor", role=Role.ADMIN, example="frontdesk users reset-second-factor kim@example.com")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Let an account whose owner lost their app sign in with the password alone, until they set one up again."""

    async def reset(container: Container) -> None:
        account_id = await _id_of(container, email)
        await container.people.second_factors.remove(account_id, COMMAND_LINE)

    with_container(reset)
    click.echo(f"{email} signs in with the password alone now")


@command(users, "sign-out", role=Role.ADMIN, example="frontdesk users sign-out kim@example.com")
@click.argument("email")
def sign_out(email: str) -> None:
    """End all sessions of an account; servers follow within seconds."""

    async def end(container: Container) -> int:
        account_id = await _id_of(container, email)
        return await container.people.sessions.end_others(account_id, "", COMMAND_LINE)

    click.echo(f"{with_container(end)} sessions of {email} ended")


@command(users, "list", role=Role.ADMIN, example="frontdesk users list")
def list_users() -> None:
    """List all accounts, with how they sign in and their teams."""
    rows = [
        (
            each.email,
            each.role.value,
            "active" if each.active else "deactivated",
            _methods(each),
            " ".join(sorted(each.teams)),
            each.name,
        )
        for each in with_container(lambda container: container.people.accounts.accounts())
    ]
    print_table(rows, none="no accounts: make one with 'frontdesk users add'")


@command(users, "password", role=Role.ADMIN, example="frontdesk users password kim@example.com")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def change_password(email: str, password_stdin: bool) -> None:
    """Give an account a new password; its sessions end."""
    with_container(lambda container: _id_of(container, email))  # before anybody thinks of a password
    password = _password(password_stdin)
    with_container(lambda container: container.people.accounts.set_password(email, password))
    click.echo(f"{email} has a new password")


@command(users, "role", role=Role.ADMIN, example="frontdesk users role kim@example.com supervisor")
@click.argument("email")
@click.argument("role", type=click.Choice(PEOPLE))
def change_role(email: str, role: str) -> None:
    """Change what an account may do; its sessions end."""
    with_container(lambda container: container.people.accounts.set_role(email, Role(role)))
    click.echo(f"{email} is {Role(role).value} now")


@command(users, "deactivate", role=Role.ADMIN, example="frontdesk users deactivate kim@example.com")
@click.argument("email")
def deactivate(email: str) -> None:
    """Let nobody sign in with an account.

    Its sessions end; what it did stays.
    """
    with_container(lambda container: container.people.accounts.deactivate(email))
    click.echo(f"{email} may no longer sign in")


@command(users, "activate", role=Role.ADMIN, example="frontdesk users activate kim@example.com")
@click.argument("email")
def activate(email: str) -> None:
    """Let a deactivated account sign in again."""
    with_container(lambda container: container.people.accounts.activate(email))
    click.echo(f"{email} may sign in again")


async def _id_of(container: Container, email: str) -> str:
    wanted = email.strip().lower()
    for each in await container.people.accounts.accounts():
        if each.email == wanted:
            return each.id
    raise NotFound(f"there is no account {wanted}")


def _methods(account: Account) -> str:
    methods = ["password"] if account.has_password else []
    methods += ["second factor"] if account.has_second_factor else []
    methods += ["single sign-on"] if account.is_external else []
    return ", ".join(methods) or "invited"


Function = TypeVar("Function", bound=Callable[..., Any])


def _granting(function: Function) -> Function:
    """The options of what a key may use and spend."""
    for option in (
        click.option(
            "--requests-per-minute",
            type=click.IntRange(0, 1_000_000),
            default=0,
            help="Requests a minute; 0: no limit.",
        ),
        click.option(
            "--budget-month", type=MONEY, default=0.0, help="What models may cost a month (UTC); 0: no limit."
        ),
        click.option("--budget-day", type=MONEY, default=0.0, help="What models may cost a day (UTC); 0: no limit."),
        click.option("--channel", "channels", multiple=True, help="Code of a channel that it reaches; none: all."),
        click.option("--team", "teams", multiple=True, help="Code of a team that it reaches; none: all."),
        click.option("--scope", "scopes", multiple=True, help="Narrows the key; several at once. See access.md."),
    ):
        function = option(function)
    return function


@command(
    keys,
    "add",
    role=Role.ADMIN,
    example='frontdesk keys add "web shop" --role service\n'
    'frontdesk keys add "quote robot" --scope llm:chat --scope llm:model:default --budget-day 5',
)
@click.argument("name")
@click.option("--role", type=click.Choice(PROGRAMS), default=PROGRAMS[0], show_default=True, help="What it may do.")
@click.option("--days", type=click.IntRange(1, 3650), help="After so many days it ends. [default: never]")
@_granting
def add_key(name: str, role: str, days: int | None, **given: Any) -> None:
    """Add an API key and print it: it is shown this once and stored only as a hash.

    Without --scope it may do all that its role may. Budgets are in the currency of the price table.
    """

    async def add(container: Container) -> tuple[ApiKey, str]:
        ends = container.clock() + timedelta(days=days) if days else None
        return await container.people.accounts.add_key(name, Role(role), _grant(**given), expires_at=ends)

    made, secret = with_container(add)
    click.echo(f"keep this key now: it cannot be shown again ({made.name}, {made.role.value})", err=True)
    click.echo(secret)


@command(keys, "list", role=Role.ADMIN, example="frontdesk keys list")
def list_keys() -> None:
    """List all API keys by their first characters."""
    rows = [
        (
            f"{k.prefix}…",
            k.role.value,
            "revoked" if k.revoked_at else f"until {k.expires_at:%Y-%m-%d}" if k.expires_at else "active",
            f"{k.created_at:%Y-%m-%d}",
            f"used {k.last_used_at:%Y-%m-%d}" if k.last_used_at else "never used",
            _granted(k.grant),
            k.name,
        )
        for k in with_container(lambda container: container.people.accounts.keys())
    ]
    print_table(rows, none="no keys: make one with 'frontdesk keys add'")


@command(keys, "limit", role=Role.ADMIN, example="frontdesk keys limit fd_3pXk7a2Q --scope llm --budget-month 100")
@click.argument("key")
@_granting
def limit_key(key: str, **given: Any) -> None:
    """Change what a key may use and spend; servers follow within seconds. What is not given is not limited."""
    changed = with_container(lambda container: container.people.accounts.regrant(key.rstrip("…"), _grant(**given)))
    click.echo(f"{changed.prefix}… ({changed.name}): {_granted(changed.grant)}")


@command(keys, "revoke", role=Role.ADMIN, example="frontdesk keys revoke fd_3pXk7a2Q")
@click.argument("key")
def revoke(key: str) -> None:
    """Take a key out of use, named by its first characters as in the list; servers follow within seconds."""
    revoked = with_container(lambda container: container.people.accounts.revoke(key.rstrip("…")))
    click.echo(f"{revoked.prefix}… ({revoked.name}) is revoked")


def _grant(budget_day: float, budget_month: float, requests_per_minute: int, **lists: tuple[str, ...]) -> Grant:
    per_day, per_month = (round(amount * MILLIONTHS) for amount in (budget_day, budget_month))
    scopes, teams, channels = (frozenset(lists[name]) for name in ("scopes", "teams", "channels"))
    return Grant(scopes, per_day, per_month, requests_per_minute, teams, channels)


def _granted(grant: Grant) -> str:
    """For people, in one cell of a table."""
    parts = [
        " ".join(sorted(grant.scopes)) or "all",
        " ".join(sorted(grant.channels | grant.teams)),
        f"{grant.budget_day / MILLIONTHS:g} a day" if grant.budget_day else "",
        f"{grant.budget_month / MILLIONTHS:g} a month" if grant.budget_month else "",
        f"{grant.requests_per_minute} requests a minute" if grant.requests_per_minute else "",
    ]
    return ", ".join(filter(None, parts))


def _password(from_stdin: bool) -> str:
    """Asked for without echo, twice; or the first line of standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Invalid("there is no terminal to ask for the password: use --password-stdin")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer
