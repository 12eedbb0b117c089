"""How interactions get their owners: what each team wants, and who is there."""

from typing import Any, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from frontdesk.interfaces import Invalid
from frontdesk.model import CodeList
from frontdesk.model.desk import AssignmentMode, Availability, TeamAssignment, WhenAbsent
from frontdesk.model.translatable import tr
from frontdesk.ticketing.changes import check_code
from frontdesk.ui.console.set_up import SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest

PLACE = "/console/assignment"
MODES = {
    AssignmentMode.OFF.value: N_("Off: people take them"),
    AssignmentMode.ROUND_ROBIN.value: N_("In turn"),
    AssignmentMode.FEWEST_OPEN.value: N_("To who has the fewest open"),
}
ABSENT = {
    WhenAbsent.KEPT.value: N_("It stays the owner's"),
    WhenAbsent.DEPUTY.value: N_("To the deputy, else to the team"),
    WhenAbsent.QUEUE.value: N_("Back to the team"),
}
AVAILABILITIES = {
    Availability.AVAILABLE.value: N_("Available"),
    Availability.BUSY.value: N_("Busy"),
    Availability.AWAY.value: N_("Away"),
}
T = TypeVar("T")


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def assignment(request: PageRequest, services: Needs) -> Response[str]:
    """Teams and people, the reader among them."""
    await services.interactions.assignment.heard(request.user.id)
    return await _page(request, services)


@post(f"{PLACE}/teams/{{team:str}}", opt=SUPERVISOR, include_in_schema=False)
async def save_team(request: PageRequest, services: Needs, team: FromPath[str]) -> Response[str] | Redirect:
    """Keep what a team wants."""
    fields = await read_form(request)
    try:
        check_code("team", team, (await services.configuration.codes.all()).get(CodeList.TEAM, ()))
        wanted = _read(
            {"team": team, **{name: value for name, value in fields.items() if value.strip()}}, TeamAssignment
        )
    except Invalid as error:
        return await _page(request, services, error.text)
    await services.interactions.assignment.put(wanted, who(request))
    services.wake()
    return Redirect(f"{PLACE}?saved=1", status_code=303)


@post(f"{PLACE}/people/{{account_id:str}}", opt=SUPERVISOR, include_in_schema=False)
async def save_deputy(request: PageRequest, services: Needs, account_id: FromPath[str]) -> Redirect:
    """Say who stands in for somebody."""
    account = await services.people.accounts.account(account_id[:26])
    deputy = (await read_form(request)).get("deputy", "")[:200]
    await services.interactions.assignment.depute(account.id, deputy)
    return Redirect(f"{PLACE}?saved=1", status_code=303)


@post("/console/availability", opt=AGENT, include_in_schema=False)
async def set_availability(request: PageRequest, services: Needs) -> Response[str]:
    """Say whether one is there."""
    wanted = _read((await read_form(request)).get("availability", ""), Availability)
    await services.interactions.assignment.heard(request.user.id, wanted)
    services.wake()
    return Response("", status_code=204)


def _read(given: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError:
        raise Invalid(tr("choose one of what is offered; numbers are whole, from 0 to 9999")) from None


async def _page(request: PageRequest, services: Needs, refused: str = "") -> Response[str]:
    wanted = {each.team: each for each in await services.interactions.assignment.teams()}
    teams = (await services.configuration.codes.all()).get(CodeList.TEAM, ())
    people = await services.interactions.assignment.people()
    context: dict[str, Any] = {
        "teams": [(each, wanted.get(each.code, TeamAssignment(each.code))) for each in teams if each.active],
        "people": people,
        "names": {each.code: each.name for each in teams},
        "modes": MODES,
        "absent": ABSENT,
        "availabilities": AVAILABILITIES,
        "saved": request.query_params.get("saved", "") == "1",
        "refused": refused,
    }
    return services.pages.page(
        request, "console/assignment.html", N_("Assignment"), context, status=400 if refused else 200
    )


HANDLERS = (assignment, save_team, save_deputy, set_availability)
