"""Runs the command line: every command in one list, each of which is declared when its file is imported."""

import os
import sys
from importlib import import_module

from frontdesk.cli.framework.registry import Group, check
from frontdesk.cli.root import frontdesk

# Each of these files declares its commands on `frontdesk` when it is imported.
COMMANDS = """accounts analyse.command asking assistants.command audit channels.commands configuration.folder databases
    demo.command effects engine insights knowledge.articles knowledge.checking knowledge.products
    llm.asking llm.commands privacy rules.commands saying serving simulate.commands
    timing transfer.exporting transfer.importing working""".split()  # noqa: SIM905
# More threads make small matrices slower and need more memory; numpy reads this when it is first imported.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# Seconds that a thread may keep the others waiting: with Python's 5 ms a commit of thirty statements, or of as many
# round trips, waits for the reading of a message thirty times over.
TURN = 0.0005
# Whatever a command writes (database, back-up, export, cache) is for its own user alone.
OWN_FILES = 0o077


def main() -> None:
    """Run the command line and end the process."""
    os.umask(OWN_FILES)
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    sys.setswitchinterval(TURN)
    whole().main(prog_name="frontdesk")


def whole() -> Group:
    """The command line with all its commands, checked."""
    for name in COMMANDS:
        import_module(f"frontdesk.cli.{name}")
    check(frontdesk)
    return frontdesk
