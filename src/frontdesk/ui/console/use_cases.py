"""LLM use cases: the text of a new version, tried before it is in force."""

import re
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, FrontdeskError, Invalid
from frontdesk.llm.use_case import UseCase, read_use_case
from frontdesk.model.llm import Asker, UseCaseVersion
from frontdesk.model.translatable import tr
from frontdesk.ui.console.set_up import ADMIN, LARGEST_NUMBER, SUPERVISOR, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest

PLACE = "/console/use-cases"
MILLIONTHS = 1_000_000
_VERSION = re.compile(r"^version:.*$", re.M)


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def use_cases(request: PageRequest, services: Needs) -> Response[str]:
    """All in force."""
    found = await services.llm.room.use_cases.registry.all()
    rows = [
        {"name": each.name, "version": each.version, "description": each.body.description}
        for each in sorted(found.values(), key=lambda each: each.name)
    ]
    return services.pages.page(request, "console/use_cases.html", N_("Use cases"), {"rows": rows})


@get(f"{PLACE}/{{name:str}}", opt=SUPERVISOR, include_in_schema=False)
async def one(request: PageRequest, services: Needs, name: FromPath[str], kept: FromQuery[int] = 0) -> Response[str]:
    """The text in force, ready to become the next version; or a version that is kept."""
    versions = await services.llm.room.use_cases.registry.versions(name)
    if kept and (found := next((each for each in versions if each.version == kept), None)):
        text = found.body
    else:
        text = await services.llm.room.use_cases.registry.text(name)
    next_one = await _next(services, name, versions)
    values = {"text": _VERSION.sub(f"version: {next_one}", text, count=1)}
    return await _page(request, services, name, values, {})


@post(f"{PLACE}/{{name:str}}", opt=ADMIN, include_in_schema=False)
async def work(request: PageRequest, services: Needs, name: FromPath[str]) -> Response[str] | Redirect:
    """Try the text on inputs, or keep it as a new version, or put a kept one in force."""
    fields = await read_form(request)
    what = fields.get("what", "")
    await services.llm.room.use_cases.registry.get(name)
    try:
        if what == "publish":
            await services.llm.room.use_cases.registry.publish(name, _number(fields.get("version", "")), who(request))
            return Redirect(f"{PLACE}/{name}", status_code=303)
        use_case = _read(fields.get("text", ""), name)
        if what == "try":
            return await _page(request, services, name, fields, await _tried(services, use_case, fields, request))
        made = await services.llm.room.use_cases.registry.draft(fields["text"], fields.get("note", ""), who(request))
    except (Invalid, Conflict) as error:
        return await _page(request, services, name, fields, {"error": error.text}, status=400)
    return Redirect(f"{PLACE}/{name}?kept={made.version}", status_code=303)


async def _tried(services: Needs, use_case: UseCase, fields: dict[str, str], request: PageRequest) -> dict[str, Any]:
    inputs = _inputs(fields.get("inputs", ""))
    try:
        outcome = await services.llm.room.use_cases.run_version(use_case, inputs, Asker(who(request)), fresh=True)
    except Invalid:
        raise
    except FrontdeskError as error:  # no route answered: that is what a trial is to show
        return {"trouble": error.text}
    answer = msgspec.json.format(msgspec.json.encode(outcome.value)).decode()
    return {
        "answer": answer,
        "answered_by": outcome.service if outcome.service == outcome.model else f"{outcome.service}/{outcome.model}",
        "milliseconds": outcome.milliseconds,
        "cost": outcome.cost / MILLIONTHS,
        "failures": [f"{each.route}: {each.reason}" for each in outcome.failures],
    }


def _inputs(text: str) -> dict[str, Any]:
    """JSON as it is written; any other text is the input `text`. Raises Invalid."""
    if not text.lstrip().startswith("{"):
        return {"text": text}
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(tr("the inputs are no JSON object: {error}", error=error), "inputs") from None
    return dict(found)


def _read(text: str, name: str) -> UseCase:
    use_case = read_use_case(text)
    if use_case.name != name:
        raise Invalid(tr("this page is about the use case {name}: its name stays as it is", name=name), "text")
    return use_case


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > LARGEST_NUMBER:
        raise Invalid(tr("say which version"), "version")
    return int(text)


async def _next(services: Needs, name: str, versions: tuple[UseCaseVersion, ...]) -> int:
    in_force = await services.llm.room.use_cases.registry.get(name)
    return max([in_force.version, *(each.version for each in versions)]) + 1


async def _page(
    request: PageRequest, services: Needs, name: str, values: dict[str, str], more: dict[str, Any], status: int = 200
) -> Response[str]:
    in_force = await services.llm.room.use_cases.registry.get(name)
    context: dict[str, Any] = {
        "name": name,
        "description": in_force.body.description,
        "in_force": in_force.version,
        "versions": list(reversed(await services.llm.room.use_cases.registry.versions(name))),
        "values": values,
        "chain": [route.name for route in await services.llm.room.use_cases.chain(name)],
        "currency": services.llm.room.prices.currency,
    }
    return services.pages.page(request, "console/use_case.html", N_("Use cases"), context | more, status=status)


HANDLERS = (use_cases, one, work)
