"""The page of one interaction for the team: read it, understand why, correct, change, answer."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from frontdesk.interfaces import ConnectorFailed, Invalid, Overtaken
from frontdesk.knowledge.differing import edited_words
from frontdesk.model import Change, Role, Status, Turn
from frontdesk.model.answers import Answer, AnswerKind, Asker
from frontdesk.model.thread import Thread, ThreadDetails
from frontdesk.model.translatable import tr
from frontdesk.services.changing_many import changing, do_to
from frontdesk.ticketing.changes import FIELDS, check_correction, snooze, status_of
from frontdesk.ticketing.status import may_move
from frontdesk.ticketing.submission import MOST_CHARACTERS
from frontdesk.ui.console.interactions import PATH
from frontdesk.ui.console.origins import origin_of, with_origin
from frontdesk.ui.console.thread_context import context_of, reading_of, why_of
from frontdesk.ui.events import event_stream
from frontdesk.ui.forms import read_form
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, ROLE, Needs, PageRequest
from frontdesk.ui.submit import normal_reference

HUMAN, MEMO = "HA", "IM"
SUPERVISOR = {ROLE: Role.SUPERVISOR}
CHANGEABLE = ("status", "priority", "category", "team", "assignee", "tags", "title", "customer_id")
AUDIO = "audio/"
ORIGINS = ("answer", "draft")
LONGEST = 100
Settling = Mapping[str, Callable[[str, str, None], Awaitable[object]]]
UNKNOWN = N_("There is no interaction under this reference.")


@get(f"{PATH}/{{reference:str}}", opt=AGENT, include_in_schema=False)
async def show(request: PageRequest, services: Needs, reference: FromPath[str]) -> Response[str] | Redirect:
    """The page; what was merged leads to where it went."""
    wanted = normal_reference(reference)
    goes_on = await services.interactions.merging.leads_to(wanted) if wanted else ""
    if goes_on and goes_on != wanted:
        return Redirect(with_origin(f"{PATH}/{goes_on}", origin_of(request)), status_code=303)
    details = await _details(services, reference)
    thread = details.thread
    title = thread.interaction.title or f"{thread.interaction.reference}"
    context = await context_of(details, services, request) | {"origin": origin_of(request)}
    return services.pages.page(request, "console/thread.html", title, context)


@get(f"{PATH}/{{reference:str}}/fragment", opt=AGENT, include_in_schema=False)
async def fragment(request: PageRequest, services: Needs, reference: FromPath[str]) -> Response[str]:
    """The parts that change by themselves."""
    details = await _details(services, reference)
    context = await context_of(details, services, request)
    return services.pages.page(request, "console/_thread.html", "", context)


@get(f"{PATH}/{{reference:str}}/events", opt=AGENT, include_in_schema=False)
async def events(services: Needs, reference: FromPath[str]) -> Stream:
    """Tells when to fetch them again."""
    thread = await _thread(services, reference)
    return event_stream(services.live, thread.interaction.id)


@post(f"{PATH}/{{reference:str}}/reply", opt=AGENT, include_in_schema=False)
async def reply(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect | Response[str]:
    """Answer the customer, or leave a memo for the team; what the customer wrote meanwhile is shown before."""
    fields = await read_form(request)
    text = fields.get("text", "").strip()
    if not 0 < len(text) <= MOST_CHARACTERS:
        raise Invalid(tr("an answer has 1 to {most} characters", most=MOST_CHARACTERS), "text")
    interaction = await services.interactions.records.get(normal_reference(reference))
    kind = MEMO if fields.get("type") == MEMO else HUMAN
    to = fields.get("to", "")[:26]
    try:
        stored = await services.messages.replies.add(
            interaction, text, kind, request.user.name, None, to, request.user.id, fields.get("seen", "")[:26]
        )
    except Overtaken:
        return await _overtaken(request, services, interaction.reference, fields)
    suggested, origin = fields.get("suggested", "").strip()[:MOST_CHARACTERS], fields.get("origin", "")
    if kind == HUMAN and suggested and origin in ORIGINS:
        edited = edited_words(suggested, text)
        await services.messages.replies.keep_taken(stored.value.id, origin, len(suggested.split()), edited)
    if fields.get("then") == "close" and may_move(interaction.status, Status.CLOSED):
        await _change(services, interaction.reference, Change(status=Status.CLOSED), request.user.name)
    services.wake()
    return _back(interaction.reference)


@post(f"{PATH}/{{reference:str}}/change", opt=AGENT, include_in_schema=False)
async def change(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """Set the fields that differ from what the page showed; what others changed meanwhile stays."""
    fields = await read_form(request)
    changed = await _change(services, normal_reference(reference), _changed(fields), request.user.name)
    services.wake()
    return _back(changed)


@post(f"{PATH}/{{reference:str}}/claim", opt=AGENT, include_in_schema=False)
async def claim(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """Take what nobody has."""
    found = await services.interactions.records.get(normal_reference(reference))
    await services.interactions.records.claim(found, request.user.name)
    services.wake()
    return _back(found.reference)


@post(f"{PATH}/{{reference:str}}/snooze", opt=AGENT, include_in_schema=False)
async def snoozed(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """Set it aside, or no longer."""
    fields = await read_form(request)
    wanted = snooze(fields.get("until", ""), services.clock())
    changed = await _change(services, normal_reference(reference), wanted, request.user.name)
    services.wake()
    return _back(changed)


@post(f"{PATH}/{{reference:str}}/mine", opt=AGENT, include_in_schema=False)
async def mine(request: PageRequest, services: Needs, reference: FromPath[str]) -> Response[str]:
    """Say that the reader is still there, and keep what they have written so far; who else is there."""
    fields = await read_form(request)
    found = await services.interactions.records.get(normal_reference(reference))
    kind = "memo" if fields.get("type") == MEMO else "reply"
    kept: dict[str, Any] = {kind: fields["text"][:MOST_CHARACTERS]} if "text" in fields else {}
    state = await services.interactions.personal.change(found.id, request.user, **kept)
    return services.pages.page(request, "console/_others.html", "", {"others": state.others})


@post(f"{PATH}/{{reference:str}}/unread", opt=AGENT, include_in_schema=False)
async def unread(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """Leave it for later, as if nobody had looked."""
    found = await services.interactions.records.get(normal_reference(reference))
    await services.interactions.personal.change(found.id, request.user, unread=True)
    return Redirect(PATH, status_code=303)


@post(f"{PATH}/{{reference:str}}/merge", opt=AGENT, include_in_schema=False)
async def merge(request: PageRequest, services: Needs, reference: FromPath[str]) -> Redirect:
    """Take everything of another interaction over."""
    fields = await read_form(request)
    into = await services.interactions.records.get(normal_reference(reference))
    wanted = normal_reference(fields.get("other", ""))
    if not wanted:
        raise Invalid(tr("write the reference of the other interaction, eight letters and digits"), "other")
    other = await services.interactions.records.get(wanted)
    await services.interactions.merging.merge(into, other, request.user.name)
    services.live.touched(into.id)
    services.live.touched(other.id)  # who follows the other one in a chat goes on here
    services.wake()
    return _back(into.reference)


@post("/console/messages/{message_id:str}/correct", opt=AGENT, include_in_schema=False)
async def correct(request: PageRequest, services: Needs, message_id: FromPath[str]) -> Redirect:
    """Keep a person's word beside what was read."""
    fields = await read_form(request)
    field = fields.get("field", "")
    if field not in FIELDS:
        raise Invalid(tr("choose what is to be corrected"), "field")
    value = check_correction(field, fields.get("value", ""), await services.configuration.codes.all())
    found = await services.messages.readings.message(message_id[:26])
    await services.messages.readings.correct(found.message.id, field, value, request.user.name, None)
    services.wake()
    return _back(found.reference)


@post("/console/settle", opt=SUPERVISOR, include_in_schema=False)
async def settle(request: PageRequest, services: Needs) -> Redirect:
    """Retry, drop or approve an effect."""
    effects, role = services.work.effects, request.user.role
    doing: Settling = {
        "retry": effects.retry,
        "drop": partial(effects.drop, role=role),
        "approve": partial(effects.approve, role=role),
        "skip": effects.skip,
    }
    return await _settle(request, services, doing, "key")


@post("/console/proposals", opt=AGENT, include_in_schema=False)
async def propose(request: PageRequest, services: Needs) -> Redirect:
    """Confirm or decline a proposal."""
    key = (await read_form(request)).get("key", "")[:100]
    await services.interactions.reach.require(request.user.grant, "key", key)
    doing: Settling = {"confirm": services.work.effects.confirm, "decline": services.work.effects.decline}
    return await _settle(request, services, doing, "key")


@post("/console/work", opt=SUPERVISOR, include_in_schema=False)
async def rework(request: PageRequest, services: Needs) -> Redirect:
    """Retry or drop work that failed."""
    return await _settle(
        request, services, {"retry": services.work.admin.retry, "drop": services.work.admin.drop}, "id"
    )


@get(f"{PATH}/{{reference:str}}/suggestion", opt=AGENT, include_in_schema=False)
async def suggestion(request: PageRequest, services: Needs, reference: FromPath[str]) -> Response[str]:
    """What the assistant would answer and a draft of a model, asked for after the page is there."""
    thread = await _thread(services, reference)
    answer = await _answer(services, thread)
    draft = await services.messages.drafting.suggested(thread, request.user.name)
    is_one = answer is not None and answer.kind not in (AnswerKind.NOT_KNOWN, AnswerKind.HANDED_OVER)
    context = {"draft": draft, "answer": answer, "is_one": is_one}
    return services.pages.page(request, "console/_suggestion.html", "", context)


@get("/console/messages/{message_id:str}/reading", opt=AGENT, include_in_schema=False)
async def reading(request: PageRequest, services: Needs, message_id: FromPath[str]) -> Response[str]:
    """How one message was read, and what became of it; asked for when somebody opens it."""
    found = await services.messages.readings.message(message_id[:26])
    context = await reading_of(await _details(services, found.reference), services, found.message.id)
    return services.pages.page(request, "console/_reading.html", "", context | {"may_settle": False})


@get("/console/messages/{message_id:str}/why", opt=AGENT, include_in_schema=False)
async def why(request: PageRequest, services: Needs, message_id: FromPath[str]) -> Response[str]:
    """Row by row why the rules decided as they did."""
    explanation = await services.configuration.rules.explain(message_id[:26])
    return services.pages.page(request, "console/_why.html", "", {"rows": why_of(explanation)})


@get("/console/messages/{message_id:str}/audio", opt=AGENT, include_in_schema=False)
async def audio(services: Needs, message_id: FromPath[str]) -> Response[bytes]:
    """The recording of a phone call."""
    recording = await services.messages.readings.audio(message_id[:26])
    kind = recording.media_type if recording.media_type.startswith(AUDIO) else "application/octet-stream"
    return Response(
        recording.content, media_type=kind, headers={"Content-Disposition": 'attachment; filename="recording"'}
    )


async def _settle(request: PageRequest, services: Needs, doing: Settling, name: str) -> Redirect:
    fields = await read_form(request)
    if (do := doing.get(fields.get("do", ""))) is None:
        raise Invalid(tr("choose what is to be done with it: {known}", known=", ".join(doing)), "do")
    await do(fields.get(name, "")[:100], request.user.name, None)
    services.wake()
    return Redirect(_local(fields.get("back", "")), status_code=303)


async def _overtaken(request: PageRequest, services: Needs, reference: str, fields: Mapping[str, str]) -> Response[str]:
    """What came meanwhile, and the answer to be sent anyway; it is kept as a draft for who reads on."""
    thread = await _thread(services, reference)
    await services.interactions.personal.change(thread.interaction.id, request.user, reply=fields.get("text", ""))
    known = [each.id for each in thread.messages]
    newer = thread.messages[known.index(fields["seen"]) + 1 :] if fields.get("seen") in known else thread.messages[-1:]
    again = {name: value for name, value in fields.items() if name in ("text", "to", "suggested", "origin", "then")}
    context = {"newer": newer, "again": again, "reference": reference}
    return services.pages.page(request, "console/overtaken.html", N_("The customer wrote again"), context, status=409)


async def _change(services: Needs, reference: str, wanted: Change, by: str) -> str:
    """Set fields of an interaction; the reference that it has."""
    return (await do_to(services, reference, await changing(services, lambda _: wanted, by))).reference


async def _answer(services: Needs, thread: Thread) -> Answer | None:
    """What the assistant would answer the customer: from public articles, and from orders of who is proven."""
    latest = thread.messages[-1] if thread.messages else None
    if latest is None or latest.erased_at:
        return None
    # Not by the interaction's customer: in a conversation that was merged, that may be somebody else's.
    sender = latest.sender
    asker = Asker(addresses=(sender.address, sender.phone) if sender.identity.is_proven else ())
    try:
        return await services.answers.answer([*thread.conversation(latest), Turn("customer", latest.text)], asker)
    except ConnectorFailed:
        return None


async def _details(services: Needs, reference: str) -> ThreadDetails:
    wanted = normal_reference(reference)
    details = await services.interactions.pages.details(wanted) if wanted else None
    if details is None:
        raise NotFoundException(detail=UNKNOWN)
    return details


async def _thread(services: Needs, reference: str) -> Thread:
    wanted = normal_reference(reference)
    thread = await services.interactions.pages.thread(wanted) if wanted else None
    if thread is None:
        raise NotFoundException(detail=UNKNOWN)
    return thread


def _changed(fields: Mapping[str, str]) -> Change:
    """The fields that were set to another value than the page had shown. Raises Invalid."""
    told = {name: " ".join(fields[name].split()) for name in CHANGEABLE if name in fields}
    new = {name: value for name, value in told.items() if value != " ".join(fields.get(f"was_{name}", "").split())}
    if any(len(new.get(name, "")) > LONGEST for name in ("title", "tags", "assignee")):
        raise Invalid(tr("title and tags have at most {most} characters", most=LONGEST), "title")
    if "customer_id" in new and not 0 < len(new["customer_id"]) <= 10:
        raise Invalid(tr("a customer number has 1 to 10 characters"), "customer_id")
    status = status_of(new.pop("status")) if "status" in new else None
    changes: dict[str, Any] = new
    return Change(**changes, status=status)


def _back(reference: str) -> Redirect:
    return Redirect(f"{PATH}/{reference}", status_code=303)


def _local(back: str) -> str:
    reference = normal_reference(back)
    return f"{PATH}/{reference}" if reference else "/console"


HANDLERS = (
    show,
    fragment,
    events,
    reply,
    change,
    claim,
    snoozed,
    mine,
    unread,
    merge,
    correct,
    settle,
    propose,
    rework,
    suggestion,
    reading,
    why,
    audio,
)
