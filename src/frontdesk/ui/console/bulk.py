"""Changes many interactions at once; one that cannot be changed does not stop the others."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from litestar import Response, post
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid, NotFound, Stale
from frontdesk.model import Change, Interaction, Status
from frontdesk.model.translatable import tr
from frontdesk.ticketing.changes import check_change
from frontdesk.ui.console.interactions import PATH
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.submit import normal_reference

MOST = 200
TRIES = 5
LONGEST_TAGS = 100
Doing = Callable[[Interaction], Awaitable[None]]


@post(f"{PATH}/bulk", opt=AGENT, include_in_schema=False)
async def bulk(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Assign, tag, close or read again; what could not be done is told with its reason."""
    fields = await read_form(request)
    references = [normal_reference(each) for each in fields.get("references", "").split()[:MOST]]
    doing = await _doing(fields, services, request.user.name)
    refused: dict[str, str] = {}
    for reference in references:
        try:
            await _tried(reference, doing, services)
        except (Conflict, Invalid, NotFound, Stale) as error:
            refused[reference] = error.text
    services.wake()
    back = f"{PATH}?{_query(fields.get('back', ''))}".rstrip("?")
    if not refused:
        return Redirect(back, status_code=303)
    context = {"done": len(references) - len(refused), "refused": refused, "back": back}
    return services.pages.page(request, "console/bulk.html", N_("Not all of it"), context)


async def _tried(reference: str, doing: Doing, services: Needs) -> None:
    for attempt in range(TRIES):
        try:
            return await doing(await services.interactions.records.get(reference))
        except Stale:  # the pipeline was faster: look at it again
            if attempt == TRIES - 1:
                raise
    return None


async def _doing(fields: Mapping[str, str], services: Needs, by: str) -> Doing:
    """What a form asks for. Raises Invalid."""
    wanted, lists = fields.get("do", ""), await services.configuration.codes.all()

    def change(make: Callable[[Interaction], Change]) -> Doing:
        async def do(interaction: Interaction) -> None:
            await services.interactions.records.change(
                interaction, check_change(interaction, make(interaction), lists), by
            )

        return do

    async def read(interaction: Interaction) -> None:
        if not services.llm.room.chains.has_models:
            raise Conflict(tr("no language model is there to read with: set one up in [llm.services] and [llm.chains]"))
        await services.work.rereadings.plan_for([interaction.id])

    if wanted == "assign":
        return change(lambda _: Change(team=fields.get("team", "")))
    if wanted == "close":
        return change(lambda _: Change(status=Status.CLOSED))
    if wanted == "tag":
        tag = fields.get("tag", "").replace(",", " ").strip()
        if not tag:
            raise Invalid(tr("write the tag that is to be added"), "tag")
        return change(lambda interaction: Change(tags=with_tag(interaction.tags, tag)))
    if wanted == "read":
        return read
    raise Invalid(tr("choose what is to be done with them"), "do")


def with_tag(tags: str, tag: str) -> str:
    """Tags with one more. Raises Invalid when they become too long."""
    kept = [each.strip() for each in tags.split(",") if each.strip()]
    joined = ", ".join(kept if tag in kept else [*kept, tag])
    if len(joined) > LONGEST_TAGS:
        raise Invalid(tr("tags have at most {most} characters together: remove one first", most=LONGEST_TAGS), "tags")
    return joined


def _query(text: str) -> str:
    """The query of an address of the list, without anything that would make it another address."""
    return urlsplit(f"{PATH}?{text}").query if "\n" not in text and "\r" not in text else ""
