"""All routes of the pages."""

from litestar import Router
from litestar.di import Provide

from frontdesk.ui import (
    account,
    api_reference,
    assets,
    choosing_language,
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

HANDLERS = (
    submit.start,
    submit.submit,
    submit.look_up,
    track.track,
    track.fragment,
    track.events,
    track.answer,
    helped.ask,
    shop.shop,
    api_reference.api_reference,
    helped.tell,
    *help_centre.HANDLERS,
    *signing_in.HANDLERS,
    *passwords.HANDLERS,
    *account.HANDLERS,
    choosing_language.choose_language,
    *CONSOLE,
)


def router(services: PageServices, chat: ChatServices) -> Router:
    """Pages and static files, at the root."""
    provided = {"services": Provide(lambda: services, sync_to_thread=False)}
    return Router(
        "/", route_handlers=[*HANDLERS, widget.script, chat_router(chat), assets.router()], dependencies=provided
    )
