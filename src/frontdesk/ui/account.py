"""The page of one's own account: password, second factor, where one is signed in."""

from typing import Any

import segno
from litestar import Response, get, post
from litestar.response import Redirect

from frontdesk.interfaces import AuthMethod, Invalid, SignInRefused, TooMany
from frontdesk.model import Role
from frontdesk.model.identity import ACCOUNT_SCOPE
from frontdesk.model.translatable import tr
from frontdesk.ui.forms import SMALL, read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.rendering import set_cookies
from frontdesk.ui.services import ROLE, Needs, PageRequest
from frontdesk.ui.signing_in import refusal

PLACE = "/account"
OWN = {ROLE: Role.CUSTOMER, "scope": ACCOUNT_SCOPE}  # see edges.access.authenticator
WRONG = N_("The password is wrong.")


@get(PLACE, opt=OWN, include_in_schema=False)
async def own(request: PageRequest, services: Needs) -> Response[str]:
    """The page."""
    return await _page(request, services, {"done": request.query_params.get("done", "")})


@post(f"{PLACE}/password", opt=OWN, request_max_body_size=SMALL, include_in_schema=False)
async def password(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Another password; whoever is signed in elsewhere is signed out."""
    _own(request)
    fields = await read_form(request)
    try:
        step = await services.door.change_password(
            fields.get("password", ""), fields.get("new_password", ""), request.auth
        )
    except (Invalid, TooMany) as error:
        return await _refused(request, services, "new_password", error)
    if not step.cookies:
        return await _page(request, services, {"errors": {"password": WRONG}}, status=400)
    return Redirect(f"{PLACE}?done=password", status_code=303, cookies=set_cookies(step.cookies))


@post(f"{PLACE}/second-factor", opt=OWN, request_max_body_size=SMALL, include_in_schema=False)
async def second_factor(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """In three steps: begin (with the password), confirm (with a code), and remove (with the password)."""
    _own(request)
    fields = await read_form(request)
    do, by = fields.get("do", ""), request.user.name
    try:
        if do == "confirm":
            return await _confirmed(request, services, fields)
        if not await services.door.confirm(fields.get("password", ""), request.auth):
            return await _page(request, services, {"errors": {"factor_password": WRONG}}, status=400)
    except (Invalid, TooMany) as error:
        return await _refused(request, services, "factor_password", error)
    if do == "remove":
        await services.people.second_factors.remove(request.user.id, by)
        return Redirect(f"{PLACE}?done=factor", status_code=303)
    return await _page(
        request, services, await _pairing(request, services, services.people.second_factors.new_secret())
    )


@post(f"{PLACE}/sessions", opt=OWN, request_max_body_size=SMALL, include_in_schema=False)
async def sessions(request: PageRequest, services: Needs) -> Redirect:
    """Sign out elsewhere: one session, or all but this."""
    _own(request)
    handle, by = (await read_form(request)).get("handle", ""), request.user.name
    if handle:
        await services.people.sessions.end(request.user.id, handle, by)
    else:
        await services.people.sessions.end_others(request.user.id, request.auth.session, by)
    services.door.forget()
    return Redirect(f"{PLACE}?done=sessions", status_code=303)


async def _confirmed(request: PageRequest, services: Needs, fields: dict[str, str]) -> Response[str]:
    try:
        secret = services.door.unsealed(fields.get("secret", "")[:200], request.auth)
    except SignInRefused as error:
        return await _page(request, services, {"errors": {"factor_password": error.text}}, status=400)
    try:
        codes = await services.people.second_factors.set_up(
            request.user.id, secret, fields.get("code", "")[:20], request.user.name
        )
    except Invalid as error:
        pairing = await _pairing(request, services, secret)
        return await _page(request, services, pairing | {"errors": {"code": error.text}}, status=400)
    await services.people.sessions.end_others(request.user.id, request.auth.session, request.user.name)
    await services.people.sessions.strengthen(request.auth.session)
    services.door.forget()
    return await _page(request, services, {"recovery_codes": codes})


async def _pairing(request: PageRequest, services: Needs, secret: str) -> dict[str, Any]:
    """What an app needs to make codes: a picture, and the same as text."""
    account = await services.people.accounts.account(request.user.id)
    address = services.people.second_factors.address_of(secret, account.email)
    picture = segno.make(address, micro=False).svg_data_uri(scale=4, border=4, light="#fff")
    return {"secret": secret, "picture": picture, "sealed": services.door.sealed(secret, request.auth)}


async def _refused(request: PageRequest, services: Needs, field: str, error: Invalid | TooMany) -> Response[str]:
    said, status, headers = refusal(error)
    return await _page(request, services, {"errors": {field: said}}, status=status, headers=headers)


async def _page(
    request: PageRequest,
    services: Needs,
    more: dict[str, Any],
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    _own(request)
    context: dict[str, Any] = {
        "account": await services.people.accounts.account(request.user.id),
        "sessions": await services.people.sessions.of(request.user.id),
        "this": services.people.sessions.handle_of(request.auth.session),
        "errors": {},
        "done": "",
        "must": request.user.grant.needs_second_factor and "recovery_codes" not in more,
        **more,
    }
    return services.pages.page(request, "account.html", N_("Your account"), context, status=status, headers=headers)


def _own(request: PageRequest) -> None:
    """Keys and the demo have no account. Raises SignInRefused."""
    if request.auth.proof is not AuthMethod.SESSION:
        raise SignInRefused(tr("only who signed in with an account has this page"))


HANDLERS = (own, password, second_factor, sessions)
