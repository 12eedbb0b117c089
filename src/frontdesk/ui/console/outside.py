"""Channels, connectors and model services: lists with their states, and the form of each, made from its settings."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from frontdesk.interfaces import FrontdeskError, Invalid, Stale
from frontdesk.model.audit import AuditFilter
from frontdesk.model.set_up import EntryKind, SetUpItem
from frontdesk.ui.console.set_up import ADMIN, SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest

PLACE = "/console/configuration"
KINDS = {
    "channels": (EntryKind.CHANNEL, N_("Channels")),
    "connectors": (EntryKind.CONNECTOR, N_("Connectors")),
    "model-services": (EntryKind.MODEL_SERVICE, N_("Model services")),
}
LISTS, ITEMS = ([f"{PLACE}/{each}{more}" for each in KINDS] for more in ("", "/{name:str}"))
ROWS = 10


@get(LISTS, opt=SUPERVISOR, include_in_schema=False)
async def every(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """All of a kind. `name` leads to the form of a new model service."""
    place, kind, label = _kind(request)
    if name := request.query_params.get("name", "").strip():
        return Redirect(f"{PLACE}/{place}/{name[:40]}", status_code=303)
    used = {each.code: each for each in await services.channels.traffic.channels(services.clock() - timedelta(days=1))}
    resting = [name.split()[0] for name in services.connectors.open_circuits()]
    resting += [name for name, is_open in services.llm.room.open_circuits().items() if is_open]
    context: dict[str, Any] = {
        "place": place,
        "label": label,
        "items": [(each, used.get(each.code)) for each in await services.configuration.set_up.items(kind)],
        "resting": resting,
    }
    return services.pages.page(request, "console/outside.html", label, context)


@get(ITEMS, opt=SUPERVISOR, include_in_schema=False)
async def one(request: PageRequest, services: Needs, name: FromPath[str]) -> Response[str]:
    """One of them."""
    item = await services.configuration.set_up.item(_kind(request)[1], name)
    return await _page(request, services, item, {"said": request.query_params.get("said", "")})


@post(ITEMS, opt=ADMIN, include_in_schema=False)
async def change(request: PageRequest, services: Needs, name: FromPath[str]) -> Response[str] | Redirect:
    """Save the form, try it, leave the thing alone or no longer, or forget it. What was typed stays after a refusal."""
    (place, kind, _), fields, set_up = _kind(request), await read_form(request), services.configuration.set_up
    item = await set_up.item(kind, name)
    try:
        match what := fields.get("what", ""):
            case "test":
                found = await set_up.test(kind, name, fields)
                return await _page(request, services, item, {"values": fields, "found": found})
            case "pause" | "resume":
                await set_up.pause(kind, name, what == "pause", who(request))
            case "remove":
                await set_up.remove(kind, name, who(request))
            case _:
                await set_up.save(kind, name, fields, _version(fields), who(request))
    except FrontdeskError as error:
        field = error.field if isinstance(error, Invalid) and error.field in {each.name for each in item.fields} else ""
        more = {"values": fields, "errors": {field: error.text}, "is_stale": isinstance(error, Stale)}
        return await _page(request, services, item, more, status=400)
    await services.apply()
    return Redirect(f"{PLACE}/{place}" + (f"/{name}?said={what}" if what != "remove" else ""), status_code=303)


def _version(fields: dict[str, str]) -> int:
    text = fields.get("version", "")[:9]
    return int(text) if text.isdecimal() else 0


def _kind(request: PageRequest) -> tuple[str, EntryKind, str]:
    place = request.scope["path"].removeprefix(PLACE).split("/")[1]
    return place, *KINDS[place]


async def _page(
    request: PageRequest, services: Needs, item: SetUpItem, more: dict[str, Any], status: int = 200
) -> Response[str]:
    """The form of an item with what was said of it; `found` is what a test found."""
    place, kind, label = _kind(request)
    told = AuditFilter("set_up_changed", subject=f"{kind} {item.name}")
    is_channel = kind is EntryKind.CHANNEL
    context: dict[str, Any] = {
        "place": place,
        "label": label,
        "item": item,
        "values": item.values,
        "errors": {},
        "options": request.query_params,
        "public_url": services.help.public_url or str(request.base_url).rstrip("/"),
        "history": (await services.people.audit.page(told, ROWS)).rows,
        "events": await services.channels.events.events(None, item.name, ROWS) if is_channel else (),
        **more,
    }
    return services.pages.page(request, "console/outside_item.html", item.title, context, status=status)


HANDLERS = (every, one, change)
