"""The outermost command: all others are declared below it."""

import click

from frontdesk import __version__
from frontdesk.cli.framework.registry import root_group


@root_group
@click.version_option(__version__, prog_name="frontdesk", message="%(prog)s %(version)s")
def frontdesk() -> None:
    """Frontdesk captures every customer message, understands it, decides by rules, acts once and answers.

    Commands work on a data folder (--data) and act as its admin: access to the folder allows everything.
    """
