"""All routes of the console."""

from frontdesk.ui.console import (
    accuracy,
    configuration,
    effects,
    insights,
    models,
    reply_templates,
    rules,
    team,
    use_cases,
)

CONSOLE = (
    *team.HANDLERS,
    *insights.HANDLERS,
    *effects.HANDLERS,
    *rules.HANDLERS,
    *configuration.HANDLERS,
    *use_cases.HANDLERS,
    *reply_templates.HANDLERS,
    accuracy.accuracy,
    models.models,
)
