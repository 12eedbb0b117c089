"""Changes many interactions at once; one that cannot be changed does not stop the others."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from litestar import Response, post
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import Interaction, Status
from frontdesk.model.translatable import tr
from frontdesk.services.changing_many import MOST, Doing, Done, changing, do_to_all, undoing
from frontdesk.ticketing.changes import change_of
from frontdesk.ui.console.interactions import PATH
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.submit import normal_reference

# By what is to be done: what is changed, and the field of the form with its new value.
CHOSEN = {
    "assign": ("team", "team"),
    "own": ("assignee", "assignee"),
    "priority": ("priority", "priority"),
    "status": ("status", "status"),
    "tag": ("tag", "tag"),
    "snooze": ("snooze", "until"),
    "close": ("status", ""),
}


@post(f"{PATH}/bulk", opt=AGENT, include_in_schema=False)
async def bulk(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Change, tag, close or read again; what could not be done is told with its reason, what was can be undone."""
    fields = await read_form(request)
    done = await do_to_all(services, _references(fields), await _doing(fields, services, request.user.name))
    undo = {} if fields["do"] == "read" else {"undo": " ".join(done.done), "at": done.at.isoformat()}
    return _after(request, services, fields, done, undo)


@post(f"{PATH}/bulk/undo", opt=AGENT, include_in_schema=False)
async def undo(request: PageRequest, services: Needs) -> Response[str] | Redirect:
    """Take back what the reader has just changed."""
    fields = await read_form(request)
    if (since := zoned_time(fields.get("at", ""))) is None:
        raise Invalid(tr("choose what is to be done with them"), "at")
    done = await do_to_all(services, _references(fields), undoing(services, since, request.user.name))
    return _after(request, services, fields, done, {})


def _after(
    request: PageRequest, services: Needs, fields: Mapping[str, str], done: Done, undo: Mapping[str, str]
) -> Response[str] | Redirect:
    services.wake()
    back = f"{PATH}?" + "&".join(filter(None, (_query(fields.get("back", "")), urlencode(undo))))
    if not done.refused:
        return Redirect(back.rstrip("?"), status_code=303)
    context = {"done": len(done.done), "refused": done.refused, "back": back}
    return services.pages.page(request, "console/bulk.html", N_("Not all of it"), context)


def _references(fields: Mapping[str, str]) -> list[str]:
    return [normal_reference(each) for each in fields.get("references", "").split()[:MOST]]


def zoned_time(text: str) -> datetime | None:
    """A time with its zone; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


async def _doing(fields: Mapping[str, str], services: Needs, by: str) -> Doing:
    """What a form asks for. Raises Invalid."""
    wanted = fields.get("do", "")
    if wanted == "read":
        return _reading(services)
    name, field = CHOSEN.get(wanted, ("", ""))
    if not name:
        raise Invalid(tr("choose what is to be done with them"), "do")
    changes = {name: Status.CLOSED.value if wanted == "close" else fields.get(field, "")[:100]}
    if wanted == "tag" and not changes[name].replace(",", " ").strip():
        raise Invalid(tr("write the tag that is to be added"), "tag")
    now = services.clock()
    return await changing(services, lambda interaction: change_of(changes, interaction, now, by), by)


def _reading(services: Needs) -> Doing:
    async def read(interaction: Interaction) -> None:
        if not services.llm.room.chains.has_models:
            raise Conflict(tr("no language model is there to read with: set one up in [llm.services] and [llm.chains]"))
        await services.work.rereadings.plan_for([interaction.id])

    return read


def _query(text: str) -> str:
    """The query of an address of the list, without anything that would make it another address."""
    return urlsplit(f"{PATH}?{text}").query if "\n" not in text and "\r" not in text else ""


HANDLERS = (bulk, undo)
