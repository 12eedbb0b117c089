"""`frontdesk users` and `frontdesk keys`: who may sign in, and which programs may call."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from frontdesk.cli.framework.opening import with_container
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Grant, Role

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
@click.option(
    "--role",
    type=click.Choice(PEOPLE),
    default=PEOPLE[0],
    show_default=True,
    help="What it may do.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def add_user(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Add an account; the password is asked for and never shown."""
    password = _password(password_stdin)
    made = with_container(
        lambda container: container.people.accounts.add_account(email, name or email, Role(role), password)
    )
    click.echo(f"{made.email} may sign in as {made.role.value}")


@command(users, "list", role=Role.ADMIN, example="frontdesk users list")
def list_users() -> None:
    """List all accounts."""
    rows = [
        (each.email, each.role.value, "active" if each.active else "deactivated", each.name)
        for each in with_container(lambda container: container.people.accounts.accounts())
    ]
    click.echo("\n".join(table(rows)) if rows else "no accounts: make one with 'frontdesk users add'")


@command(users, "password", role=Role.ADMIN, example="frontdesk users password kim@example.com")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def change_password(email: str, password_stdin: bool) -> None:
    """Give an account a new password; its sessions end."""
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
@click.option(
    "--role",
    type=click.Choice(PROGRAMS),
    default=PROGRAMS[0],
    show_default=True,
    help="What it may do.",
)
@_granting
def add_key(name: str, role: str, **given: Any) -> None:
    """Add an API key and print it: it is shown this once and stored only as a hash.

    Without --scope it may do all that its role may. Budgets are in the currency of the price table.
    """
    made, secret = with_container(
        lambda container: container.people.accounts.add_key(name, Role(role), _grant(**given))
    )
    click.echo(f"keep this key now: it cannot be shown again ({made.name}, {made.role.value})", err=True)
    click.echo(secret)


@command(keys, "list", role=Role.ADMIN, example="frontdesk keys list")
def list_keys() -> None:
    """List all API keys by their first characters."""
    rows = [
        (
            f"{k.prefix}…",
            k.role.value,
            "revoked" if k.revoked_at else "active",
            f"{k.created_at:%Y-%m-%d}",
            _granted(k.grant),
            k.name,
        )
        for k in with_container(lambda container: container.people.accounts.keys())
    ]
    click.echo("\n".join(table(rows)) if rows else "no keys: make one with 'frontdesk keys add'")


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


def _grant(scopes: tuple[str, ...], budget_day: float, budget_month: float, requests_per_minute: int) -> Grant:
    per_day, per_month = (round(amount * MILLIONTHS) for amount in (budget_day, budget_month))
    return Grant(frozenset(scopes), per_day, per_month, requests_per_minute)


def _granted(grant: Grant) -> str:
    """For people, in one cell of a table."""
    parts = [
        " ".join(sorted(grant.scopes)) or "all",
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
