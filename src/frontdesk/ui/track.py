"""The page of one interaction: for the team, and for whoever has the link with its key."""

from dataclasses import dataclass

from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream

from frontdesk.interfaces import CookieChange
from frontdesk.model import NewMessage, Role
from frontdesk.model.thread import Thread
from frontdesk.model.translatable import tr
from frontdesk.ticketing.submission import check
from frontdesk.ui.events import event_stream
from frontdesk.ui.forms import read_form, submission_id
from frontdesk.ui.languages import N_, catalogue, wanted
from frontdesk.ui.services import WEB, Needs, PageRequest
from frontdesk.ui.submit import ANYONE, normal_reference
from frontdesk.ui.thread_view import CodeLabels, track_context

KEY_COOKIE = "frontdesk_track"
KEY_COOKIE_SECONDS = 24 * 3600
UNKNOWN = N_(
    "Nothing can be shown under this reference. Use the whole link that you were given, or look your message up."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A visitor who may see an interaction; `key` is empty for team members without the link."""

    thread: Thread
    is_agent: bool
    key: str


@get("/track/{reference:str}", opt=ANYONE, include_in_schema=False)
async def track(
    request: PageRequest, services: Needs, reference: FromPath[str], key: FromQuery[str] = ""
) -> Response[str]:
    """The page. The key of the link is kept in a cookie for this page alone, for the form to be sent with."""
    entry = await _enter(request, services, reference, key)
    title = entry.thread.interaction.title or _nameless(request, entry.thread.interaction.reference)
    cookies = [_kept(entry, services)] if entry.key else []
    context = await _context(services, entry)
    return services.pages.page(request, "track.html", title, context, cookies=cookies)


def _nameless(request: PageRequest, reference: str) -> str:
    return catalogue(wanted(request)).translated(N_("Message %(reference)s")) % {"reference": reference}


@get("/track/{reference:str}/fragment", opt=ANYONE, include_in_schema=False)
async def fragment(
    request: PageRequest, services: Needs, reference: FromPath[str], key: FromQuery[str] = ""
) -> Response[str]:
    """The part of the page that changes."""
    entry = await _enter(request, services, reference, key)
    return services.pages.page(request, "track_fragment.html", "", await _context(services, entry))


@get("/track/{reference:str}/events", opt=ANYONE, include_in_schema=False)
async def events(request: PageRequest, services: Needs, reference: FromPath[str], key: FromQuery[str] = "") -> Stream:
    """Tells when to fetch the fragment again."""
    entry = await _enter(request, services, reference, key)
    return event_stream(services.live, entry.thread.interaction.id)


@post("/track/{reference:str}/messages", opt=ANYONE, include_in_schema=False)
async def answer(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """The customer writes again in the same interaction, as the same sender."""
    entry = await _enter(request, services, reference, "")
    if not entry.key:
        raise PermissionDeniedException(detail=tr("only the customer, with the link to this page, can write here"))
    values = await read_form(request)
    services.submissions.admit(request.auth.place)
    interaction, sender = entry.thread.interaction, entry.thread.messages[0].sender
    provider_id = submission_id(values.get("provider_id", ""), interaction.reference, values.get("text", ""))
    message = check(NewMessage(values.get("text", ""), WEB, sender, provider_id, joins=interaction.id), {WEB: True})
    await services.messages.inbox.accept(message, by=request.user.name)
    services.live.touched(interaction.id)
    services.wake()
    return Redirect(services.keys.link(interaction.reference), status_code=303)


async def _enter(request: PageRequest, services: Needs, reference: str, key: str) -> Entry:
    """Find the interaction. Raises the same NotFound if it does not exist and if the visitor may not see it."""
    asked = normal_reference(reference)
    given = key or request.cookies.get(KEY_COOKIE, "")
    held = services.keys.key(asked) if services.keys.fits(asked, given) else ""
    is_agent = request.user.role.covers(Role.AGENT)
    if not asked or not (held or is_agent):
        raise NotFoundException(detail=UNKNOWN)
    thread = await services.interactions.pages.thread(asked)
    if thread is not None and not thread.messages:
        thread = await _merged(services, asked, is_agent)
        held = services.keys.key(thread.interaction.reference) if thread and held else ""
    if thread is None or not thread.messages:
        raise NotFoundException(detail=UNKNOWN)
    return Entry(thread, is_agent, held)


async def _merged(services: Needs, reference: str, is_agent: bool) -> Thread | None:
    """The interaction that this one was merged into; for its customer only while nobody else writes in it."""
    goes_on = await services.interactions.merging.leads_to(reference)
    thread = await services.interactions.pages.thread(goes_on)
    if thread is None or is_agent:
        return thread
    writers = {message.sender.address.casefold() for message in thread.messages}
    return thread if len(writers) == 1 and "" not in writers else None


async def _context(services: Needs, entry: Entry) -> dict[str, object]:
    names = CodeLabels.of(await services.configuration.codes.all())
    context = track_context(entry.thread, names, is_agent=entry.is_agent, may_answer=bool(entry.key))
    return context | {"provider_id": services.new_id()}


def _kept(entry: Entry, services: Needs) -> CookieChange:
    path = f"/track/{entry.thread.interaction.reference}"
    return CookieChange(KEY_COOKIE, entry.key, KEY_COOKIE_SECONDS, services.https, path)
