"""Configuration: code lists, channels, back ends, reply templates."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from frontdesk.interfaces import Conflict, Invalid, NotFound
from frontdesk.model import Code, CodeList
from frontdesk.model.channels import CHAT
from frontdesk.model.set_up import ChannelUse
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.templates import SAMPLE_VALUES, ReplyTemplate
from frontdesk.orchestrator.trying import Read, Trial, compare, with_intent
from frontdesk.ticketing.changes import check_entry
from frontdesk.ui.console.set_up import ADMIN, SUPERVISOR
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import Needs, PageRequest
from frontdesk.ui.thread_view import LANGUAGES, label_of

PLACE = "/console/configuration"
LISTS = {
    CodeList.INTENT: N_("Intents"),
    CodeList.MESSAGE_TYPE: N_("Message types"),
    CodeList.CATEGORY: N_("Categories"),
    CodeList.PRIORITY: N_("Priorities"),
    CodeList.REPLY_TYPE: N_("Reply types"),
    CodeList.TEAM: N_("Teams"),
    CodeList.CHANNEL: N_("Channels"),
    CodeList.STATUS: N_("Statuses"),
}
LENGTHS = {"code": 40, "name": 100, "description": 4000}
MOST_EXAMPLES, LONGEST_EXAMPLE = 200, 4000
TRIED, AT_ONCE = 500, 50
MOST_NAMED = 20


@get(PLACE, opt=SUPERVISOR, include_in_schema=False)
async def overview(request: PageRequest, services: Needs) -> Response[str]:
    """Everything that can be set up, and how channels and back ends do."""
    lists = await services.configuration.codes.all()
    await services.configuration.templates.follow()
    used = {each.code: each for each in await services.channels.traffic.channels(services.clock() - timedelta(days=1))}
    names = {entry.code: entry.name for entry in lists.get(CodeList.CHANNEL, ())}
    circuits = services.connectors.open_circuits()
    context: dict[str, Any] = {
        "lists": [(which.value, label, len(lists.get(which, ()))) for which, label in LISTS.items()],
        "channels": [_channel(code, names, services, used.get(code)) for code in _channel_codes(services, used)],
        "back_ends": [
            {
                "name": each.name,
                "actions": [label_of(action) for action in each.actions],
                "rests": max((left for name, left in circuits.items() if name.split()[0] == each.name), default=None),
            }
            for each in services.connectors.systems
        ],
        "templates": [_template(each) for each in services.configuration.templates.templates.all()],
    }
    return services.pages.page(request, "console/configuration.html", N_("Configuration"), context)


@get(f"{PLACE}/lists/{{which:str}}", opt=SUPERVISOR, include_in_schema=False)
async def one_list(
    request: PageRequest, services: Needs, which: FromPath[str], code: FromQuery[str] = "", saved: FromQuery[str] = ""
) -> Response[str]:
    """A list, and one of its entries (or a new one) to be edited."""
    chosen = _list(which)
    entries = (await services.configuration.codes.all()).get(chosen, ())
    entry = next((each for each in entries if each.code == code), None)
    if code and entry is None:
        raise NotFound(tr("there is no {list} {code}", list=chosen.value, code=code[:40]))
    values = _values(entry) if entry else {"position": str(len(entries))}
    more: dict[str, Any] = {"saved": bool(saved), "is_new": entry is None}
    return _list_page(request, services, chosen, entries, values, more)


@post(f"{PLACE}/lists/{{which:str}}", opt=ADMIN, include_in_schema=False)
async def save(request: PageRequest, services: Needs, which: FromPath[str]) -> Response[str] | Redirect:
    """Store an entry; of an intent, first show what it would change, where that was asked for."""
    chosen, fields = _list(which), await read_form(request)
    entries = (await services.configuration.codes.all()).get(chosen, ())
    is_new = fields.get("new") == "yes"
    more: dict[str, Any] = {"is_new": is_new}
    try:
        entry = _entry(chosen, fields)
        if fields.get("what") == "try" and chosen is CodeList.INTENT:
            trial = await _tried(services, entry)
            return _list_page(
                request, services, chosen, entries, fields, more | {"trial": _trial(trial, entries, entry)}
            )
        await services.configuration.codes.put(entry, create=True if is_new else None)
    except (Invalid, Conflict) as error:
        named = (
            error.field if isinstance(error, Invalid) and error.field in (*LENGTHS, "examples", "position") else "code"
        )
        more |= {"errors": {named: error.text}}
        return _list_page(request, services, chosen, entries, fields, more, status=400)
    services.wake()
    return Redirect(f"{PLACE}/lists/{chosen.value}?code={entry.code}&saved=1", status_code=303)


def _list_page(
    request: PageRequest,
    services: Needs,
    which: CodeList,
    entries: tuple[Code, ...],
    values: dict[str, str],
    more: dict[str, Any],
    status: int = 200,
) -> Response[str]:
    context: dict[str, Any] = {
        "which": which.value,
        "label": LISTS[which],
        "entries": entries,
        "values": values,
        "errors": {},
        "is_intent": which is CodeList.INTENT,
        "is_fixed": which is CodeList.STATUS,
        "tried": TRIED,
    }
    return services.pages.page(request, "console/code_list.html", LISTS[which], context | more, status=status)


def _list(which: str) -> CodeList:
    if which not in set(CodeList):
        raise NotFound(tr("there is no list of this name"))
    return CodeList(which)


def _values(entry: Code) -> dict[str, str]:
    return {
        "code": entry.code,
        "name": entry.name,
        "description": entry.description,
        "position": str(entry.position),
        "active": "yes" if entry.active else "",
        "examples": "\n".join(" ".join(each.split()) for each in entry.examples),
    }


def _entry(which: CodeList, fields: dict[str, str]) -> Code:
    """The entry out of the form, one example a line. Raises Invalid that names the field."""
    given = {name: fields.get(name, "").strip() for name in LENGTHS}
    for name, most in LENGTHS.items():
        if len(given[name]) > most:
            raise Invalid(tr("{field} has more than {most:,} characters", field=name, most=most), name)
    code = given["code"]
    if not code or not code.isascii() or not code.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise Invalid(tr("a code is made of letters, digits, dots, hyphens and underscores"), "code")
    if not given["name"]:
        raise Invalid(tr("write a name"), "name")
    position = fields.get("position", "0").strip() or "0"
    if not (position.isascii() and position.isdigit()) or int(position[:9]) > 100_000:
        raise Invalid(tr("the position is a whole number from 0 to 100,000"), "position")
    examples = tuple(line.strip() for line in fields.get("examples", "").split("\n") if line.strip())
    if len(examples) > MOST_EXAMPLES or any(len(each) > LONGEST_EXAMPLE for each in examples):
        raise Invalid(
            tr("at most {most} examples of {length:,} characters each", most=MOST_EXAMPLES, length=LONGEST_EXAMPLE),
            "examples",
        )
    kept = examples if which is CodeList.INTENT else ()
    is_active = which is CodeList.STATUS or fields.get("active") == "yes"
    return check_entry(Code(which, code, given["name"], given["description"], int(position), is_active, kept))


async def _tried(services: Needs, entry: Code) -> Trial:
    """The newest messages read by the engine with the list as it is and as it would be."""
    messages = [Read(*each) for each in await services.channels.traffic.newest_texts(TRIED)]
    catalogue = await services.configuration.codes.catalogue()
    readings = []
    for each in (catalogue, with_intent(catalogue, entry)):
        answers = []
        for at in range(0, len(messages), AT_ONCE):  # in portions, so that messages that come in meanwhile are read
            answers += await services.llm.engine.read_many([m.text for m in messages[at : at + AT_ONCE]], each)
        readings.append(answers)
    return compare(messages, *readings)


def _trial(trial: Trial, entries: tuple[Code, ...], entry: Code) -> dict[str, Any]:
    names = {each.code: each.name for each in entries} | {entry.code: entry.name, "": N_("None of the list fits")}
    return {
        "messages": trial.messages,
        "changed": trial.changed,
        "turns": [
            {
                "before": names.get(each.before, each.before),
                "after": names.get(each.after, each.after),
                "count": len(each.references),
                "references": list(dict.fromkeys(each.references))[:MOST_NAMED],
                "more": len(set(each.references)) > MOST_NAMED,
            }
            for each in trial.turns
        ],
    }


def _channel_codes(services: Needs, used: dict[str, ChannelUse]) -> list[str]:
    return list(dict.fromkeys([*(each.code for each in services.channels.systems), *used]))


def _channel(code: str, names: dict[str, str], services: Needs, use: ChannelUse | None) -> dict[str, Any]:
    known = next((each for each in services.channels.systems if each.code == code), None)
    return {
        "name": names.get(code, code),
        "code": code,
        "place": "chat"
        if code == CHAT
        else next((each.name for each in services.channels.infos if each.code == code), ""),
        "is_known": known is not None,
        "is_set_up": known is not None and known.is_set_up,
        "use": use or ChannelUse(code, 0, None, None, "", None),
    }


def _template(template: ReplyTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "type": template.type,
        "needs": label_of(template.needs) if template.needs else "",
        "otherwise": template.otherwise,
        "texts": [
            (LANGUAGES.get(language, language), language, template.render(language, SAMPLE_VALUES))
            for language in template.texts
        ],
    }


HANDLERS = (overview, one_list, save)
