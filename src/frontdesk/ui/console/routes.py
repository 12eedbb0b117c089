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
    learning,
    models,
    people,
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
    accuracy.accuracy,
    *learning.HANDLERS,
    models.models,
)
