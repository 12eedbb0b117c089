"""Routes of the pages that the team works on: home, interactions."""

from frontdesk.ui.console import bulk, exporting, home, interactions, views

HANDLERS = (
    home.home,
    *interactions.HANDLERS,
    bulk.bulk,
    *exporting.HANDLERS,
    *views.HANDLERS,
)
