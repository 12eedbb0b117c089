"""Passwords that are set by a link: forgotten ones, and the first one of somebody who was invited."""

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Invalid, NotFound, TooMany
from frontdesk.interfaces.access import Letter
from frontdesk.model.sign_in import LinkKind
from frontdesk.model.translatable import tr
from frontdesk.ui.forms import SMALL, read_form
from frontdesk.ui.languages import N_, catalogue, wanted
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.signing_in import show
from frontdesk.ui.submit import ANYONE

RESET_SUBJECT = N_("Set a new password")
RESET = N_(
    "Somebody, probably you, asked for a new password for Frontdesk.\n\nThis link sets it. It opens once, within 30 "
    "minutes:\n\n{link}\n\nIf it was not you, do nothing: your password stays as it is."
)
INVITATION_SUBJECT = N_("Your account for Frontdesk")
INVITATION = N_(
    "You have an account for Frontdesk now.\n\nThis link sets your password. It opens once, within three "
    "days:\n\n{link}"
)


@get("/forgotten-password", opt=ANYONE, include_in_schema=False)
async def forgotten(request: PageRequest, services: Needs) -> Response[str]:
    """The form that asks for a link."""
    if not services.door.can_reset:
        raise NotFound(tr("passwords cannot be reset by mail here: ask an administrator"))
    return _forgotten(request, services, {})


@post("/forgotten-password", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def send(request: PageRequest, services: Needs) -> Response[str]:
    """Send a link, if this address has an account; the page says the same either way."""
    email = (await read_form(request)).get("email", "")
    try:
        await services.door.send_reset(email, request.auth, letter(request, RESET_SUBJECT, RESET))
    except TooMany as error:
        return _forgotten(request, services, {}, error)
    return _forgotten(request, services, {"is_sent": True})


@get("/set-password", opt=ANYONE, include_in_schema=False)
async def opened(
    request: PageRequest, services: Needs, kind: FromQuery[str] = "", token: FromQuery[str] = ""
) -> Response[str]:
    """The form behind a link."""
    account = await services.people.links.opened(token[:200], _kind(kind))
    return _set(request, services, {"hidden": {"kind": kind, "token": token}, "email": account.email})


@post("/set-password", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def put(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Set it; signing in comes next."""
    fields = await read_form(request)
    kind, token = fields.get("kind", ""), fields.get("token", "")[:200]
    account = await services.people.links.opened(token, _kind(kind))
    try:
        await services.people.links.use(token, _kind(kind), fields.get("new_password", ""))
    except Invalid as error:
        errors = {"new_password": error.text}
        context = {"hidden": {"kind": kind, "token": token}, "email": account.email, "errors": errors}
        return _set(request, services, context, status=400)
    services.door.forget()
    return Redirect("/sign-in", status_code=303)


def letter(request: PageRequest, subject: str, text: str) -> Letter:
    """What makes a mail around a link, in the language of whoever asked for it."""
    translated: Callable[[object], str] = catalogue(wanted(request)).translated

    def make(link: str) -> tuple[str, str]:
        return translated(subject), translated(text).replace("{link}", link)

    return make


def _kind(text: str) -> LinkKind:
    try:
        return LinkKind(text)
    except ValueError:
        raise NotFound(tr("there is no such page")) from None


def _forgotten(
    request: PageRequest, services: Needs, context: dict[str, Any], error: TooMany | None = None
) -> Response[str]:
    return show(request, services, "forgotten_password.html", context, error, N_("Forgotten password"))


def _set(request: PageRequest, services: Needs, context: dict[str, Any], status: int = 200) -> Response[str]:
    return services.pages.page(request, "set_password.html", N_("Set your password"), context, status=status)


HANDLERS = (forgotten, send, opened, put)
