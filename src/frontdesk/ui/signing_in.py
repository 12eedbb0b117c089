"""Signing in and out: by password, with the code of a second factor, at a provider of single sign-on."""

import re
from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import AuthMethod, CookieChange, FrontdeskError, Invalid, NoAnswer, SignInRefused, TooMany
from frontdesk.interfaces.access import SignInStep
from frontdesk.model import Role
from frontdesk.model.translatable import Translatable, tr
from frontdesk.ui.cookies import cookie_name, harmless
from frontdesk.ui.forms import SMALL, read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.rendering import set_cookies
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.submit import ANYONE

WRONG = N_("E-mail or password is wrong.")
WRONG_CODE = N_("This code is wrong, or it was used already.")
AWAY = N_("The sign-on service cannot be reached. Try again in a minute.")
KEPT = "frontdesk_single_sign_on"  # see edges.access.signing_in
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
LONGEST_NEXT = 2000
TRIED = "frontdesk_cookies"  # whether a browser keeps cookies of ours


@get("/sign-in", opt=ANYONE, include_in_schema=False)
async def form(
    request: PageRequest, services: Needs, next: FromQuery[str] = "", demo: FromQuery[str] = ""
) -> Response[str] | Redirect:
    """The form. A visitor who is signed in already is redirected; a demo visitor who signed out is signed in again."""
    if demo and (opened := services.door.open_demo(demo)):
        return _on(local(next) or "/console", [opened])
    if request.auth.proof is AuthMethod.NOTHING and (resumed := services.door.resume_demo(request.auth)):
        return _on(local(next) or "/console", [resumed])
    if request.user.role.covers(Role.CUSTOMER) and request.auth.proof is not AuthMethod.KEY:
        return Redirect(local(next) or _home(request.user.role), status_code=303)
    return _form(request, services, local(next))


@post("/sign-in", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def sign_in(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Open a session, or ask for the code of a second factor."""
    fields = await read_form(request)
    email, onward = fields.get("email", ""), local(fields.get("next", ""))
    if fields.get("tried") and not harmless(request.cookies, TRIED):
        return _form(request, services, onward, Invalid(_keeps_nothing(services)), email)
    try:
        step = await services.door.sign_in(email, fields.get("password", ""), request.auth)
    except TooMany as error:
        return _form(request, services, onward, error, email)
    if step.pending:
        return _code_form(request, services, onward, step)
    if not step.cookies:
        return _form(request, services, onward, WRONG, email)
    return _on(onward or "/sign-in", step.cookies)  # which leads on to where this role begins


@post("/sign-in/code", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def second_step(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Open a session with the code of a second factor, or one of its recovery codes."""
    fields = await read_form(request)
    onward, asked = local(fields.get("next", "")), SignInStep(pending=fields.get("pending", ""))
    try:
        step = await services.door.second_step(asked.pending, fields.get("code", "")[:100], request.auth)
    except SignInRefused as error:
        return _form(request, services, onward, error)
    except TooMany as error:
        return _code_form(request, services, onward, asked, error)
    if not step.cookies:
        return _code_form(request, services, onward, asked, WRONG_CODE)
    return _on(onward or "/sign-in", step.cookies)


@get("/sign-in/openid", opt=ANYONE, include_in_schema=False)
async def begin(request: PageRequest, services: Needs, next: FromQuery[str] = "") -> Response[str] | Redirect:
    """Go to the provider of single sign-on; from a page of another site, show the form with the button first."""
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return _form(request, services, local(next))
    try:
        address, kept = await services.door.begin_single_sign_on(local(next))
    except (SignInRefused, NoAnswer) as error:
        return _form(request, services, local(next), error)
    return _on(address, [kept])


@get("/sign-in/openid/callback", opt=ANYONE, include_in_schema=False)
async def finish(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Come back from it."""
    given = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    try:
        kept = request.cookies.get(cookie_name(KEPT, https=services.https), "")
        cookies, onward = await services.door.finish_single_sign_on(given, kept, request.auth)
    except (SignInRefused, TooMany, NoAnswer) as error:
        return _form(request, services, "", error)
    return _on(local(onward) or "/sign-in", cookies)


@post("/sign-out", opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def sign_out(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """End the session, and the one at the provider of single sign-on.

    A page leads there: browsers follow no redirect of a form to another site (form-action in headers.py).
    """
    done = await services.door.sign_out(request.auth)
    if not done.address:
        return _on("/", [done.cookie])
    onward = {"Refresh": f"0; url={done.address}"}
    context = {"address": done.address, "user": None}
    return services.pages.page(
        request, "signed_out.html", N_("Signed out"), context, cookies=[done.cookie], headers=onward
    )


def _keeps_nothing(services: Needs) -> Translatable:
    """A browser that kept no cookie of the form would keep no session either, and show the form again for ever."""
    if services.https:
        address = services.help.public_url + "/sign-in"
        return tr("Your browser did not keep a cookie of this page. Open {address}, or allow cookies.", address=address)
    return tr("Your browser did not keep a cookie of this page. Allow cookies, then sign in.")


def local(path: str) -> str:
    """A path of this site, empty for anything that a browser could take for another site."""
    return path if len(path) <= LONGEST_NEXT and _LOCAL.fullmatch(path) else ""


def refusal(error: FrontdeskError | str | None) -> tuple[str | None, int, dict[str, str]]:
    """What a page says of a refusal, with its status and headers."""
    match error:
        case TooMany(seconds=seconds):
            said = tr("Too many attempts. Try again in {seconds} seconds.", seconds=seconds)
            return said, 429, {"Retry-After": str(seconds)}
        case NoAnswer():
            return AWAY, 503, {}
        case SignInRefused():
            return error.text, 403, {}
        case FrontdeskError():
            return error.text, 400, {}
    return error, 400 if error else 200, {}


def _home(role: Role) -> str:
    return "/console" if role.covers(Role.AGENT) else "/"


def _on(path: str, cookies: Sequence[CookieChange]) -> Redirect:
    return Redirect(path, status_code=303, cookies=set_cookies(cookies))


def _form(
    request: PageRequest, services: Needs, next: str, error: FrontdeskError | str | None = None, email: str = ""
) -> Response[str]:
    door, tried = services.door, CookieChange(cookie_name(TRIED, https=services.https), "1", None, services.https)
    more = {"single_sign_on": door.single_sign_on, "can_reset": door.can_reset}
    return show(request, services, "sign_in.html", {"next": next, "email": email[:320], **more}, error, cookies=[tried])


def _code_form(
    request: PageRequest, services: Needs, next: str, step: SignInStep, error: FrontdeskError | str | None = None
) -> Response[str]:
    return show(request, services, "sign_in_code.html", {"hidden": {"next": next, "pending": step.pending}}, error)


def show(
    request: PageRequest,
    services: Needs,
    template: str,
    context: dict[str, Any],
    error: FrontdeskError | str | None = None,
    title: str = N_("Sign in"),
    cookies: Sequence[CookieChange] = (),
) -> Response[str]:
    """A page of signing in, with what was refused."""
    said, status, headers = refusal(error)
    context = {"error": said, **context}
    return services.pages.page(request, template, title, context, status=status, cookies=cookies, headers=headers)


HANDLERS = (form, sign_in, second_step, begin, finish, sign_out)
