"""Calendars, service levels and timed rules: a list of each kind, and the form of one entry."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.timing.entries import FIELDS, EntryKind
from frontdesk.ui.console.set_up import ADMIN, SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest

PLACE = "/console/configuration/timing"
KINDS = {
    EntryKind.CALENDARS: (N_("Calendars"), N_("New calendar")),
    EntryKind.LEVELS: (N_("Service levels"), N_("New service level")),
    EntryKind.RULES: (N_("Timed rules"), N_("New timed rule")),
}


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def timing(request: PageRequest, services: Needs, saved: FromQuery[str] = "") -> Response[str]:
    """All entries."""
    return await _page(request, services, {"saved": bool(saved)})


@get(f"{PLACE}/{{kind:str}}/{{name:str}}", opt=SUPERVISOR, include_in_schema=False)
async def entry(request: PageRequest, services: Needs, kind: FromPath[EntryKind], name: FromPath[str]) -> Response[str]:
    """One entry; `-` is the form of a new one."""
    values = {} if name == "-" else dict(await services.configuration.timing.entry(kind, name))
    return await _page(request, services, {"kind": kind.value, "name": name, "values": values})


@post(f"{PLACE}/{{kind:str}}/{{name:str}}", opt=ADMIN, include_in_schema=False)
async def save(
    request: PageRequest, services: Needs, kind: FromPath[EntryKind], name: FromPath[str]
) -> Response[str] | Redirect:
    """Store it, or delete it."""
    fields = await read_form(request)
    if fields.get("what") == "delete":
        await services.configuration.timing.remove(kind, name, who(request))
    else:
        given = {field: fields[field] for field in FIELDS[kind] if field in fields}
        chosen = fields.get("name", "").strip() if name == "-" else name
        try:
            await services.configuration.timing.put(kind, chosen, given, who(request))
        except (Invalid, Conflict) as error:
            field = error.field if isinstance(error, Invalid) and error.field in (*FIELDS[kind], "name") else "name"
            more = {"kind": kind.value, "name": name, "values": fields, "errors": {field: error.text}}
            return await _page(request, services, more, status=400)
    services.wake()
    return Redirect(f"{PLACE}?saved=1", status_code=303)


async def _page(request: PageRequest, services: Needs, more: dict[str, Any], status: int = 200) -> Response[str]:
    entries = await services.configuration.timing.entries()
    lists = [(kind.value, label, new, entries[kind]) for kind, (label, new) in KINDS.items()]
    context = {"lists": lists, "kind": "", "name": "", "values": {}, "errors": {}, "fields": FIELDS}
    return services.pages.page(request, "console/timing.html", N_("Time"), context | more, status=status)


HANDLERS = (timing, entry, save)
