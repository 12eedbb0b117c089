"""The console's first page: what needs attention now."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import QueryParameter
from litestar.response import Redirect

from frontdesk.model import CodeList
from frontdesk.model.console import ListSort
from frontdesk.ui.console.interactions import PATH, show_row
from frontdesk.ui.console.list_query import ListQuery
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import CodeLabels, label_of

URGENT = "sentiment=Negative&priority=H&priority=V&status=NW&status=IP&status=RO&status=AA"
ROWS = 6
# Litestar keeps the name `query` for itself.
Search = Annotated[str, QueryParameter(name="query")]


@get("/console", opt=AGENT, include_in_schema=False)
async def home(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """The page. It is about all teams and channels: who is narrowed to some begins at the list."""
    if request.user.grant.is_narrowed:
        return Redirect(PATH, status_code=303)
    return services.pages.page(request, "console/home.html", N_("Home"), await _context(services))


@get("/desk", opt=AGENT, include_in_schema=False)
async def desk(search: Search = "") -> Redirect:
    """The old address of the list leads to the console."""
    return Redirect(
        "/console/interactions?" + urlencode({"q": search[:200]}) if search else "/console", status_code=303
    )


@get("/console/fragment", opt=AGENT, include_in_schema=False)
async def fragment(request: PageRequest, services: Needs) -> Response[str]:
    """The cards alone."""
    return services.pages.page(request, "console/_home.html", "", await _context(services))


async def _context(services: Needs) -> dict[str, Any]:
    urgent = ListQuery.read(URGENT).filter(services.zone)
    needed, page, count, newest, lists = await asyncio.gather(
        services.interactions.attention.now(),
        services.interactions.lists.page(urgent, ListSort.UPDATED_FIRST, ROWS),
        services.interactions.lists.count(urgent),
        services.interactions.lists.page(ListQuery().filter(services.zone), ListSort.UPDATED_FIRST, ROWS),
        services.configuration.codes.all(),
    )
    names = CodeLabels.of(lists)
    waiting = [(reference, title, label_of(kind), at) for reference, title, kind, at in needed.waiting.first]
    return {
        "needed": needed,
        "waiting": waiting,
        "urgent": [show_row(row, names) for row in page.rows],
        "urgent_count": count,
        "urgent_url": f"{PATH}?{URGENT}",
        "newest": [show_row(row, names) for row in newest.rows],
        "spikes": [
            {
                "code": each.intent,
                "name": names.of_code(CodeList.INTENT, each.intent),
                "today": each.today,
                "usual": f"{each.usual:.1f}",
            }
            for each in needed.spikes
        ],
    }


HANDLERS = (home, fragment, desk)
