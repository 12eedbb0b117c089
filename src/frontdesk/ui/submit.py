"""The public page: write a message, or find one again by its reference and the sender's e-mail address."""

from dataclasses import replace

from litestar import HttpMethod, Response, get, post, route
from litestar.params import FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import CookieChange, Invalid
from frontdesk.model import Accepted, NewMessage, Role, Sender
from frontdesk.model.translatable import Translatable
from frontdesk.ticketing.submission import check, storable
from frontdesk.ui.cookies import cookie_name, harmless
from frontdesk.ui.forms import read_form, submission_id
from frontdesk.ui.languages import N_
from frontdesk.ui.rendering import set_cookies
from frontdesk.ui.services import ROLE, WEB, Needs, PageRequest

ANYONE = {ROLE: Role.ANYONE}
FIELDS = ("text", "name", "email", "phone", "customer_no")
WORDS = {
    "text": N_("Write your message."),
    "name": N_("Write your name."),
    "email": N_("Write your e-mail address, such as name@example.com."),
}
# What the check of messages calls a field, and what this form calls it.
LABELS = {
    "name": ("name", N_("name")),
    "address": ("email", N_("e-mail")),
    "phone": ("phone", N_("phone")),
    "customer_no": ("customer_no", N_("customer number")),
}
NOT_FOUND = N_("No message fits this reference and e-mail address.")
LONGEST_EMAIL = 320
# The id of the form that a browser sent last, for five minutes.
SENT, MOST_ID = "frontdesk_sent", 100


@route("/", http_method=[HttpMethod.GET, HttpMethod.HEAD], opt=ANYONE, include_in_schema=False)
async def start(request: PageRequest, services: Needs) -> Response[str]:
    """The form."""
    return _form(request, services, {}, {})


@post("/messages", opt=ANYONE, include_in_schema=False)
async def submit(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Accept a message and redirect to its page; on an error, show the form again with the text."""
    values = sent_before(request, await read_form(request))
    services.submissions.admit(request.auth.place)
    errors = _missing(values)
    try:
        message = check(_message(values), {WEB: True})
    except Invalid as error:
        errors.setdefault(*_told(error))
    if errors:
        return _form(request, services, values, errors, status=400)
    accepted = await services.messages.inbox.accept(message, by=request.user.name)
    services.wake()
    return sent(services, accepted, values)


def sent_before(request: PageRequest, values: dict[str, str]) -> dict[str, str]:
    """The form as the one that this browser sent minutes ago: the same words in it are then the same message."""
    return values | ({"provider_id": before} if (before := harmless(request.cookies, SENT)[:MOST_ID]) else {})


def sent(services: Needs, accepted: Accepted, values: dict[str, str]) -> Redirect:
    """On to the page of a message; it says where nothing new was stored."""
    cookie = CookieChange(cookie_name(SENT, https=services.https), values.get("provider_id", ""), 300, services.https)
    onward = services.keys.link(accepted.reference) + ("&again=true" if accepted.duplicate else "")
    return Redirect(onward, status_code=303, cookies=set_cookies([cookie]))


@get("/track", opt=ANYONE, include_in_schema=False)
async def look_up(
    request: PageRequest, services: Needs, reference: FromQuery[str] = "", email: FromQuery[str] = ""
) -> Response[str] | Redirect:
    """Redirect whoever opened an interaction to its page. An unknown reference and another's get the same answer."""
    if not reference and not email:
        return _form(request, services, {}, {})
    services.lookups.admit(request.auth.place)
    wanted, address = normal_reference(reference), storable(email).strip()[:LONGEST_EMAIL]
    opener = await services.interactions.pages.opener(wanted) if wanted else ""
    if address and address.casefold() == opener.casefold():
        return Redirect(services.keys.link(wanted), status_code=303)
    shown = {"reference": storable(reference)[:20], "lookup_email": address}
    return _form(request, services, shown, {"lookup": NOT_FOUND}, status=404)


def normal_reference(text: str) -> str:
    """A reference as it is stored, empty for what cannot be one."""
    clean = text.strip().upper()
    return clean if len(clean) == 8 and clean.isascii() and clean.isalnum() else ""


def _missing(values: dict[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {name: words for name, words in WORDS.items() if not values.get(name, "").strip()}
    user, _, domain = values.get("email", "").strip().rpartition("@")
    if not user or not domain or any(character.isspace() for character in user + domain):
        errors["email"] = WORDS["email"]
    return errors


def _message(values: dict[str, str]) -> NewMessage:
    given = {name: values.get(name, "") for name in FIELDS}
    sender = Sender(given["name"], given["email"].strip(), given["phone"], given["customer_no"])
    message = NewMessage(given["text"], WEB, sender)
    return replace(message, provider_id=submission_id(values.get("provider_id", ""), *given.values()))


def _told(error: Invalid) -> tuple[str, str]:
    """The form's name of the field at fault, and what is wrong in the form's words."""
    field, label = LABELS.get(error.field, (error.field or "text", ""))
    words = error.text
    if label and isinstance(words, Translatable):
        words = words.with_arguments(field=label)
    return field, words


def _form(
    request: PageRequest, services: Needs, values: dict[str, str], errors: dict[str, str], *, status: int = 200
) -> Response[str]:
    shown = {"provider_id": services.new_id()} | values
    return services.pages.page(
        request,
        "submit.html",
        N_("How can we help?"),
        {"values": shown, "errors": errors, "has_help": services.help.enabled},
        status=status,
    )


HANDLERS = (start, submit, look_up)
