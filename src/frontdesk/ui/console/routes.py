"""All routes of the console."""

from frontdesk.ui.console import accuracy, effects, home, models, rules

CONSOLE = (home.home, *effects.HANDLERS, *rules.HANDLERS, accuracy.accuracy, models.models)
