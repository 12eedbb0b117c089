"""The demo's shop: a page of three products with the chat, as a web site of somebody's own would have it."""

from litestar import Response, get
from litestar.exceptions import NotFoundException

from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.submit import ANYONE

TITLE = N_("Demo shop")


@get("/demo/shop", opt=ANYONE, include_in_schema=False)
async def shop(request: PageRequest, services: Needs) -> Response[str]:
    """The page. Raises NotFound outside of the demo."""
    if not services.pages.demo:
        raise NotFoundException
    return services.pages.page(request, "shop.html", TITLE, {})


HANDLERS = (shop,)
