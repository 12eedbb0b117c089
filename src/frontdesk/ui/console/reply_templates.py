"""Reply templates: their texts in each language, with what they look like."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Invalid
from frontdesk.orchestrator.templates import SAMPLE_VALUES, ReplyTemplate, render_text
from frontdesk.ui.console.set_up import ADMIN, SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.thread_view import LANGUAGES

PLACE = "/console/configuration/templates"
OFFERED = ("en", "de", "fr", "es")
FIELD = "text_"


@get(f"{PLACE}/{{name:str}}", opt=SUPERVISOR, include_in_schema=False)
async def template(
    request: PageRequest, services: Needs, name: FromPath[str], saved: FromQuery[str] = ""
) -> Response[str]:
    """One template; `new` is the form of a new one."""
    found = ReplyTemplate("", "AR", {}) if name == "new" else await services.configuration.templates.named(name)
    return _page(request, services, found, dict(found.texts), {"saved": bool(saved)})


@post(f"{PLACE}/{{name:str}}", opt=ADMIN, include_in_schema=False)
async def save(request: PageRequest, services: Needs, name: FromPath[str]) -> Response[str] | Redirect:
    """Keep its texts, or go back to what ships."""
    fields = await read_form(request)
    if fields.get("what") == "reset":
        await services.configuration.templates.reset(name, who(request))
        return Redirect(f"{PLACE}/{name}?saved=1", status_code=303)
    texts = {key.removeprefix(FIELD): text for key, text in fields.items() if key.startswith(FIELD)}
    chosen = fields.get("name", "").strip() if name == "new" else name
    known = ReplyTemplate("", "AR", {}) if name == "new" else await services.configuration.templates.named(name)
    try:
        await services.configuration.templates.put(
            chosen, {key: texts[key] for key in texts if key in LANGUAGES}, who(request)
        )
    except Invalid as error:
        more = {"error": error.text, "new_name": chosen}
        return _page(request, services, known, texts, more, status=400)
    return Redirect(f"{PLACE}/{chosen}?saved=1", status_code=303)


def _page(
    request: PageRequest,
    services: Needs,
    found: ReplyTemplate,
    texts: dict[str, str],
    more: dict[str, Any],
    status: int = 200,
) -> Response[str]:
    languages = dict.fromkeys([*OFFERED, *(each for each in texts if each in LANGUAGES)])
    context: dict[str, Any] = {
        "name": found.name,
        "needs": found.needs,
        "otherwise": found.otherwise,
        "is_shipped": services.configuration.templates.is_shipped(found.name),
        "texts": [(LANGUAGES[code], code, texts.get(code, ""), _shown(texts.get(code, ""))) for code in languages],
        "values": sorted(SAMPLE_VALUES),
        "error": "",
        "new_name": "",
    }
    title = N_("Reply templates")
    return services.pages.page(request, "console/template.html", title, context | more, status=status)


def _shown(text: str) -> str:
    """With invented values in its places; empty for a text that does not work out."""
    try:
        return render_text(text, SAMPLE_VALUES) if text else ""
    except Invalid:
        return ""


HANDLERS = (template, save)
