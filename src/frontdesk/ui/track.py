"""The page of one interaction: for the team, and for whoever has the link with its key."""

from dataclasses import dataclass, replace

from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream

from frontdesk.interfaces import CookieChange
from frontdesk.model import Identity, NewMessage, Role
from frontdesk.model.thread import Thread
from frontdesk.model.translatable import tr
from frontdesk.ticketing.submission import check
from frontdesk.ui.cookies import cookie_name
from frontdesk.ui.events import event_stream
from frontdesk.ui.forms import read_form, submission_id
from frontdesk.ui.languages import N_, catalogue, wanted
from frontdesk.ui.own_thread import opening_of, own_thread
from frontdesk.ui.services import WEB, Needs, PageRequest
from frontdesk.ui.submit import ANYONE, normal_reference, sent, sent_before
from frontdesk.ui.thread_view import CodeLabels, track_context

KEY_COOKIE = "frontdesk_track"
KEY_COOKIE_SECONDS = 24 * 3600
UNKNOWN = N_(
    "Nothing can be shown under this reference. Use the whole link that you were given, or look your message up."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A visitor who may see an interaction; `key` is empty for team members without the link.

    `reference` is the one that was asked for; `thread` is what they may see of where it leads to.
    """

    thread: Thread
    is_agent: bool
    key: str
    reference: str


@get("/track/{reference:str}", opt=ANYONE, include_in_schema=False)
async def track(
    request: PageRequest,
    services: Needs,
    reference: FromPath[str],
    key: FromQuery[str] = "",
    again: FromQuery[bool] = False,
) -> Response[str]:
    """The page. The key of the link is kept in a cookie for this page alone, for the form to be sent with."""
    entry = await _enter(request, services, reference, key)
    title = entry.thread.interaction.title or _nameless(request, entry.reference)
    cookies = [_kept(entry, services)] if entry.key else []
    context = await _context(services, entry) | {"again": again}
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
    values = sent_before(request, await read_form(request))
    services.submissions.admit(request.auth.place)
    opening = opening_of(entry.thread)
    # Whoever holds the link may write on; it does not show again who they are.
    sender = replace(opening.sender, identity=Identity.UNPROVEN)
    provider_id = submission_id(values.get("provider_id", ""), entry.reference, values.get("text", ""))
    joins = opening.written_in
    message = check(NewMessage(values.get("text", ""), WEB, sender, provider_id, joins=joins), {WEB: True})
    accepted = await services.messages.inbox.accept(message, by=request.user.name)
    services.live.touched(entry.thread.interaction.id)
    services.wake()
    return sent(services, replace(accepted, reference=entry.reference), values)


async def _enter(request: PageRequest, services: Needs, reference: str, key: str) -> Entry:
    """Find the interaction. Raises the same NotFound if it does not exist and if the visitor may not see it."""
    asked = normal_reference(reference)
    given = key or request.cookies.get(_cookie_of(asked, services).name, "")
    held = services.keys.key(asked) if services.keys.fits(asked, given) else ""
    is_agent = request.user.role.covers(Role.AGENT)
    if not asked or not (held or is_agent):
        raise NotFoundException(detail=UNKNOWN)
    thread = await services.interactions.pages.thread(asked)
    if thread is not None:
        thread = await _seen_by(services, thread, is_agent)
    if thread is None or not thread.messages:
        raise NotFoundException(detail=UNKNOWN)
    return Entry(thread, is_agent, held, asked)


async def _seen_by(services: Needs, asked: Thread, is_agent: bool) -> Thread | None:
    """The thread where it is now; for its customer only what they wrote and the answers to it."""
    interaction = asked.interaction
    thread: Thread | None = asked
    if interaction.merged_to:
        goes_on = await services.interactions.merging.leads_to(interaction.reference)
        thread = await services.interactions.pages.thread(goes_on)
    if thread is None or is_agent:
        return thread
    return own_thread(thread, interaction.id)


async def _context(services: Needs, entry: Entry) -> dict[str, object]:
    names = CodeLabels.of(await services.configuration.codes.all())
    context = track_context(entry.thread, names, is_agent=entry.is_agent, may_answer=bool(entry.key))
    return context | {"provider_id": services.new_id()}


def _kept(entry: Entry, services: Needs) -> CookieChange:
    return replace(_cookie_of(entry.reference, services), value=entry.key)


def _cookie_of(reference: str, services: Needs) -> CookieChange:
    path = f"/track/{reference}"
    name = cookie_name(KEY_COOKIE, https=services.https, path=path)
    return CookieChange(name, "", KEY_COOKIE_SECONDS, services.https, path)


HANDLERS = (track, fragment, events, answer)
