"""Rules: versions, the table editor, analysis, backtest, difference, publication, and why a message was decided so."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid, NotFound, Stale
from frontdesk.interfaces.rules import NewRuleSet, PastDecisionsQuery, TableRefused
from frontdesk.model.rules import RuleSetState, RuleSetVersion
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.rules import read_model
from frontdesk.orchestrator.spreadsheet import to_csv
from frontdesk.ui.console import rules_view as view
from frontdesk.ui.console.set_up import ADMIN, SUPERVISOR, number_in, who
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest

NOTE_LENGTH = 2000
MOST_BACKTESTED = 100_000
STATES = {
    RuleSetState.DRAFT: (N_("Draft"), "critical"),
    RuleSetState.PUBLISHED: (N_("In force"), "positive"),
    RuleSetState.RETIRED: (N_("Retired"), ""),
}
PLACE = "/console/rules"


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def versions(request: PageRequest, services: Needs) -> Response[str]:
    """All versions, and what came into force when."""
    rows = [_shown(each) for each in await services.configuration.rules.versions()]
    context = {"rows": rows, "publications": await services.configuration.rules.publications()}
    return services.pages.page(request, "console/rules.html", N_("Rules"), context)


@post(f"{PLACE}/drafts", opt=SUPERVISOR, include_in_schema=False)
async def begin(request: PageRequest, services: Needs) -> Redirect:
    """A draft that begins as a copy of another version, or with a table out of a spreadsheet."""
    fields = await read_form(request)
    base = await services.configuration.rules.version(number_in(fields, "base"))
    content = base.content
    if csv := fields.get("csv", "").strip("\ufeff"):
        content = await services.configuration.rules.model_of_csv(csv, base.version)
    draft = NewRuleSet(base.name, content, fields.get("note", "")[:NOTE_LENGTH])
    made = await services.configuration.rules.draft(draft, who(request))
    return Redirect(f"{PLACE}/{made.value.version}", status_code=303)


@get(f"{PLACE}/{{version:int}}", opt=SUPERVISOR, include_in_schema=False)
async def one(
    request: PageRequest, services: Needs, version: FromPath[int], saved: FromQuery[str] = ""
) -> Response[str]:
    """One version: a draft in the editor, any other for reading."""
    stored = await services.configuration.rules.version(version)
    return await _page(request, services, stored, {"saved": bool(saved)})


@post(f"{PLACE}/{{version:int}}", opt=SUPERVISOR, include_in_schema=False)
async def save(request: PageRequest, services: Needs, version: FromPath[int]) -> Response[str] | Redirect:
    """Replace a draft; with anything wrong in a cell, show the editor again with what was written."""
    fields = await read_form(request)
    stored = await services.configuration.rules.version(version)
    content, note = fields.get("content", ""), fields.get("note", "")
    if len(note) > NOTE_LENGTH:
        raise Invalid(tr("a note has at most {most:,} characters", most=NOTE_LENGTH), "note")
    try:
        await services.configuration.rules.change(
            version, NewRuleSet(stored.name, content, note), number_in(fields, "revision")
        )
    except TableRefused as error:
        return await _again(request, services, stored, content, note, error)
    except Stale:
        words = N_("Somebody else has changed this draft since you opened it. What you wrote is still in the editor.")
        return await _again(request, services, stored, content, note, TableRefused(words), 412)
    return Redirect(f"{PLACE}/{version}?saved=1", status_code=303)


@post(f"{PLACE}/{{version:int}}/remove", opt=SUPERVISOR, include_in_schema=False)
async def remove(request: PageRequest, services: Needs, version: FromPath[int]) -> Redirect:
    """Throw a draft away."""
    await services.configuration.rules.remove(version, who(request))
    return Redirect(PLACE, status_code=303)


@post(f"{PLACE}/{{version:int}}/publish", opt=ADMIN, include_in_schema=False)
async def publish(request: PageRequest, services: Needs, version: FromPath[int]) -> Response[str] | Redirect:
    """Put a version in force; an old one comes back the same way."""
    note = (await read_form(request)).get("note", "")[:NOTE_LENGTH]
    try:
        await services.configuration.rules.publish(version, who(request), note)
    except (TableRefused, Conflict) as error:
        stored = await services.configuration.rules.version(version)
        return await _page(request, services, stored, {"refused": error.text}, status=400)
    return Redirect(f"{PLACE}/{version}", status_code=303)


@post(f"{PLACE}/{{version:int}}/backtest", opt=SUPERVISOR, include_in_schema=False)
async def backtest(request: PageRequest, services: Needs, version: FromPath[int]) -> Response[str]:
    """Decide past messages again by this version; nothing is done about it."""
    fields = await read_form(request)
    stored = await services.configuration.rules.version(version)
    try:
        last = number_in(fields, "last", MOST_BACKTESTED)
        report = await services.configuration.rules.backtest(
            await services.configuration.rules.rules(version), PastDecisionsQuery(last)
        )
    except Invalid as error:
        more: dict[str, Any] = {"backtest_error": error.text, "last": fields.get("last", "")[:12]}
        return await _page(request, services, stored, more, status=400)
    return await _page(request, services, stored, {"report": view.report_of(report), "last": last})


@get(f"{PLACE}/{{version:int}}/table.csv", opt=SUPERVISOR, include_in_schema=False)
async def table(services: Needs, version: FromPath[int]) -> Response[str]:
    """The table for a spreadsheet."""
    stored = await services.configuration.rules.version(version)
    named = {"Content-Disposition": f'attachment; filename="rules-{version}.csv"'}
    return Response(to_csv(read_model(stored.content)), media_type="text/csv", headers=named)


@get(f"{PLACE}/explain", opt=AGENT, include_in_schema=False)
async def explain(request: PageRequest, services: Needs, reference: FromQuery[str] = "") -> Response[str]:
    """Why the messages of an interaction were decided as they were."""
    wanted = reference.strip().upper()[:20]
    context: dict[str, Any] = {"reference": wanted, "decisions": [], "error": ""}
    if wanted:
        thread = await services.interactions.pages.thread(wanted) if wanted.isascii() and wanted.isalnum() else None
        if thread is None:
            context["error"] = N_("There is no interaction with this reference.")
        else:
            numbers = {message.id: message.sequence for message in thread.messages}
            for decision in thread.decisions:
                found = view.explanation_of(await services.configuration.rules.explain(decision.message_id))
                context["decisions"].append(found | {"message": numbers[decision.message_id]})
    status = 404 if context["error"] else 200
    return services.pages.page(request, "console/rules_explain.html", N_("Why so?"), context, status=status)


async def _again(
    request: PageRequest,
    services: Needs,
    stored: RuleSetVersion,
    content: str,
    note: str,
    error: TableRefused,
    status: int = 400,
) -> Response[str]:
    try:
        read_model(content)
    except TableRefused:
        content = stored.content
    found = view.findings_of(error.findings)
    more = {"content": content, "note": note, "refused": error.text, "refused_findings": found}
    return await _page(request, services, stored, more, status=status)


async def _page(
    request: PageRequest, services: Needs, stored: RuleSetVersion, more: dict[str, Any], *, status: int = 200
) -> Response[str]:
    content = more.pop("content", stored.content)
    context: dict[str, Any] = {
        "rule_set": _shown(stored),
        "is_draft": stored.state is RuleSetState.DRAFT,
        "is_in_force": stored.state is RuleSetState.PUBLISHED,
        "table": view.table_of(content),
        "graph": view.graph_of(content),
        "plans": view.plans_of(content),
        "content": content,
        "editor": view.editor(stored, content, await services.configuration.codes.all()),
        "findings": view.findings_of(await services.configuration.rules.check(stored.content)),
        "in_force": None,
        "changes": [],
        "note": stored.note,
        "last": 500,
    }
    if not context["is_in_force"]:
        current = await _in_force(services)
        changes = view.changes_between(current, stored) if current is not None else None
        if current is not None and changes is not None:
            context |= {"in_force": current.version, "changes": changes}
    title = N_("Rules")
    return services.pages.page(request, "console/rule_set.html", title, context | more, status=status)


async def _in_force(services: Needs) -> RuleSetVersion | None:
    try:
        return await services.configuration.rules.version()
    except NotFound:
        return None


def _shown(version: RuleSetVersion) -> dict[str, Any]:
    name, tone = STATES[version.state]
    return {
        "version": version.version,
        "name": version.name,
        "state": name,
        "tone": tone,
        "note": version.note,
        "by": version.created_by,
        "at": version.created_at,
        "revision": version.revision,
        "published_at": version.published_at,
        "is_draft": version.state is RuleSetState.DRAFT,
    }


HANDLERS = (versions, begin, explain, one, save, remove, publish, backtest, table)
