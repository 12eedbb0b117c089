"""The desk: the interactions that changed last, for the team."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from frontdesk.interfaces import DeskRow
from frontdesk.model import CodeList, Role
from frontdesk.ticketing.submission import storable
from frontdesk.ui.events import event_stream
from frontdesk.ui.languages import N_
from frontdesk.ui.services import ROLE, Needs, PageRequest
from frontdesk.ui.thread_view import Names

AGENT = {ROLE: Role.AGENT}
ROWS = 25
LONGEST_QUERY = 200
# Litestar keeps the name `query` for itself.
Search = Annotated[str, QueryParameter(name="query")]


@get("/desk", opt=AGENT, include_in_schema=False)
async def desk(
    request: PageRequest, services: Needs, search: Search = "", cursor: FromQuery[str] = ""
) -> Response[str]:
    """The page."""
    return services.pages.page(request, "desk.html", N_("Desk"), await list_context(services, search, cursor))


@get("/desk/fragment", opt=AGENT, include_in_schema=False)
async def fragment(
    request: PageRequest, services: Needs, search: Search = "", cursor: FromQuery[str] = ""
) -> Response[str]:
    """The list alone."""
    return services.pages.page(request, "desk_fragment.html", "", await list_context(services, search, cursor))


@get("/desk/events", opt=AGENT, include_in_schema=False)
async def events(services: Needs) -> Stream:
    """Tells when to fetch the list again."""
    return event_stream(services.live, None)


async def list_context(services: Needs, query: str, cursor: str) -> dict[str, Any]:
    """What desk_fragment.html needs."""
    wanted = storable(query).strip()[:LONGEST_QUERY]
    page = await services.reader.desk(wanted, cursor, ROWS)
    names = Names.of(await services.codes.all())
    older = urlencode({"query": wanted, "cursor": page.next_cursor} if wanted else {"cursor": page.next_cursor})
    return {
        "rows": [_row(row, names) for row in page.rows],
        "next_url": f"/desk?{older}" if page.next_cursor else None,
        "query": wanted,
    }


def _row(row: DeskRow, names: Names) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "title": row.title,
        "status_name": names.of_code(CodeList.STATUS, row.status),
        "priority_name": names.of_code(CodeList.PRIORITY, row.priority),
        "channel_name": names.of_code(CodeList.CHANNEL, row.channel),
        "sentiment": row.sentiment,
        "intent_name": names.of_code(CodeList.INTENT, row.intent),
        "customer": row.customer,
        "updated_at": row.updated_at,
    }
