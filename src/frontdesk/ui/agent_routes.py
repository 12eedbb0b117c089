"""Redirects the old address of the list of interactions to the console."""

from typing import Annotated
from urllib.parse import urlencode

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Redirect

from frontdesk.model import Role
from frontdesk.ui.services import ROLE

AGENT = {ROLE: Role.AGENT}
# Litestar keeps the name `query` for itself.
Search = Annotated[str, QueryParameter(name="query")]


@get("/desk", opt=AGENT, include_in_schema=False)
async def desk(search: Search = "") -> Redirect:
    """Leads to the console."""
    return Redirect(
        "/console/interactions?" + urlencode({"q": search[:200]}) if search else "/console", status_code=303
    )
