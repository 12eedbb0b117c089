"""Writes docs/reference/cli.md out of the commands themselves: `python -m tests.written_pages.commands > …`."""

import inspect
from collections.abc import Iterator

import click

from frontdesk.cli.framework.registry import LOCAL_ROLE, Command
from frontdesk.cli.main import whole

EVERYWHERE = ("data", "config", "help", "version")
HEAD = f"""# The command line

`frontdesk COMMAND --help` tells the same. Every command takes `--data FOLDER` (database and files; else the variable
`FRONTDESK_DATA`, else `frontdesk` in the user's data directory) and `--config FILE` (else `frontdesk.toml` here or in
the data folder). Answers go to standard output, everything else to standard error; an error is one line,
`frontdesk: what is wrong and what to do`.

| exit code | means |
|---|---|
| 0 | done |
| 1 | not done, or not wholly: the line on standard error says why |
| 2 | wrongly used or fed: unknown option, bad value, missing file, wrong setting |
| 130 | interrupted |

`FRONTDESK_DEBUG=1` shows where in the code an error arose.

**Who may do what.** Every command declares the role that it needs, as every route and page does, and a command that
declares none is refused at start. Whoever can read the data folder can read and change all that is in it, so a command
run on it acts as {LOCAL_ROLE.value}: guard the folder with the permissions of the file system.
"""


def reference() -> str:
    """The page."""
    return "\n".join([HEAD, *_sections(whole(), "frontdesk")]).rstrip() + "\n"


def _sections(group: click.Group, path: str) -> Iterator[str]:
    for name, each in sorted(group.commands.items()):
        if isinstance(each, click.Group):
            yield from _sections(each, f"{path} {name}")
        elif isinstance(each, Command):
            yield "\n".join(_section(each, f"{path} {name}"))


def _section(command: Command, path: str) -> Iterator[str]:
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    words = [p.metavar or (p.name or "").upper() for p in arguments]
    yield f"## {' '.join([path, *words])}\n"
    yield f"Role: {command.role.value if command.role else ''}\n"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield f"```text\n{paragraph.removeprefix(chr(8)).strip()}\n```\n" if paragraph[0] == "\b" else f"{paragraph}\n"
    options = [p for p in command.params if isinstance(p, click.Option) and p.name not in EVERYWHERE]
    if options:
        yield "| option | |\n|---|---|"
        yield from (f"| `{_usage(option)}` | {_help(option)} |" for option in options)
        yield ""
    yield f"```sh\n{command.example}\n```\n"


def _usage(option: click.Option) -> str:
    if option.is_flag:
        return option.opts[0]
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    if isinstance(option.type, click.IntRange | click.FloatRange):
        return f"{option.opts[0]} NUMBER"
    wanted = "\\|".join(str(getattr(choice, "value", choice)) for choice in choices)
    return f"{option.opts[0]} {wanted or option.metavar or option.type.name.upper()}"


def _help(option: click.Option) -> str:
    default = getattr(option.default, "value", option.default)
    return f"{option.help} [default: {default}]" if option.show_default else option.help or ""


if __name__ == "__main__":
    click.echo(reference(), nl=False)
