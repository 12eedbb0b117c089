"""Signing in and out."""

import re

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import AuthMethod, CookieChange, TooMany
from frontdesk.model import Role
from frontdesk.model.translatable import tr
from frontdesk.ui.forms import SMALL, read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.rendering import set_cookies
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.submit import ANYONE

WRONG = N_("E-mail or password is wrong.")
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
LONGEST_NEXT = 2000


@get("/sign-in", opt=ANYONE, include_in_schema=False)
async def form(
    request: PageRequest, services: Needs, next: FromQuery[str] = "", demo: FromQuery[str] = ""
) -> Response[str] | Redirect:
    """The form. A visitor who is signed in already is redirected; a demo visitor who signed out is signed in again."""
    if demo and (opened := services.door.open_demo(demo)):
        return _on(local(next) or "/console", opened)
    if request.auth.proof is AuthMethod.NOTHING and (resumed := services.door.resume_demo(request.auth)):
        return _on(local(next) or "/console", resumed)
    if request.user.role.covers(Role.CUSTOMER) and request.auth.proof is not AuthMethod.KEY:
        return Redirect(local(next) or _home(request.user.role), status_code=303)
    return _form(request, services, local(next))


@post("/sign-in", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def sign_in(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Open a session."""
    fields = await read_form(request)
    email, onward = fields.get("email", ""), local(fields.get("next", ""))
    try:
        cookies = await services.door.sign_in(email, fields.get("password", ""), request.auth)
    except TooMany as error:
        words = tr("Too many attempts. Try again in {seconds} seconds.", seconds=error.seconds)
        waiting = {"Retry-After": str(error.seconds)}
        return _form(request, services, onward, words, email=email, status=429, headers=waiting)
    if not cookies:
        return _form(request, services, onward, WRONG, email=email, status=400)
    return _on(onward or "/sign-in", *cookies)  # which leads on to where this role begins


@post("/sign-out", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def sign_out(request: PageRequest, services: Needs) -> Redirect:
    """End the session."""
    return _on("/", await services.door.sign_out(request.auth))


def local(path: str) -> str:
    """A path of this site, empty for anything that a browser could take for another site."""
    return path if len(path) <= LONGEST_NEXT and _LOCAL.fullmatch(path) else ""


def _home(role: Role) -> str:
    return "/console" if role.covers(Role.AGENT) else "/"


def _on(path: str, *cookies: CookieChange) -> Redirect:
    return Redirect(path, status_code=303, cookies=set_cookies(cookies))


def _form(
    request: PageRequest,
    services: Needs,
    next: str,
    error: str | None = None,
    *,
    email: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    context = {"error": error, "next": next, "email": email[:320]}
    return services.pages.page(request, "sign_in.html", N_("Sign in"), context, status=status, headers=headers)
