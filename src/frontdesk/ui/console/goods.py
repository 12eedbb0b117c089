"""Products, and the orders of the embedded order book."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromQuery

from frontdesk.model.knowledge import OrderState
from frontdesk.ticketing.submission import storable
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest

ROWS = 40
STATES = {
    OrderState.RECEIVED: (N_("Received"), "informative"),
    OrderState.IN_PREPARATION: (N_("In preparation"), "informative"),
    OrderState.PARTLY_SHIPPED: (N_("Partly shipped"), "informative"),
    OrderState.SHIPPED: (N_("Shipped"), "informative"),
    OrderState.DELIVERED: (N_("Delivered"), "positive"),
    OrderState.CANCELLED: (N_("Cancelled"), ""),
    OrderState.RETURNED: (N_("Returned"), ""),
}


@get("/console/products", opt=AGENT, include_in_schema=False)
async def products(
    request: PageRequest, services: Needs, q: FromQuery[str] = "", cursor: FromQuery[str] = ""
) -> Response[str]:
    """By number."""
    text = storable(q).strip()[:200]
    page = await services.knowledge.products.page(ROWS, cursor[:400], text)
    context: dict[str, Any] = {
        "rows": page.rows,
        "text": text,
        "more": urlencode({"q": text, "cursor": page.next_cursor}) if page.next_cursor else "",
    }
    return services.pages.page(request, "console/products.html", N_("Products"), context)


@get("/console/orders", opt=AGENT, include_in_schema=False)
async def orders(
    request: PageRequest, services: Needs, q: FromQuery[str] = "", cursor: FromQuery[str] = ""
) -> Response[str]:
    """The highest number first; a search for a number also finds what another system has."""
    text = storable(q).strip()[:320]
    page = await services.knowledge.order_book.page(ROWS, cursor[:400], text)
    context: dict[str, Any] = {
        "rows": [{"order": each, "state": STATES[each.state]} for each in page.rows],
        "text": text,
        "more": urlencode({"q": text, "cursor": page.next_cursor}) if page.next_cursor else "",
    }
    return services.pages.page(request, "console/orders.html", N_("Orders"), context)


HANDLERS = (products, orders)
