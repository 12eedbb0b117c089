"""How interactions get their owners: what each team wants, and who is there."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from frontdesk.interfaces import Invalid
from frontdesk.model import CodeList
from frontdesk.model.assignment import AssignmentMode, Availability, TeamAssignment, WhenAbsent
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
MOST = 10_000


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
        wanted = TeamAssignment(
            team,
            AssignmentMode(_one_of(fields, "mode", MODES)),
            _number(fields, "most_open"),
            WhenAbsent(_one_of(fields, "when_absent", ABSENT)),
            _number(fields, "returns_after_hours"),
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
    wanted = Availability(_one_of(await read_form(request), "availability", AVAILABILITIES))
    await services.interactions.assignment.heard(request.user.id, wanted)
    services.wake()
    return Response("", status_code=204)


def _one_of(fields: Mapping[str, str], name: str, known: Mapping[str, str]) -> str:
    if fields.get(name) not in known:
        raise Invalid(tr("{name} must be one of {known}", name=name, known=", ".join(known)), name)
    return fields[name]


def _number(fields: Mapping[str, str], name: str) -> int:
    text = fields.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST):
        raise Invalid(tr("{name} must be a number from 0 to {most}", name=name, most=MOST), name)
    return int(text)


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
