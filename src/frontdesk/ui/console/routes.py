"""All routes of the console."""

from frontdesk.ui.console import home, rules

CONSOLE = (home.home, *rules.HANDLERS)
