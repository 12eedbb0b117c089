"""The desk's set-up: who gets which interaction, who is there, canned answers and macros."""

from typing import Any, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import CodeList
from frontdesk.model.desk import Availability, Macro, TeamAssignment, Then
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.templates import SAMPLE_VALUES
from frontdesk.services.macros import keep, remove, use
from frontdesk.ticketing.changes import CHANGES, ME, check_code
from frontdesk.ticketing.submission import MOST_CHARACTERS
from frontdesk.ui.console.interactions import PATH
from frontdesk.ui.console.list_query import SNOOZE_NAMES
from frontdesk.ui.console.set_up import SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.submit import normal_reference

ASSIGNMENT, MACROS = "/console/assignment", "/console/macros"
OWN, TEAM = "own", "team:"
T = TypeVar("T")


@get(ASSIGNMENT, opt=SUPERVISOR, include_in_schema=False)
async def assignment(request: PageRequest, services: Needs) -> Response[str]:
    """Teams and people, the reader among them."""
    await services.interactions.assignment.heard(request.user.id)
    return await _assignment(request, services)


@post(f"{ASSIGNMENT}/teams/{{team:str}}", opt=SUPERVISOR, include_in_schema=False)
async def save_team(request: PageRequest, services: Needs, team: FromPath[str]) -> Response[str] | Redirect:
    """Keep what a team wants."""
    fields = await read_form(request)
    try:
        check_code("team", team, (await services.configuration.codes.all()).get(CodeList.TEAM, ()))
        wanted = _read(
            {"team": team, **{name: value for name, value in fields.items() if value.strip()}}, TeamAssignment
        )
    except Invalid as error:
        return await _assignment(request, services, error.text)
    await services.interactions.assignment.put(wanted, who(request))
    services.wake()
    return Redirect(f"{ASSIGNMENT}?saved=1", status_code=303)


@post(f"{ASSIGNMENT}/people/{{account_id:str}}", opt=SUPERVISOR, include_in_schema=False)
async def save_deputy(request: PageRequest, services: Needs, account_id: FromPath[str]) -> Redirect:
    """Say who stands in for somebody."""
    account = await services.people.accounts.account(account_id[:26])
    deputy = (await read_form(request)).get("deputy", "")[:200]
    await services.interactions.assignment.depute(account.id, deputy)
    return Redirect(f"{ASSIGNMENT}?saved=1", status_code=303)


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


async def _assignment(request: PageRequest, services: Needs, refused: str = "") -> Response[str]:
    wanted = {each.team: each for each in await services.interactions.assignment.teams()}
    teams = (await services.configuration.codes.all()).get(CodeList.TEAM, ())
    people = await services.interactions.assignment.people()
    context: dict[str, Any] = {
        "teams": [(each, wanted.get(each.code, TeamAssignment(each.code))) for each in teams if each.active],
        "people": people,
        "names": {each.code: each.name for each in teams},
        "saved": request.query_params.get("saved", "") == "1",
        "refused": refused,
    }
    return services.pages.page(
        request, "console/assignment.html", N_("Assignment"), context, status=400 if refused else 200
    )


@post("/console/notifications", opt=AGENT, include_in_schema=False)
async def heed(request: PageRequest, services: Needs) -> Redirect:
    """Take all that one is told as read."""
    await services.interactions.personal.heed(request.user)
    return Redirect(PATH, status_code=303)


@get(MACROS, opt=AGENT, include_in_schema=False)
async def macros(request: PageRequest, services: Needs, chosen: FromQuery[str] = "") -> Response[str]:
    """All that the reader sees, and the one to be edited, or a new one."""
    found = next((each for each in await services.configuration.macros.of(request.user.id) if each.id == chosen), None)
    return await _macros(request, services, found or Macro("", request.user.id, "", "", "", {}))


@post(MACROS, opt=AGENT, include_in_schema=False)
async def save(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Keep or forget one."""
    fields = await read_form(request)
    reach, then = fields.get("reach", OWN), fields.get("then", "")
    owner = request.user.id if reach == OWN else ""
    team = reach.removeprefix(TEAM)[:40] if reach.startswith(TEAM) else ""
    name, text = " ".join(fields.get("name", "").split())[:100], fields.get("text", "").strip()[:MOST_CHARACTERS]
    changes = {each: value for each in sorted(CHANGES) if (value := fields.get(each, "").strip()[:100])}
    goes_on = Then(then) if then in set(Then) else Then.STAY
    macro = Macro(fields.get("id", "")[:40] or services.new_id(), owner, team, name, text, changes, goes_on)
    try:
        if fields.get("do") == "remove":
            await remove(services, macro.id, request.user)
        else:
            await keep(services, macro, request.user)
    except (Invalid, Conflict) as error:
        return await _macros(request, services, macro, error.text)
    return Redirect(f"{MACROS}?saved=1", status_code=303)


@post(f"{PATH}/{{reference:str}}/macro", opt=AGENT, include_in_schema=False)
async def run(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """Use one in an interaction, and go where it leads."""
    fields = await read_form(request)
    macro = await services.configuration.macros.named(fields.get("macro", ""), request.user.id)
    found = await use(services, macro, normal_reference(reference), request.user, fields.get("reply"))
    services.wake()
    here = f"{PATH}/{found.reference}?used=1"
    to = {Then.STAY: here, Then.CLOSE: PATH, Then.NEXT: f"{here}&go=next"}[macro.goes_on]
    return Redirect(to, status_code=303)


async def _macros(request: PageRequest, services: Needs, macro: Macro, refused: str = "") -> Response[str]:
    lists = await services.configuration.codes.all()
    offered = {
        name: [(each.code, each.name) for each in lists.get(which, ()) if each.active]
        for name, which in (("status", CodeList.STATUS), ("priority", CodeList.PRIORITY), ("team", CodeList.TEAM))
    }
    context: dict[str, Any] = {
        "macros": await services.configuration.macros.of(request.user.id),
        "one": macro,
        "offered": offered | {"snooze": list(SNOOZE_NAMES.items())},
        "me": ME,
        "values": sorted(SAMPLE_VALUES),
        "saved": request.query_params.get("saved", "") == "1",
        "refused": refused,
    }
    title = N_("Answers and macros")
    return services.pages.page(request, "console/macros.html", title, context, status=400 if refused else 200)


HANDLERS = (assignment, save_team, save_deputy, set_availability, heed, macros, save, run)
