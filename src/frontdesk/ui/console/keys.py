"""API keys of programs: make, list, change what they reach and spend, end them."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model import ApiKey, CodeList, Grant, Role
from frontdesk.model.identity import SCOPES
from frontdesk.model.translatable import tr
from frontdesk.ui.console.set_up import ADMIN, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest

PLACE = "/console/keys"
PROGRAMS = (Role.SERVICE, Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
FIELDS = ("name", "scopes", "teams", "channels", "days", "budget_day", "budget_month", "requests_per_minute")
MILLIONTHS = 1_000_000
MOST_DAYS = 3650


@get(PLACE, opt=ADMIN, include_in_schema=False)
async def keys(request: PageRequest, services: Needs) -> Response[str]:
    """All keys, and the form that makes one."""
    return await _list(request, services, {})


@post(PLACE, opt=ADMIN, include_in_schema=False)
async def add(request: PageRequest, services: Needs) -> Response[str]:
    """Make a key; the page that answers shows it, this once."""
    fields = await read_form(request)
    try:
        if (role := fields.get("role", "")) not in PROGRAMS:
            raise Invalid(tr("role must be one of {known}", known=", ".join(PROGRAMS)), "role")
        days = _number(fields, "days", MOST_DAYS)
        ends = services.clock() + timedelta(days=days) if days else None
        made, secret = await services.people.accounts.add_key(
            fields.get("name", ""), Role(role), _grant(fields), expires_at=ends, by=who(request)
        )
    except Invalid as error:
        return await _list(request, services, {"values": fields, "errors": _errors(error)}, status=400)
    return await _list(request, services, {"secret": secret, "made": made})


@get(f"{PLACE}/{{key_id:str}}", opt=ADMIN, include_in_schema=False)
async def key(request: PageRequest, services: Needs, key_id: FromPath[str]) -> Response[str]:
    """One key."""
    found = await _found(services, key_id)
    return await _one(request, services, found, {"saved": request.query_params.get("saved", "") == "1"})


@post(f"{PLACE}/{{key_id:str}}", opt=ADMIN, include_in_schema=False)
async def change(request: PageRequest, services: Needs, key_id: FromPath[str]) -> Response[str] | Redirect:
    """Change what it reaches and spends, or take it out of use."""
    fields, found = await read_form(request), await _found(services, key_id)
    try:
        if fields.get("do") == "revoke":
            await services.people.accounts.revoke(found.id, by=who(request))
        else:
            await services.people.accounts.regrant(found.id, _grant(fields), by=who(request))
    except (Invalid, Conflict) as error:
        more = {"values": fields, "errors": _errors(error)}
        return await _one(request, services, found, more, status=400)
    services.door.forget()
    return Redirect(f"{PLACE}/{found.id}?saved=1", status_code=303)


async def _found(services: Needs, key_id: str) -> ApiKey:
    known = {each.id: each for each in await services.people.accounts.keys()}
    if key_id not in known:
        raise NotFound(tr("there is no API key {key}", key=key_id[:26]))
    return known[key_id]


def _grant(fields: dict[str, str]) -> Grant:
    """Raises Invalid that names the field."""
    scopes, teams, channels = (frozenset(fields.get(name, "").split()) for name in ("scopes", "teams", "channels"))
    per_day, per_month = (_money(fields, name) for name in ("budget_day", "budget_month"))
    requests = _number(fields, "requests_per_minute", 1_000_000)
    return Grant(scopes, per_day, per_month, requests, teams, channels)


def _money(fields: dict[str, str], name: str) -> int:
    text = fields.get(name, "").strip().replace(",", ".") or "0"
    if not text.replace(".", "", 1).isdecimal() or len(text) > 16 or not text.isascii():
        raise Invalid(tr("a budget is not negative and at most 1,000,000,000"), name)
    return round(float(text) * MILLIONTHS)


def _number(fields: dict[str, str], name: str, most: int) -> int:
    """0 where nothing is written."""
    text = fields.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > most:
        raise Invalid(tr("{field} is a whole number up to {most:,}, or empty", field=name, most=most), name)
    return int(text)


def _errors(error: Invalid | Conflict) -> dict[str, str]:
    named = {"scope": "scopes", "budget": "budget_month", "expires": "days"}
    field = error.field if isinstance(error, Invalid) else ""
    field = named.get(field, field)
    return {field if field in FIELDS else "name": error.text}


def _values(each: ApiKey) -> dict[str, str]:
    grant = each.grant
    values = {name: " ".join(sorted(getattr(grant, name))) for name in ("scopes", "teams", "channels")}
    budgets = {"budget_day": grant.budget_day, "budget_month": grant.budget_month}
    values |= {name: f"{amount / MILLIONTHS:g}" if amount else "" for name, amount in budgets.items()}
    return values | {"name": each.name, "requests_per_minute": str(grant.requests_per_minute or "")}


async def _list(request: PageRequest, services: Needs, more: dict[str, Any], status: int = 200) -> Response[str]:
    now, found = services.clock(), await services.people.accounts.keys()
    context: dict[str, Any] = {
        "keys": [(each, each.is_usable(now)) for each in reversed(found)],
        "roles": PROGRAMS,
        "values": {},
        "errors": {},
        **await _known(services),
        **more,
    }
    return services.pages.page(request, "console/keys.html", N_("API keys"), context, status=status)


async def _one(
    request: PageRequest, services: Needs, found: ApiKey, more: dict[str, Any], status: int = 200
) -> Response[str]:
    context: dict[str, Any] = {
        "key": found,
        "is_usable": found.is_usable(services.clock()),
        "values": _values(found),
        "errors": {},
        **await _known(services),
        **more,
    }
    return services.pages.page(request, "console/key.html", found.name, context, status=status)


async def _known(services: Needs) -> dict[str, Any]:
    """What may be written into the fields."""
    lists = await services.configuration.codes.all()
    return {
        "known_scopes": [f"{each}NAME" if each.endswith(":") else each for each in SCOPES],
        "known_teams": [each.code for each in lists.get(CodeList.TEAM, ()) if each.active],
        "known_channels": [each.code for each in lists.get(CodeList.CHANNEL, ()) if each.active],
        "currency": services.llm.room.prices.currency,
    }


HANDLERS = (keys, add, key, change)
