"""The first start: a link in the log lets one person make the first administrator, who is then led on."""

import tomllib
from importlib.resources import files

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Invalid, NotFound
from frontdesk.model import Code, CodeList, Role
from frontdesk.model.set_up import EntryState
from frontdesk.model.translatable import tr
from frontdesk.ui.console.set_up import ADMIN
from frontdesk.ui.forms import SMALL, read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.rendering import set_cookies
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.submit import ANYONE
from frontdesk.ui.track_keys import TrackKeys

PLACE, STEPS = "/first-start", "/console/first-steps"
SUBJECT = "first start"
TRADES = tomllib.loads(files(__package__).joinpath("trades.toml").read_text("utf-8"))


def link_of(secret: bytes) -> str:
    """The path that is told in the log while nobody has an account; our logs would mask a field called token."""
    return f"{PLACE}?begin={TrackKeys(secret).key(SUBJECT)}"


@get(PLACE, opt=ANYONE, include_in_schema=False)
async def form(request: PageRequest, services: Needs, begin: FromQuery[str] = "") -> Response[str]:
    """The form of the first administrator."""
    await _check(services, begin)
    return _form(request, services, {"begin": begin})


@post(PLACE, opt=ANYONE, request_max_body_size=SMALL, include_in_schema=False)
async def make(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Make the account and sign it in. The link opens nothing any more."""
    fields = await read_form(request)
    await _check(services, fields.get("begin", ""))
    email, password = fields.get("email", ""), fields.get("new_password", "")
    try:
        name = fields.get("name", "") or email
        await services.people.accounts.add_account(email, name, Role.ADMIN, password, by=SUBJECT)
    except Invalid as error:
        field = error.field if error.field in ("email", "name") else "new_password"
        return _form(request, services, fields, {field: error.text}, 400)
    step = await services.door.sign_in(email, password, request.auth)
    return Redirect(STEPS, status_code=303, cookies=set_cookies(step.cookies))


@get(STEPS, opt=ADMIN, include_in_schema=False)
async def steps(request: PageRequest, services: Needs) -> Response[str]:
    """What is still to be done until a customer's message is answered."""
    states = {each.name: each.state for each in await services.configuration.set_up.items()}
    done = [name for name in ("email", "chat") if states[name] is not EntryState.OFF]
    context = {"done": done, "trades": TRADES, "added": request.query_params.get("added", "")}
    return services.pages.page(request, "console/first_steps.html", N_("First steps"), context)


@post(STEPS, opt=ADMIN, include_in_schema=False)
async def choose(request: PageRequest, services: Needs) -> Redirect:
    """Add the intents of a trade; those whose codes are there already stay as they are."""
    trade = (await read_form(request)).get("trade", "")
    if trade not in TRADES:
        raise NotFound(tr("there is no list of this name"))
    codes = services.configuration.codes
    known = await codes.names(CodeList.INTENT)
    for at, each in enumerate(TRADES[trade]["intents"], len(known)):
        if each["code"] not in known:
            text = each["name"], each["description"]
            await codes.put(Code(CodeList.INTENT, each["code"], *text, at, True, tuple(each["examples"])))
    return Redirect(f"{STEPS}?added={trade}", status_code=303)


async def _check(services: Needs, token: str) -> None:
    """Raises NotFound where somebody has an account already, or the token is another."""
    if not services.keys.fits(SUBJECT, token) or await services.people.accounts.accounts():
        raise NotFound(tr("this link was used already, or it is too old: ask for a new one"))


def _form(
    request: PageRequest,
    services: Needs,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    context = {"values": values, "errors": errors or {}, "hidden": {"begin": values.get("begin", "")}}
    return services.pages.page(request, "first_start.html", N_("First administrator"), context, status=status)


HANDLERS = (form, make, steps, choose)
