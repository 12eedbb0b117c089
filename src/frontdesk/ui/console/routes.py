"""All routes of the console."""

from frontdesk.ui.console import accuracy, configuration, effects, home, insights, models, rules, use_cases

CONSOLE = (
    home.home,
    *insights.HANDLERS,
    *effects.HANDLERS,
    *rules.HANDLERS,
    *configuration.HANDLERS,
    *use_cases.HANDLERS,
    accuracy.accuracy,
    models.models,
)
