"""The console's first page."""

from litestar import Response, get

from frontdesk.ui.console.interactions import list_context
from frontdesk.ui.console.list_query import ListQuery
from frontdesk.ui.console.services import Console
from frontdesk.ui.desk import AGENT
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest


@get("/console", opt=AGENT, include_in_schema=False)
async def home(request: PageRequest, services: Needs, console: Console) -> Response[str]:
    """What changed last."""
    context = await list_context(services, console, ListQuery())
    return services.pages.page(request, "console/home.html", N_("Home"), context)
