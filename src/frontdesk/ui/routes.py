"""All routes of the pages."""

from litestar import Router
from litestar.di import Provide

from frontdesk.ui import (
    account,
    api_reference,
    assets,
    choosing_language,
    first_start,
    help_centre,
    helped,
    passwords,
    shop,
    signing_in,
    submit,
    track,
)
from frontdesk.ui.chat import widget
from frontdesk.ui.chat.routes import ChatServices
from frontdesk.ui.chat.routes import router as chat_router
from frontdesk.ui.console.routes import CONSOLE
from frontdesk.ui.services import PageServices

PAGES = (
    submit,
    track,
    helped,
    shop,
    api_reference,
    help_centre,
    signing_in,
    passwords,
    first_start,
    account,
    choosing_language,
)
HANDLERS = (*(handler for page in PAGES for handler in page.HANDLERS), *CONSOLE)


def router(services: PageServices, chat: ChatServices) -> Router:
    """Pages and static files, at the root."""
    provided = {"services": Provide(lambda: services, sync_to_thread=False)}
    return Router(
        "/", route_handlers=[*HANDLERS, widget.script, chat_router(chat), assets.router()], dependencies=provided
    )
