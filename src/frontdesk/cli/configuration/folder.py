"""`frontdesk config export`, `import` and `diff`: what is configured on pages as a folder of YAML, without secrets.

The folder is for version control: files are in a stable order, and an import changes nothing where any of it is wrong.
"""

import difflib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
import yaml

from frontdesk.cli.configuration.showing import config
from frontdesk.cli.files.entries import code_of
from frontdesk.cli.framework.opening import Container, chosen_settings, override, with_container
from frontdesk.cli.framework.registry import FAILURE, command
from frontdesk.interfaces import FrontdeskError, Invalid
from frontdesk.interfaces.access import COMMAND_LINE
from frontdesk.interfaces.rules import NewRuleSet
from frontdesk.model import Role
from frontdesk.model.desk import Macro, TeamAssignment
from frontdesk.model.set_up import EntryKind, SetUpEntry

if TYPE_CHECKING:
    from frontdesk.settings.sections import Settings

EVERYBODY = ""
NAMES = {EntryKind.CHANNEL: "channels", EntryKind.CONNECTOR: "connectors", EntryKind.MODEL_SERVICE: "model_services"}


class Entry(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A channel, connector or model service; `secrets` are the names of those that it has."""

    settings: dict[str, Any] = {}
    secrets: list[str] = []
    paused: bool = False


class Template(msgspec.Struct, forbid_unknown_fields=True):
    """A reply template that was changed or added."""

    type: str
    texts: dict[str, str]


class Folder(msgspec.Struct, forbid_unknown_fields=True):
    """Everything, one file each: what a folder does not name stays as it is."""

    channels: dict[str, Entry] = {}
    connectors: dict[str, Entry] = {}
    model_services: dict[str, Entry] = {}
    code_lists: dict[str, list[dict[str, Any]]] = {}
    templates: dict[str, Template] = {}
    timing: dict[str, dict[str, dict[str, str]]] = {}
    assignment: list[TeamAssignment] = []
    macros: list[Macro] = []
    rules: dict[str, Any] = {}


@command(config, "export", role=Role.ADMIN, example="frontdesk config export configuration")
@click.argument("folder", type=click.Path(file_okay=False))
def export(folder: str) -> None:
    """Write what is configured on pages into FOLDER as YAML, for version control.

    Channels, connectors, model services, code lists, reply templates, calendars, service levels, timed rules,
    assignment, shared macros and the published rules. Of secrets only the names are written.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    written = _texts(with_container(_read))
    for name, text in written.items():
        (Path(folder) / name).write_text(text, "utf-8")
    click.echo(f"{len(written)} files written to {folder}")


@command(config, "import", role=Role.ADMIN, example="frontdesk config import configuration")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def import_(folder: str) -> None:
    """Take over a FOLDER of `config export`; running processes follow within two seconds.

    All of it is tried on an empty instance first, and nothing changes where anything is wrong. What FOLDER does not
    name stays. Secrets that are missing here are named: enter them on the pages.
    """
    wanted, settings = _parsed(Path(folder)), chosen_settings()
    with tempfile.TemporaryDirectory() as scratch:
        with_container(lambda c: _write(c, wanted), _elsewhere(settings, scratch))
    missing = with_container(lambda c: _write(c, wanted), settings)
    for name in missing:
        click.echo(f"missing: {name}", err=True)
    click.echo(f"{folder} is in force" + (f", {len(missing)} secrets are missing" if missing else ""))


@command(config, "diff", role=Role.ADMIN, example="frontdesk config diff configuration")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.pass_context
def diff(ctx: click.Context, folder: str) -> None:
    """Show what an import of FOLDER would change; the exit code is 1 where there is something."""
    here, there = _texts(with_container(_read)), _texts(_parsed(Path(folder)))
    lines: list[str] = []
    for name in sorted(there):
        pair = here.get(name, "").splitlines(), there[name].splitlines()
        lines += difflib.unified_diff(*pair, f"here/{name}", f"{folder}/{name}", lineterm="")
    if lines:
        click.echo("\n".join(lines))
        ctx.exit(FAILURE)


async def _read(container: Container) -> Folder:
    from frontdesk.storage.transfer.export import read_page

    parts, folder = container.configuration, Folder()
    for each in await container.set_up.entries():
        entry = Entry(dict(each.settings), sorted(each.secrets), each.paused)
        getattr(folder, NAMES[each.kind])[each.name] = entry
    codes, _ = await container.database.read(lambda c: read_page(c, "codes", None))
    for row in codes:
        folder.code_lists.setdefault(row["list"], []).append(
            {n: v for n, v in row.items() if n != "list" and v not in ("", [])}
        )
    await parts.templates.follow()
    folder.templates = {each.name: Template(each.type, dict(each.texts)) for each in parts.templates.changed()}
    timing = {kind: named for kind, named in (await parts.timing.entries()).items() if named}
    folder.timing = msgspec.convert(timing, dict[str, dict[str, dict[str, str]]])
    folder.assignment = list(await container.interactions.assignment.teams())
    folder.macros = sorted(await parts.macros.of(EVERYBODY), key=lambda each: each.id)
    folder.rules = msgspec.json.decode((await parts.rules.version()).content)
    return folder


async def _write(container: Container, folder: Folder) -> list[str]:
    """The names of secrets that are missing. Raises Invalid that names the part at fault."""
    parts, missing = container.configuration, []
    known = await _read(container)
    for which, entries in folder.code_lists.items():
        for code in entries:
            if code not in known.code_lists.get(which, []):
                await _named(f"code_lists: {which}", parts.codes.put(code_of({**code, "list": which})))
    for name, template in folder.templates.items():
        if known.templates.get(name) != template:
            put = parts.templates.put(name, template.texts, COMMAND_LINE, template.type)
            await _named(f"templates: {name}", put)
    for kind, named in folder.timing.items():
        for name, texts in named.items():
            if known.timing.get(kind, {}).get(name) != texts:
                await _named(f"timing: {kind}: {name}", parts.timing.put(kind, name, texts, COMMAND_LINE))
    for team in folder.assignment:
        await container.interactions.assignment.put(team, COMMAND_LINE)
    for macro in folder.macros:
        await parts.macros.put(macro, EVERYBODY)
    for each, entry in ((kind, entry) for kind, file in NAMES.items() for entry in getattr(folder, file).items()):
        if getattr(known, NAMES[each]).get(entry[0]) != entry[1]:
            given = SetUpEntry(each, entry[0], entry[1].settings, paused=entry[1].paused)
            missing += await _named(f"{NAMES[each]}: {entry[0]}", _put(container, given, entry[1].secrets))
    if folder.rules and folder.rules != known.rules:
        content = msgspec.json.encode(folder.rules).decode()
        drafted = await _named("rules", parts.rules.draft(NewRuleSet("default", content, "From files."), COMMAND_LINE))
        await _named("rules", parts.rules.publish(drafted.value.version, COMMAND_LINE, "From files."))
    return missing


async def _put(container: Container, entry: SetUpEntry, secrets: list[str]) -> list[str]:
    there = {each.name: each.secrets for each in await container.set_up.entries() if each.kind is entry.kind}
    kept = {name: word for name, word in there.get(entry.name, {}).items() if name in secrets}
    missing = [name for name in secrets if name not in kept]
    await container.set_up.put(replace(entry, secrets=kept), COMMAND_LINE, missing)
    return [f"{NAMES[entry.kind]}: {entry.name}: {name}" for name in missing]


async def _named(part: str, work: Any) -> Any:
    try:
        return await work
    except FrontdeskError as error:
        raise Invalid(f"{part}: {error}", part) from None


def _elsewhere(settings: "Settings", folder: str) -> "Settings":
    """The same settings over an empty database."""
    return msgspec.structs.replace(override(settings, "storage", url=""), data=folder)


def _texts(folder: Folder) -> dict[str, str]:
    """The files by name; those that would be empty are left out."""
    found = {name: value for name, value in msgspec.to_builtins(folder).items() if value}
    how: dict[str, Any] = {"Dumper": _Readable, "allow_unicode": True, "width": 110}
    return {f"{name}.yaml": yaml.dump(value, **how) for name, value in found.items()}


def _parsed(folder: Path) -> Folder:
    """Raises Invalid that names the file."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = yaml.safe_load(path.read_text("utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            raise Invalid(f"{path} cannot be read: {error}", path.name) from None
    try:
        return msgspec.convert(found, Folder)
    except msgspec.ValidationError as error:
        raise Invalid(f"{folder}: {error}", "folder") from None


class _Readable(yaml.SafeDumper):
    """Texts of several lines as such."""

    def represent_str(self, text: str) -> yaml.ScalarNode:
        """A text."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, "|" if "\n" in text else None)


_Readable.add_representer(str, _Readable.represent_str)
