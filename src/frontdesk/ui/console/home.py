"""The console's first page."""

from litestar import Response, get

from frontdesk.ui.desk import AGENT, list_context
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest


@get("/console", opt=AGENT, include_in_schema=False)
async def home(request: PageRequest, services: Needs) -> Response[str]:
    """What changed last."""
    return services.pages.page(request, "console/home.html", N_("Home"), await list_context(services, "", ""))
