"""The outermost command and all below it."""

import os
import sys

import click

from frontdesk import __version__
from frontdesk.cli.framework.registry import Group, check, root_group

# Several threads for one small matrix make it slower and the memory larger; read by numpy when it is first imported.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# Seconds that a thread may keep the others waiting: with Python's 5 ms a commit of thirty statements, or of as many
# round trips, waits for the reading of a message thirty times over.
TURN = 0.0005


@root_group
@click.version_option(__version__, prog_name="frontdesk", message="%(prog)s %(version)s")
def frontdesk() -> None:
    """Frontdesk captures every customer message, understands it, decides by rules, acts once and answers.

    Commands work on a data folder (--data) and act as its admin: whoever can read the folder may do everything in it.
    """


def main() -> None:
    """Run the command line and end the process."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    sys.setswitchinterval(TURN)
    whole().main(prog_name="frontdesk")


def whole() -> Group:
    """The command line with all its commands, checked."""
    # Each of these files declares its commands on `frontdesk` when it is imported.
    from frontdesk.cli import accounts, configuration, databases, effects, insights, saying, serving, working  # noqa: F401
    from frontdesk.cli.analyse import command as analysing  # noqa: F401
    from frontdesk.cli.channels import commands as channels  # noqa: F401
    from frontdesk.cli.demo import data as demo_data  # noqa: F401
    from frontdesk.cli.llm import commands as llm  # noqa: F401
    from frontdesk.cli.rules import commands as rules  # noqa: F401
    from frontdesk.cli.simulate import commands as simulating  # noqa: F401
    from frontdesk.cli.transfer import exporting, importing  # noqa: F401

    check(frontdesk)
    return frontdesk
