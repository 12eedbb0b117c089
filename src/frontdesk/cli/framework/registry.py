"""The base of our commands: role, example, --data and --config, one-line errors."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import click

from frontdesk.interfaces import FrontdeskError, Invalid, NotFound
from frontdesk.model import Role

DATA, CONFIG = "frontdesk.data", "frontdesk.config"
BAD_INPUT, FAILURE, INTERRUPTED = 2, 1, 130
# A user who can read the data folder can change everything in it, so a local command acts as the admin.
LOCAL_ROLE = Role.ADMIN

Function = TypeVar("Function", bound=Callable[..., Any])


class Command(click.Command):
    """A command that says which role it needs and shows an example."""

    def __init__(self, *args: Any, role: Role | None = None, example: str = "", **kwargs: Any) -> None:
        """`role` and `example` are refused by `check` when they are missing."""
        super().__init__(*args, **kwargs)
        self.role, self.example = role, example
        self.params += _places()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example below the options."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, if this caller may."""
        if self.role is None or not LOCAL_ROLE.covers(self.role):
            raise click.ClickException(f"{ctx.command_path} is not for a {LOCAL_ROLE.value}")
        return super().invoke(ctx)


class Group(click.Group):
    """A group of commands, whose errors are one line each."""

    command_class = Command

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]  # ours always ends the process
        """Run and end the process: 0 done, 1 failed, 2 wrongly used or fed, 130 interrupted."""
        extra["standalone_mode"] = False
        try:
            answer = super().main(args, prog_name, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(BAD_INPUT)
        except (click.Abort, KeyboardInterrupt):
            _stop("interrupted", INTERRUPTED)
        except BrokenPipeError:
            _hush()
        except Exception as error:  # the one place where any error becomes a line for a person
            if os.environ.get("FRONTDESK_DEBUG") == "1":
                raise
            _stop(*explain(error))
        sys.exit(answer if isinstance(answer, int) else 0)


def group(parent: Group, name: str) -> Callable[[Callable[..., Any]], Group]:
    """Declare a group of commands below `parent`."""

    def declare(function: Callable[..., Any]) -> Group:
        made = click.group(name, cls=Group)(function)
        parent.add_command(made)
        return made

    return declare


def command(parent: Group, name: str, *, role: Role, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command below `parent`; `role` is what a caller must be, `example` is shown in its help."""

    def declare(function: Callable[..., Any]) -> click.Command:
        made = click.command(name, cls=Command, role=role, example=example)(function)
        parent.add_command(made)
        return made

    return declare


def check(root: click.Group, path: str = "frontdesk") -> None:
    """Refuse commands that declare no role, no help or no example. Raises FrontdeskError that names the command."""
    for name, each in root.commands.items():
        if isinstance(each, click.Group):
            check(each, f"{path} {name}")
        elif not isinstance(each, Command) or each.role is None:
            raise FrontdeskError(f"the command '{path} {name}' does not declare the role it needs")
        elif not each.help or not each.example:
            raise FrontdeskError(f"the command '{path} {name}' needs help and an example")


def explain(error: Exception) -> tuple[str, int]:
    """What to tell a person about an error, in one line, and the exit code."""
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "frontdesk"
        return f"{error.format_message()} (see '{path} --help')", BAD_INPUT
    if isinstance(error, click.ClickException):
        return error.format_message(), error.exit_code
    if isinstance(error, FrontdeskError):
        return str(error), BAD_INPUT if isinstance(error, Invalid | NotFound) else FAILURE
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}: check the path and its permissions", FAILURE
    reason = str(error).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {reason} (FRONTDESK_DEBUG=1 shows where)", FAILURE


def _stop(line: str, code: int) -> NoReturn:
    click.echo(f"frontdesk: {' '.join(line.split())}", err=True)
    sys.exit(code)


def _hush() -> NoReturn:
    """The reader of our output has closed it; keep Python from reporting that while it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(FAILURE)


def _places() -> list[click.Parameter]:
    """--data and --config, which the group and every command take; the one nearest to the end of the line counts."""
    folder, file = click.Path(file_okay=False), click.Path(dir_okay=False)
    of_folder = "Folder with the database and files. [default: frontdesk in the user's data directory]"
    of_file = "Settings file. [default: frontdesk.toml here or in the data folder]"
    return [_place("--data", folder, "FOLDER", DATA, of_folder), _place("--config", file, "FILE", CONFIG, of_file)]


def _place(name: str, kind: click.Path, shown: str, key: str, help_: str) -> click.Option:
    return click.Option([name], type=kind, metavar=shown, expose_value=False, callback=_remember(key), help=help_)


def _remember(key: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    def remember(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.meta[key] = value

    return remember


def root_group(function: Callable[..., Any]) -> Group:
    """Declare the outermost group."""
    made = click.group("frontdesk", cls=Group)(function)
    made.params += _places()
    return made
