"""Views of the list that people keep under a name."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr
from frontdesk.ui.console.interactions import PATH
from frontdesk.ui.console.list_query import ListQuery
from frontdesk.ui.forms import read_form
from frontdesk.ui.services import AGENT, Needs, PageRequest

LONGEST_NAME = 60


@post("/console/views", opt=AGENT, include_in_schema=False)
async def keep_view(request: PageRequest, services: Needs) -> Redirect:
    """Keep the filter of the page that asked, as far as it makes sense."""
    fields = await read_form(request)
    name = " ".join(fields.get("name", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(tr("a view's name has 1 to {most} characters", most=LONGEST_NAME), "name")
    query = ListQuery.read(fields.get("query", "")).address()
    await services.interactions.views.save(request.user.id, name, query, shared=fields.get("shared") == "yes")
    return Redirect(f"{PATH}?{query}", status_code=303)


@post("/console/views/{view_id:str}/remove", opt=AGENT, include_in_schema=False)
async def remove_view(request: PageRequest, services: Needs, view_id: FromPath[str]) -> Redirect:
    """Forget one's own view."""
    await services.interactions.views.remove(request.user.id, view_id[:26])
    return Redirect(PATH, status_code=303)


HANDLERS = (keep_view, remove_view)
