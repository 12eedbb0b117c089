"""Canned answers and macros: a list, and the form of one."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import CodeList, Role
from frontdesk.model.desk import Macro, Then
from frontdesk.orchestrator.templates import SAMPLE_VALUES
from frontdesk.services.macros import keep, remove, use
from frontdesk.ticketing.changes import CHANGES, ME
from frontdesk.ticketing.submission import MOST_CHARACTERS
from frontdesk.ui.console.interactions import PATH as INTERACTIONS
from frontdesk.ui.console.list_query import SNOOZE_NAMES
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.submit import normal_reference

PLACE = "/console/macros"
OWN, TEAM = "own", "team:"
GOES_ON = {
    Then.STAY.value: N_("Stay in the interaction"),
    Then.CLOSE.value: N_("Back to the list"),
    Then.NEXT.value: N_("To the next interaction"),
}


@get(PLACE, opt=AGENT, include_in_schema=False)
async def macros(request: PageRequest, services: Needs, chosen: FromQuery[str] = "") -> Response[str]:
    """All that the reader sees, and the one to be edited, or a new one."""
    found = next((each for each in await services.configuration.macros.of(request.user.id) if each.id == chosen), None)
    return await _page(request, services, found or Macro("", request.user.id, "", "", "", {}))


@post(PLACE, opt=AGENT, include_in_schema=False)
async def save(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Keep or forget one."""
    fields = await read_form(request)
    reach, then = fields.get("reach", OWN), fields.get("then", "")
    macro = Macro(
        fields.get("id", "")[:40] or services.new_id(),
        request.user.id if reach == OWN else "",
        reach.removeprefix(TEAM)[:40] if reach.startswith(TEAM) else "",
        " ".join(fields.get("name", "").split())[:100],
        fields.get("text", "").strip()[:MOST_CHARACTERS],
        {name: value for name in sorted(CHANGES) if (value := fields.get(name, "").strip()[:100])},
        Then(then) if then in set(Then) else Then.STAY,
    )
    try:
        if fields.get("do") == "remove":
            await remove(services, macro.id, request.user)
        else:
            await keep(services, macro, request.user)
    except (Invalid, Conflict) as error:
        return await _page(request, services, macro, error.text)
    return Redirect(f"{PLACE}?saved=1", status_code=303)


@post(f"{INTERACTIONS}/{{reference:str}}/macro", opt=AGENT, include_in_schema=False)
async def run(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """Use one in an interaction, and go where it leads."""
    fields = await read_form(request)
    macro = await services.configuration.macros.named(fields.get("macro", ""), request.user.id)
    found = await use(services, macro, normal_reference(reference), request.user, fields.get("reply"))
    services.wake()
    here = f"{INTERACTIONS}/{found.reference}?used=1"
    to = {Then.STAY: here, Then.CLOSE: INTERACTIONS, Then.NEXT: f"{here}&go=next"}[macro.then]
    return Redirect(to, status_code=303)


async def _page(request: PageRequest, services: Needs, macro: Macro, refused: str = "") -> Response[str]:
    lists = await services.configuration.codes.all()
    offered = {
        name: [(each.code, each.name) for each in lists.get(which, ()) if each.active]
        for name, which in (("status", CodeList.STATUS), ("priority", CodeList.PRIORITY), ("team", CodeList.TEAM))
    }
    context: dict[str, Any] = {
        "macros": await services.configuration.macros.of(request.user.id),
        "one": macro,
        "offered": offered | {"snooze": list(SNOOZE_NAMES.items())},
        "names": dict(offered["team"]),
        "me": ME,
        "goes_on": GOES_ON,
        "values": sorted(SAMPLE_VALUES),
        "may_share": request.user.role.covers(Role.SUPERVISOR),
        "saved": request.query_params.get("saved", "") == "1",
        "refused": refused,
    }
    title = N_("Answers and macros")
    return services.pages.page(request, "console/macros.html", title, context, status=400 if refused else 200)


HANDLERS = (macros, save, run)
