"""People who sign in: invite, list, change what they may do, end it. Roles and teams beside them."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model import Account, CodeList, Role
from frontdesk.model.translatable import tr
from frontdesk.ui.console.set_up import ADMIN, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.passwords import INVITATION, INVITATION_SUBJECT, letter
from frontdesk.ui.services import Needs, PageRequest

PLACE = "/console/users"
ROLES = {
    Role.AGENT: N_("Answers customers, changes interactions, corrects what was read."),
    Role.SUPERVISOR: N_("Besides that approves and repeats actions, drafts rules, reads the audit trail."),
    Role.ADMIN: N_("Besides that publishes rules, changes lists, accounts and keys."),
    Role.CUSTOMER: N_("Sees the pages for customers alone."),
}
TEAM = "team."  # begins the names of the form's boxes


@get(PLACE, opt=ADMIN, include_in_schema=False)
async def users(request: PageRequest, services: Needs) -> Response[str]:
    """All accounts, the form that invites, teams and roles."""
    return await _list(request, services, {})


@post(PLACE, opt=ADMIN, include_in_schema=False)
async def invite(request: PageRequest, services: Needs) -> Response[str]:
    """Add an account without a password, and make the link by which its owner sets one."""
    fields = await read_form(request)
    email, name = fields.get("email", ""), fields.get("name", "").strip()
    try:
        added = await services.people.accounts.add_account(
            email, name or email, _role(fields.get("role", "")), None, by=who(request)
        )
        if teams := await _teams(services, fields):
            await services.people.accounts.set_teams(added.email, teams, by=who(request))
        link, is_sent = await _invited(request, services, added.email)
    except (Invalid, Conflict) as error:
        named = error.field if isinstance(error, Invalid) and error.field in ("email", "name") else "email"
        return await _list(request, services, {"errors": {named: error.text}, "values": fields}, status=400)
    return await _list(request, services, {"link": link, "is_sent": is_sent, "invited": added.email})


@get(f"{PLACE}/{{account_id:str}}", opt=ADMIN, include_in_schema=False)
async def user(request: PageRequest, services: Needs, account_id: FromPath[str]) -> Response[str]:
    """One account."""
    return await _one(request, services, account_id, {"saved": request.query_params.get("saved", "") == "1"})


@post(f"{PLACE}/{{account_id:str}}", opt=ADMIN, include_in_schema=False)
async def change(request: PageRequest, services: Needs, account_id: FromPath[str]) -> Response[str] | Redirect:
    """Change it as the button says. Nobody takes their own rights away here."""
    fields = await read_form(request)
    account = await services.people.accounts.account(account_id[:26])
    do = fields.get("do", "")
    try:
        if do in ("role", "deactivate") and account.id == request.user.id:
            raise Conflict(tr("ask another administrator to change your own account"))
        if do == "invite":
            link, is_sent = await _invited(request, services, account.email)
            return await _one(request, services, account.id, {"link": link, "is_sent": is_sent})
        await _do(do, account, fields, request, services)
    except (Invalid, Conflict, NotFound) as error:
        return await _one(request, services, account.id, {"refused": error.text}, status=409)
    services.door.forget()
    return Redirect(f"{PLACE}/{account.id}?saved=1", status_code=303)


async def _do(do: str, account: Account, fields: dict[str, str], request: PageRequest, services: Needs) -> None:
    people, by = services.people, who(request)
    match do:
        case "role":
            await people.accounts.set_role(account.email, _role(fields.get("role", "")), by=by)
        case "teams":
            await people.accounts.set_teams(account.email, await _teams(services, fields), by=by)
        case "deactivate":
            await people.accounts.deactivate(account.email, by=by)
        case "activate":
            await people.accounts.activate(account.email, by=by)
        case "factor":
            await people.second_factors.remove(account.id, by)
        case "sign_out":
            await people.sessions.end_others(account.id, "", by)
        case _:
            raise Invalid(tr("choose what is to be done"), "do")


async def _invited(request: PageRequest, services: Needs, email: str) -> tuple[str, bool]:
    """The link, whole where we know our address or the browser says it, and whether it was mailed."""
    made = letter(request, INVITATION_SUBJECT, INVITATION)
    link, is_sent = await services.door.invite(email, who(request), made)
    return link if "://" in link else f"{str(request.base_url).rstrip('/')}{link}", is_sent


def _role(text: str) -> Role:
    if text not in ROLES:
        raise Invalid(tr("role must be one of {known}", known=", ".join(ROLES)), "role")
    return Role(text)


async def _teams(services: Needs, fields: dict[str, str]) -> frozenset[str]:
    known = {each.code for each in (await services.configuration.codes.all()).get(CodeList.TEAM, ())}
    return frozenset(name.removeprefix(TEAM) for name in fields if name.startswith(TEAM)) & known


async def _list(request: PageRequest, services: Needs, more: dict[str, Any], status: int = 200) -> Response[str]:
    accounts = await services.people.accounts.accounts()
    teams = (await services.configuration.codes.all()).get(CodeList.TEAM, ())
    context: dict[str, Any] = {
        "accounts": accounts,
        "roles": ROLES,
        "counts": {role: sum(each.role is role and each.active for each in accounts) for role in ROLES},
        "teams": [(each, [a for a in accounts if each.code in a.teams and a.active]) for each in teams if each.active],
        "values": {},
        "errors": {},
        "single_sign_on": services.door.single_sign_on,
        **more,
    }
    return services.pages.page(request, "console/users.html", N_("Users"), context, status=status)


async def _one(
    request: PageRequest, services: Needs, account_id: str, more: dict[str, Any], status: int = 200
) -> Response[str]:
    account = await services.people.accounts.account(account_id[:26])
    teams = (await services.configuration.codes.all()).get(CodeList.TEAM, ())
    context: dict[str, Any] = {
        "account": account,
        "roles": ROLES,
        "teams": [each for each in teams if each.active or each.code in account.teams],
        "sessions": await services.people.sessions.of(account.id),
        "is_own": account.id == request.user.id,
        **more,
    }
    return services.pages.page(request, "console/user.html", account.name, context, status=status)


HANDLERS = (users, invite, user, change)
