"""The page of actions that failed or wait for a person: try again, approve, give up."""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, NotFound
from frontdesk.model import EffectState
from frontdesk.model.set_up import EffectForPerson
from frontdesk.model.translatable import tr
from frontdesk.ui.console.set_up import SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import LISTS, CodeLabels, label_of

PLACE = "/console/effects"
ROWS = 50
SHOWN = {
    "": (EffectState.FAILED, EffectState.WAITING),
    "failed": (EffectState.FAILED,),
    "waiting": (EffectState.WAITING,),
    "pending": (EffectState.PENDING,),
}
TABS = (
    ("", N_("Failed and waiting")),
    ("failed", N_("Failed")),
    ("waiting", N_("Waiting")),
    ("pending", N_("Pending")),
)
NAMED = ("proposes", "because")  # their values are names: of actions, of a reason
TONES = {EffectState.FAILED: "negative", EffectState.WAITING: "critical", EffectState.PENDING: "informative"}


@get(PLACE, opt=AGENT, include_in_schema=False)
async def effects(
    request: PageRequest,
    services: Needs,
    show: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    """The page."""
    context = await _context(services, show, cursor)
    return services.pages.page(
        request, "console/effects.html", N_("Actions"), context | {"said": said in SAID and said}
    )


@get(f"{PLACE}/fragment", opt=AGENT, include_in_schema=False)
async def fragment(
    request: PageRequest, services: Needs, show: FromQuery[str] = "", cursor: FromQuery[str] = ""
) -> Response[str]:
    """The list alone."""
    context = await _context(services, show, cursor)
    return services.pages.page(request, "console/effects_fragment.html", "", context)


SAID = {
    "retry": N_("It is tried again."),
    "drop": N_("It was given up."),
    "approve": N_("It was approved."),
    "skip": N_("It goes on without it."),
}


@post(f"{PLACE}/{{do_one:str}}", opt=SUPERVISOR, include_in_schema=False)
async def settle(request: PageRequest, services: Needs, do_one: FromPath[str]) -> Response[str] | Redirect:
    """Retry, drop or approve the effects that are named, one or several."""
    operations: dict[str, Callable[..., Any]] = {
        "retry": services.work.effects.retry,
        "drop": partial(services.work.effects.drop, role=request.user.role),
        "approve": partial(services.work.effects.approve, role=request.user.role),
        "skip": services.work.effects.skip,
    }
    if do_one not in operations:
        raise NotFound(tr("there is nothing of this name that can be done with an action"))
    fields = await read_form(request)
    refused = []
    for key in fields.get("keys", "").split():
        try:
            await operations[do_one](key, who(request), None)
        except (NotFound, Conflict) as error:  # somebody else did it first: go on with the others
            refused.append(error.text)
    services.wake()
    if refused:
        context = await _context(services, fields.get("show", ""), "")
        shown = context | {"refused": refused, "said": False}
        return services.pages.page(request, "console/effects.html", N_("Actions"), shown, status=409)
    show = fields.get("show", "")
    return Redirect(f"{PLACE}?show={show if show in SHOWN else ''}&said={do_one}", status_code=303)


async def _context(services: Needs, show: str, cursor: str) -> dict[str, Any]:
    chosen = show if show in SHOWN else ""
    page = await services.work.effect_inbox.effects(SHOWN[chosen], ROWS, cursor)
    names = CodeLabels.of(await services.configuration.codes.all())
    counts = await services.work.effect_inbox.counts()
    return {
        "rows": [_row(each, names) for each in page.rows],
        "show": chosen,
        "tabs": [(key, label, sum(counts.get(state, 0) for state in SHOWN[key])) for key, label in TABS],
        "next_cursor": page.next_cursor,
        "retried": [each.effect.key for each in page.rows if each.effect.state is EffectState.FAILED],
        "words": SAID,
    }


def _row(each: EffectForPerson, names: CodeLabels) -> dict[str, Any]:
    effect = each.effect
    parameters = {label_of(name): _words(name, value, names) for name, value in effect.action.parameters.items()}
    return {
        "key": effect.key,
        "kind": label_of(effect.action.kind),
        "parameters": parameters,
        "state": effect.state.value,
        "tone": TONES.get(effect.state, ""),
        "error": effect.error,
        "attempts": effect.attempts,
        "at": effect.created_at,
        "reference": each.reference,
        "title": each.title,
        "is_failed": effect.state is EffectState.FAILED,
        "is_waiting": effect.state is EffectState.WAITING,
    }


def _words(name: str, value: Any, names: CodeLabels) -> list[Any]:
    """What a parameter is: names of codes and of actions, shares, or its text."""
    if name in LISTS:
        return [names.of_code(LISTS[name], str(value))]
    if name in NAMED:
        return [label_of(each) for each in str(value).split(", ")]
    return [value]


HANDLERS = (effects, fragment, settle)
