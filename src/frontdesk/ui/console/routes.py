"""All routes of the console."""

from frontdesk.ui.console import accuracy, configuration, effects, insights, models, rules, team, use_cases

CONSOLE = (
    *team.HANDLERS,
    *insights.HANDLERS,
    *effects.HANDLERS,
    *rules.HANDLERS,
    *configuration.HANDLERS,
    *use_cases.HANDLERS,
    accuracy.accuracy,
    models.models,
)
