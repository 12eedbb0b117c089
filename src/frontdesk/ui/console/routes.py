"""All routes of the console."""

from frontdesk.ui.console import (
    accuracy,
    bulk,
    configuration,
    effects,
    exporting,
    home,
    insights,
    interactions,
    models,
    people,
    privacy,
    reply_templates,
    rules,
    thread,
    use_cases,
    views,
)

CONSOLE = (
    *home.HANDLERS,
    *interactions.HANDLERS,
    bulk.bulk,
    *exporting.HANDLERS,
    *views.HANDLERS,
    *thread.HANDLERS,
    *people.HANDLERS,
    *insights.HANDLERS,
    *effects.HANDLERS,
    *rules.HANDLERS,
    *configuration.HANDLERS,
    *use_cases.HANDLERS,
    *reply_templates.HANDLERS,
    *privacy.HANDLERS,
    accuracy.accuracy,
    models.models,
)
