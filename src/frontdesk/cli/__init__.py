"""The command `frontdesk`. Starts fast: heavy rooms are imported inside the commands that need them."""

from frontdesk.cli.main import main

__all__ = ["main"]
