"""`frontdesk config`: the settings in force, where each comes from, and what is wrong with them."""

import asyncio
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.framework.opening import chosen_file, chosen_folder, chosen_settings
from frontdesk.cli.framework.registry import FAILURE, command, group
from frontdesk.cli.framework.showing import as_json, print_table
from frontdesk.cli.root import frontdesk
from frontdesk.interfaces import FrontdeskError
from frontdesk.model import Role

if TYPE_CHECKING:
    from frontdesk.settings.sections import Settings

_SECRET = re.compile(r"password|secret|token|(^|[_.])key$|\.headers\.")
# A password may hold what belongs behind it, so all up to the last @ is one; a user without password may be a token.
_PASSWORD = re.compile(r"(?<=://)([^:@/?#\s]*):\S*@")
_USER_ALONE = re.compile(r"(?<=://)[^:@/?#\s]+@")
_IN_QUERY = re.compile(r"([?&;])([^=?&;\s]+)=([^&;#\s\"']*)")
# What a query holds is a secret until it is known not to be one.
HARMLESS = {"sslmode", "sslrootcert", "ssltruststore", "currentschema", "encrypt", "api-version", "application_name"}
MASK, DEFAULT = "***", "default"


@group(frontdesk, "config")
def config() -> None:
    """Settings: show them, check them."""


@command(config, "show", role=Role.ADMIN, example="frontdesk config show --data /srv/frontdesk")
def show() -> None:
    """Print the settings of the deployment as TOML; secrets are masked, and what is no default says where it is from.

    What is set up on pages is data: `config export` shows it.
    """
    settings = chosen_settings()
    click.echo(f"data = {as_json(str(settings.folder))}")
    section = ""
    sources = {name: source for name, _, source in _rows(settings)}
    for part, name, value in _names_and_values(settings):
        if part != section:
            click.echo(f"\n[{part}]")
            section = part
        source = sources[f"{part}.{name}"]
        said = "" if source == DEFAULT else f"  # {source}"
        click.echo(f"{name} = {as_json(_masked(f'{section}.{name}', value))}{said}")


@command(config, "check", role=Role.ADMIN, example="frontdesk config check --config /etc/frontdesk.toml")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Print every setting, its value and where it comes from, and try the data folder and the database.

    Secrets are masked. The exit code is 2 when a setting is wrong and 1 when something cannot be reached.
    """
    settings = chosen_settings()
    print_table([*_rows(settings)])
    problems = [*_unknown_variables(), *_unreachable(settings), *_open_to_others(settings)]
    for problem in problems:
        click.echo(f"frontdesk: {_masked('', problem)}", err=True)
    if problems:
        ctx.exit(FAILURE)
    click.echo("all well", err=True)


def _rows(settings: "Settings") -> Iterator[tuple[str, str, str]]:
    from frontdesk.settings.cloud_foundry import bound_settings

    file = _file()
    in_file, bound = tomllib.loads(file.read_text("utf-8")) if file else {}, bound_settings(os.environ)
    told = "--data" if chosen_folder() else "FRONTDESK_DATA" if os.environ.get("FRONTDESK_DATA") else ""
    yield "data", str(settings.folder), told or (str(file) if "data" in in_file else DEFAULT)
    for section, name, value in _names_and_values(settings):
        written = {str(file): in_file, "VCAP_SERVICES": bound}
        found = (where for where, what in written.items() if name in _written(what, section))
        source = _variable(section, name) or next(found, DEFAULT)
        yield f"{section}.{name}", as_json(_masked(f"{section}.{name}", value)), source


def _names_and_values(settings: "Settings") -> Iterator[tuple[str, str, Any]]:
    """Section, name and value of every setting but `data`; a section within a section is written with a dot."""
    import msgspec

    for section, values in msgspec.to_builtins(settings).items():
        if isinstance(values, dict):
            yield from _inside(section, values)


def _inside(section: str, values: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, value in values.items():
        if not isinstance(value, dict):
            yield section, name, value
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _inside(f"{section}.{name}", value)


def _written(file: dict[str, Any], section: str) -> dict[str, Any]:
    """What a settings file says in a section."""
    for part in section.split("."):
        file = file.get(part, {})
    return file


def _masked(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    if _SECRET.search(name):
        return MASK
    return _without_secrets(value) if "://" in value else value


def _without_secrets(address: str) -> str:
    """An address, or a text with addresses in it, without passwords, tokens and what else a query may hold."""
    shown = _PASSWORD.sub(rf"\1:{MASK}@", _USER_ALONE.sub(f"{MASK}@", address))
    return _IN_QUERY.sub(lambda m: m[0] if m[2].lower() in HARMLESS else f"{m[1]}{m[2]}={MASK}", shown)


def _variable(section: str, name: str) -> str:
    """The environment variable that sets this setting, if one does."""
    from frontdesk.settings.loading import PREFIX, SHORT

    names = [
        f"{PREFIX}{section}_{name}".replace(".", "_").upper(),
        *(PREFIX + s for s, place in SHORT.items() if place == (section, name)),
    ]
    return next((each for each in names if each in os.environ), "")


def _file() -> Path | None:
    """The settings file that counts, found as `settings.load` does."""
    from frontdesk.settings.loading import FILE

    chosen = chosen_file()
    folder = chosen_folder() or os.environ.get("FRONTDESK_DATA")
    places = [chosen] if chosen else [Path(FILE), *([Path(folder) / FILE] if folder else [])]
    return next((place for place in places if place.is_file()), None)


def _unknown_variables() -> list[str]:
    """Names that look like ours and set nothing: most often a slip of the pen."""
    from frontdesk.settings.loading import PREFIX, SHORT
    from frontdesk.settings.sections import Settings

    sections = tuple(f"{section.upper()}_" for section in Settings.__struct_fields__ if section != "data")
    known = {*SHORT, "DATA", "DEBUG"}
    names = (name.removeprefix(PREFIX) for name in os.environ if name.startswith(PREFIX))
    strange = [n for n in names if n not in known and not n.startswith((*sections, "TEST_"))]
    return [f"{PREFIX}{name} is set and means nothing: see docs/reference/settings.md" for name in strange]


def _unreachable(settings: "Settings") -> list[str]:
    problems = []
    folder = settings.folder
    above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not os.access(above, os.W_OK):
        problems.append(f"the data folder {folder} cannot be written: change its permissions or name another")
    else:
        try:
            asyncio.run(_ask(settings))
        except FrontdeskError as error:
            problems.append(str(error))
        except Exception as error:  # drivers raise many kinds for a database that does not answer
            reason = f"{type(error).__name__}: {error}".split("\n", 1)[0]
            problems.append(f"the database does not answer ({reason}): check storage.url")
    return problems


def _open_to_others(settings: "Settings") -> list[str]:
    from frontdesk.storage.opening.permissions import open_to_others
    from frontdesk.wiring.container import database_url

    return open_to_others(settings.folder, database_url(settings))


async def _ask(settings: "Settings") -> None:
    """Ask the database for its schema, without making one."""
    from frontdesk.storage.opening.open import open_database
    from frontdesk.storage.opening.upgrade import current
    from frontdesk.wiring.container import database_url

    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return
    database = await open_database(url, 1)
    try:
        await database.read(current)
    finally:
        await database.close()
