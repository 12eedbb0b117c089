"""What corrections taught: who made them, what they changed, learn or take back; and deciding a message again."""

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Invalid
from frontdesk.model import CodeList
from frontdesk.model.translatable import tr
from frontdesk.services.deciding_again import decided_again
from frontdesk.ticketing.status import allowed_change
from frontdesk.ui.console.set_up import SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import LISTS, CodeLabels, label_of

PLACE = "/console/learning"
ROWS = 50
BEGINNING = 200


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def learning(request: PageRequest, services: Needs, cursor: FromQuery[str] = "") -> Response[str]:
    """The list of corrected intents."""
    page = await services.messages.learning.page(ROWS, cursor)
    names = CodeLabels.of(await services.configuration.codes.all())
    rows = [
        {
            "id": each.correction.id,
            "reference": each.reference,
            "text": each.text[:BEGINNING],
            "was": names.of_code(CodeList.INTENT, each.correction.was) or N_("None of the list fits"),
            "becomes": names.of_code(CodeList.INTENT, each.correction.becomes) or N_("None of the list fits"),
            "by": each.correction.by,
            "at": each.correction.at,
            "learnt": each.learnt,
            "can_learn": bool(each.correction.becomes),
        }
        for each in page.rows
    ]
    context = {"rows": rows, "next_cursor": page.next_cursor}
    return services.pages.page(request, "console/learning.html", N_("Learnt corrections"), context)


@post(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def settle(request: PageRequest, services: Needs) -> Redirect:
    """Learn from a correction, or take it back."""
    fields = await read_form(request)
    doing = {"teach": services.messages.learning.teach, "forget": services.messages.learning.forget}
    if (do := doing.get(fields.get("do", ""))) is None:
        raise Invalid(tr("choose what is to be done with it: teach or forget"), "do")
    await do(fields.get("id", "")[:26], who(request))
    return Redirect(PLACE, status_code=303)


@get("/console/messages/{message_id:str}/again", opt=AGENT, include_in_schema=False)
async def again(request: PageRequest, services: Needs, message_id: FromPath[str]) -> Response[str]:
    """What the rules would decide with the corrections."""
    found, interaction = await decided_again(services, message_id[:26])
    names = CodeLabels.of(await services.configuration.codes.all())
    sets = [
        (label_of(name), names.of_code(LISTS[name], str(value)) if name in LISTS else str(value))
        for name, value in allowed_change(interaction, found.change).fields().items()
    ]
    context = {
        "message_id": message_id,
        "reference": interaction.reference,
        "title": interaction.title,
        "rule": found.verdict.rule,
        "sets": sets,
        "left": [label_of(each["kind"]) for each in found.left],
    }
    return services.pages.page(request, "console/again.html", N_("Decide again"), context)


@post("/console/messages/{message_id:str}/again", opt=AGENT, include_in_schema=False)
async def set_again(request: PageRequest, services: Needs, message_id: FromPath[str]) -> Redirect:
    """Set it."""
    found, interaction = await decided_again(services, message_id[:26])
    change = allowed_change(interaction, found.change)
    await services.interactions.records.change(interaction, change, who(request))
    return Redirect(f"/console/interactions/{interaction.reference}", status_code=303)


HANDLERS = (learning, settle, again, set_again)
