"""What is kept about a person: look, export, erase; past erasures; how long each kind of data is kept."""

import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Stream

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model.privacy import Category, Kind
from frontdesk.ui.console.set_up import ADMIN, SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest

PLACE = "/console/privacy"
IN_MEMORY, CHUNK = 5_000_000, 64 * 1024
LONGEST = 320
KINDS = {
    Kind.PEOPLE: N_("Customers, contacts and their addresses"),
    Kind.ACCOUNTS: N_("Accounts and sessions"),
    Kind.INTERACTIONS: N_("Interactions"),
    Kind.MESSAGES: N_("Messages"),
    Kind.ANSWERS: N_("Answers"),
    Kind.FILES: N_("Attachments and recordings"),
    Kind.EVENTS: N_("Raw events"),
    Kind.READINGS: N_("Analyses, corrections and decisions"),
    Kind.EXAMPLES: N_("Examples that were learnt"),
    Kind.ACTIONS: N_("Actions and service calls"),
    Kind.ORDERS: N_("Orders"),
    Kind.CALLS: N_("Calls of language models"),
    Kind.JOURNAL: N_("Journal and work"),
}
CATEGORIES = {
    Category.MESSAGES: N_("Messages, and all that was made of them"),
    Category.ATTACHMENTS: N_("Attachments and recordings"),
    Category.EVENTS: N_("Raw events"),
    Category.CALLS: N_("Texts of calls of language models"),
    Category.AUDIT: N_("Audit trail"),
}


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def privacy(request: PageRequest, services: Needs, erased: FromQuery[str] = "") -> Response[str]:
    """The page. Administrators answer requests; supervisors see how long data is kept, and what was erased."""
    return await _page(request, services, {"erased": bool(erased)})


@post(f"{PLACE}/preview", opt=ADMIN, include_in_schema=False)
async def preview(request: PageRequest, services: Needs) -> Response[str]:
    """Who it is, and what there is. A person is posted, so that no address stands in the address of a page."""
    person = await _person(request)
    try:
        found = await services.people.privacy.preview(person, who(request))
    except (NotFound, Conflict, Invalid) as error:
        return await _page(request, services, {"person": person, "error": error.text}, status=error_status(error))
    shown = {
        "people": [*(f"contact:{each}" for each in found.contacts), *(f"customer:{each}" for each in found.customers)],
        "addresses": found.addresses,
        "counts": [(KINDS[kind], number) for kind, number in found.counts.items()],
        "shared": found.shared,
        "outside": found.outside,
    }
    return await _page(request, services, {"person": person, "found": shown})


@post(f"{PLACE}/export", opt=ADMIN, include_in_schema=False)
async def export(request: PageRequest, services: Needs) -> Response[str] | Stream:
    """Everything as an archive."""
    person = await _person(request)
    target: BinaryIO = tempfile.SpooledTemporaryFile(IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115 - closed when it was sent
    try:
        await services.people.privacy.export(person, target, who(request))
    except (NotFound, Conflict, Invalid) as error:
        return await _page(request, services, {"person": person, "error": error.text}, status=error_status(error))
    headers = {"Content-Disposition": 'attachment; filename="person.zip"', "Cache-Control": "no-store"}
    return Stream(_chunks(target), media_type="application/zip", headers=headers)


@post(f"{PLACE}/erase", opt=ADMIN, include_in_schema=False)
async def erase(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Erase, once it was said that this is meant."""
    fields = await read_form(request)
    person = fields.get("person", "").strip()[:LONGEST]
    if not fields.get("sure"):
        error = N_("Say that you are sure: it cannot be undone.")
        return await _page(request, services, {"person": person, "error": error}, status=400)
    try:
        await services.people.privacy.erase(person, who(request))
    except (NotFound, Conflict, Invalid) as refused:
        return await _page(request, services, {"person": person, "error": refused.text}, status=error_status(refused))
    return Redirect(f"{PLACE}?erased=1", status_code=303)


def error_status(error: Exception) -> int:
    """The HTTP status of a page that tells of it."""
    return 404 if isinstance(error, NotFound) else 409 if isinstance(error, Conflict) else 400


async def _person(request: PageRequest) -> str:
    return (await read_form(request)).get("person", "").strip()[:LONGEST]


async def _page(request: PageRequest, services: Needs, more: dict[str, Any], status: int = 200) -> Response[str]:
    context: dict[str, Any] = {
        "person": "",
        "error": "",
        "found": None,
        "erasures": [
            {"id": each.id, "at": each.at, "by": each.by, "rows": sum(each.counts.values()), "contacts": each.contacts}
            for each in await services.people.privacy.erasures()
        ],
        "retention": [
            {"label": CATEGORIES[each.category], "days": each.days, "due": each.due}
            for each in await services.people.retention.preview()
        ],
    }
    return services.pages.page(request, "console/privacy.html", N_("Privacy"), context | more, status=status)


def _chunks(target: BinaryIO) -> Iterator[bytes]:
    with target:
        target.seek(0)
        while chunk := target.read(CHUNK):
            yield chunk


HANDLERS = (privacy, preview, export, erase)
