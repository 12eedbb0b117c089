"""`frontdesk timing`: calendars, service levels and timed rules, in and out as one TOML file."""

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.framework.opening import with_container
from frontdesk.cli.framework.registry import command, group
from frontdesk.cli.framework.showing import as_json
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import Invalid
from frontdesk.model import Role

if TYPE_CHECKING:
    from frontdesk.wiring.container import Container


@group(frontdesk, "timing")
def timing() -> None:
    """Business calendars, service levels, rules that wait: show them, set them."""


@command(timing, "show", role=Role.SUPERVISOR, example="frontdesk timing show > time.toml")
def show() -> None:
    """Print all entries as TOML that `timing set` takes."""
    for kind, entries in with_container(lambda c: c.configuration.timing.entries()).items():
        for name, entry in entries.items():
            click.echo(f"[{kind}.{name}]")
            click.echo("".join(f"{field} = {as_json(text)}\n" for field, text in entry.items()))


@command(timing, "set", role=Role.ADMIN, example="frontdesk timing set time.toml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def set_(file: str) -> None:
    """Store the entries of a TOML file; others stay as they are. `-` reads standard input."""
    try:
        given = tomllib.loads(sys.stdin.read() if file == "-" else Path(file).read_text("utf-8"))
        entries = [(kind, name, entry.items()) for kind, named in given.items() for name, entry in named.items()]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{file}: {error}") from None
    except AttributeError:
        raise Invalid(f"{file}: write tables [calendars.NAME], [levels.NAME] and [rules.NAME] alone") from None
    with_container(lambda c: _store(c, entries))
    click.echo(f"{len(entries)} stored")


async def _store(container: "Container", entries: list[tuple[str, str, Any]]) -> None:
    for kind, name, entry in entries:
        texts = {field: str(value) for field, value in entry}
        try:
            await container.configuration.timing.put(kind, name, texts, "command line")
        except Invalid as error:
            raise Invalid(f"{kind}.{name}: {error.field}: {error}", error.field) from None
