"""Where a link in a mail leads: did this answer help? Opening it changes nothing, as mail scanners open links too."""

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.submit import ANYONE
from frontdesk.ui.track import UNKNOWN
from frontdesk.ui.track_keys import helped_subject

TITLE = N_("Did this help?")


@get("/helped/{message_id:str}", opt=ANYONE, include_in_schema=False)
async def ask(
    request: PageRequest, services: Needs, message_id: FromPath[str], key: FromQuery[str] = ""
) -> Response[str]:
    """Two buttons."""
    return _page(request, services, message_id, key, "")


@post("/helped/{message_id:str}", opt=ANYONE, include_in_schema=False)
async def tell(request: PageRequest, services: Needs, message_id: FromPath[str]) -> Response[str]:
    """Keep what they say; no means a person."""
    values = await read_form(request)
    said = values.get("helped", "")
    page = _page(request, services, message_id, values.get("key", ""), said)
    if said not in ("yes", "no"):
        raise Invalid(tr("say yes or no"), "helped")
    await services.messages.outbox.helped(message_id[:26], said == "yes")
    services.live.wake()
    return page


def _page(request: PageRequest, services: Needs, message_id: str, key: str, said: str) -> Response[str]:
    if not services.keys.fits(helped_subject(message_id), key):
        raise NotFoundException(detail=UNKNOWN)
    return services.pages.page(request, "helped.html", TITLE, {"message_id": message_id, "key": key, "said": said})


HANDLERS = (ask, tell)
