"""The command `frontdesk`. It starts fast, because heavy packages are imported inside the commands that need them."""

from frontdesk.cli.main import main

__all__ = ["main"]
