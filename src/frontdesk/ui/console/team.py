"""Routes of the pages that the team works on: home, interactions."""

from frontdesk.ui.console import bulk, exporting, home, interactions, people, thread, views

HANDLERS = (
    *home.HANDLERS,
    *interactions.HANDLERS,
    bulk.bulk,
    *exporting.HANDLERS,
    *views.HANDLERS,
    *thread.HANDLERS,
    *people.HANDLERS,
)
