"""`frontdesk llm ask`: a command for each use case in force, made of its data."""

import base64
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frontdesk.cli.framework.opening import with_container
from frontdesk.cli.framework.registry import Command, Group
from frontdesk.cli.llm.commands import ask_once, llm
from frontdesk.interfaces import Invalid, NotFound
from frontdesk.model import Role

if TYPE_CHECKING:
    from frontdesk.llm.use_case import UseCase

STDIN = "-"
TYPES: Mapping[str, click.ParamType[Any]] = {"integer": click.INT, "number": click.FLOAT, "boolean": click.BOOL}


class UseCaseGroup(Group):
    """Knows its commands only when it is asked for them: they are in files of the package and in the database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All use cases in force."""
        return sorted(with_container(lambda container: container.llm.room.registry.all()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one, None where there is no such use case."""
        try:
            use_case = with_container(lambda container: container.llm.room.registry.get(cmd_name))
        except NotFound:
            return None
        return command_of(use_case)


def command_of(use_case: "UseCase") -> Command:
    """A use case as a command: its inputs are the options, and its answer is printed as JSON."""
    body = use_case.body
    required = body.inputs.get("required", ())
    options = [_option(name, part, name in required) for name, part in body.inputs.get("properties", {}).items()]

    def ask(**given: Any) -> None:
        inputs = {name: value for name, value in given.items() if value is not None and value != ()}
        ask_once(body.name, {name: _read(body.inputs["properties"][name], value) for name, value in inputs.items()})

    first = body.examples[0].inputs if body.examples else dict.fromkeys(required, "…")
    return Command(
        body.name, callback=ask, params=options, help=body.description, role=Role.AGENT, example=_line(body.name, first)
    )


def _option(name: str, part: Mapping[str, Any], required: bool) -> click.Option:
    is_list = part.get("type") == "array" and part.get("items", {}).get("type") == "string"
    kind: click.ParamType[Any] = TYPES.get(str(part.get("type")), click.STRING)
    if "enum" in part:
        kind = click.Choice([str(each) for each in part["enum"]])
    help_ = part.get("description", "")
    if part.get("contentEncoding") == "base64":
        kind, help_ = click.Path(exists=True, dir_okay=False), "A file."
    elif part.get("type") in ("array", "object") and not is_list:
        help_ = f"{help_} As JSON.".strip()
    declared = f"--{name.replace('_', '-')}"
    return click.Option([declared, name], type=kind, required=required, multiple=is_list, help=help_ or None)


def _read(part: Mapping[str, Any], value: Any) -> Any:
    """What an option says as the input's value; `-` stands for standard input. Raises Invalid."""
    import msgspec

    if part.get("contentEncoding") == "base64":
        return base64.b64encode(Path(value).read_bytes()).decode()
    if isinstance(value, tuple):
        return list(value)
    if value == STDIN:
        value = sys.stdin.read()
    if part.get("type") in ("array", "object"):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError as error:
            raise Invalid(f"that is no JSON: {error}") from None
    return value


def _line(name: str, inputs: Mapping[str, Any]) -> str:
    """The example as it is typed."""
    import json

    words = [f"frontdesk llm ask {name}"]
    for key, value in inputs.items():
        each = [value] if not isinstance(value, list) or not all(isinstance(one, str) for one in value) else value
        shown = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in each]
        words += [f"--{key.replace('_', '-')} {_quoted(text)}" for text in shown]
    return " ".join(words)


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "'\\''") + "'"


llm.add_command(UseCaseGroup("ask", help="Ask a use case: each has a command of its own, with its inputs as options."))
