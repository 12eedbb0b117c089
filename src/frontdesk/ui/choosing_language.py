"""Choosing the language of the pages."""

from litestar import post
from litestar.exceptions import ClientException
from litestar.response import Redirect

from frontdesk.interfaces import CookieChange
from frontdesk.model.translatable import tr
from frontdesk.ui.cookies import cookie_name
from frontdesk.ui.forms import SMALL, read_form
from frontdesk.ui.languages import COOKIE, COOKIE_SECONDS, LANGUAGES
from frontdesk.ui.rendering import set_cookies
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.signing_in import local
from frontdesk.ui.submit import ANYONE


@post("/language", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def choose_language(request: PageRequest, services: Needs) -> Redirect:
    """Keep the choice in a cookie for a year and go back to the page it was made on."""
    fields = await read_form(request)
    language = fields.get("language", "")
    if language not in LANGUAGES:
        raise ClientException(detail=tr("there are these languages: {languages}", languages=", ".join(LANGUAGES)))
    kept = CookieChange(cookie_name(COOKIE, https=services.https), language, COOKIE_SECONDS, services.https)
    return Redirect(local(fields.get("next", "")) or "/", status_code=303, cookies=set_cookies([kept]))


HANDLERS = (choose_language,)
