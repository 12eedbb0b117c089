"""All routes of the console."""

from frontdesk.ui.console import accuracy, configuration, effects, home, models, rules, use_cases

CONSOLE = (
    home.home,
    *effects.HANDLERS,
    *rules.HANDLERS,
    *configuration.HANDLERS,
    *use_cases.HANDLERS,
    accuracy.accuracy,
    models.models,
)
