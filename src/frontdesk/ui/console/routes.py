"""All routes of the console."""

from frontdesk.ui.console import home

CONSOLE = (home.home,)
