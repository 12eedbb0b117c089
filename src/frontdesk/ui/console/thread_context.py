"""The data of the team's page of one interaction: conversation, analyses, decisions, actions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from frontdesk.model import (
    ENTITY_FIELDS,
    VALUES_APART,
    Analysis,
    Code,
    CodeList,
    Correction,
    Decision,
    Effect,
    EffectState,
    Interaction,
    Role,
    Work,
    WorkState,
)
from frontdesk.model.signals import signal_kinds
from frontdesk.model.thread import ModelUse, Thread, ThreadDetails
from frontdesk.orchestrator.effects import SETTLED, is_failed, step_of
from frontdesk.orchestrator.explaining import Explanation, Match
from frontdesk.orchestrator.planning import is_proposal
from frontdesk.orchestrator.plans import name_of
from frontdesk.ticketing.changes import LENGTHS, MOST_OF_ENTITY, UNTIL_ANSWER
from frontdesk.ticketing.status import TRANSITIONS
from frontdesk.timing.entries import FIELDS, LEVELS
from frontdesk.ui.console.list_query import SNOOZE_NAMES
from frontdesk.ui.console.recipients import recipients_of
from frontdesk.ui.console.timeline import timeline_of
from frontdesk.ui.languages import N_
from frontdesk.ui.services import PageRequest, PageServices
from frontdesk.ui.thread_view import LANGUAGES, LISTS, READERS, CodeLabels, label_of, track_context

MILLION = 1_000_000
MOST_QUOTED = 80
MATCHES = {
    Match.DECIDED: N_("decided"),
    Match.CAME_LATER: N_("would fit too, but came later"),
    Match.NOT_MATCHED: N_("did not fit"),
    Match.OTHER_ROUTE: N_("is for another route"),
    Match.ASKED: N_("was asked"),
}
# The fields that a person may correct, with their code lists (None: one of LANGUAGES or of the sentiments).
CORRECTABLE = {"intent": CodeList.INTENT, "message_type": CodeList.MESSAGE_TYPE, "sentiment": None, "language": None}


async def context_of(details: ThreadDetails, services: PageServices, request: PageRequest) -> dict[str, Any]:
    """All that console/thread.html and its changing parts need."""
    lists = await services.configuration.codes.all()
    names = CodeLabels.of(lists)
    thread = details.thread
    interaction = thread.interaction
    context = _silent(thread)
    if thread.messages:
        context = track_context(thread, names, is_agent=True, may_answer=False)
    effects = _effects(thread, names)
    kept = await services.configuration.macros.of(request.user.id)
    macros = [each for each in kept if each.own or each.team in ("", interaction.team)]
    return context | {
        "matter": interaction,
        "customer_name": details.customer_name,
        "choices": _choices(interaction, lists),
        "readings": list(_readings(details, names)),
        "verdicts": [_verdict(each, thread) for each in reversed(thread.decisions)],
        "pending": [each for each in effects if each["is_open"]],
        "settled": [each for each in effects if not each["is_open"] and (each["reference"] or each["is_latest"])],
        "stuck": [_work(each) for each in thread.work.values() if each.state is WorkState.FAILED],
        "timeline": timeline_of(context["messages"], thread, details.recorded, names),
        "may_settle": request.user.role.covers(Role.SUPERVISOR),
        "drafts": services.messages.drafting.filled(thread),
        "answers": services.messages.drafting.filled(thread, [each for each in macros if each.is_answer]),
        "colleagues": [each.name for each in await services.people.accounts.accounts() if each.active],
        "macros": [each for each in macros if not each.is_answer],
        "recipients": recipients_of(thread, names),
        "belongs": await _may_belong(thread, services),
        "seen": thread.messages[-1].id if thread.messages else "",
        "snoozes": SNOOZE_NAMES,
        "is_snoozed": interaction.snoozed_until and interaction.snoozed_until > services.clock(),
        "until_answer": interaction.snoozed_until == UNTIL_ANSWER,
        "due": [each for each in await services.configuration.timing.deadlines(interaction.id) if not each.ended_at],
        "targets": FIELDS[LEVELS],
        "mine": await services.interactions.personal.opened(interaction.id, request.user),
    }


async def reading_of(details: ThreadDetails, services: PageServices, message_id: str) -> dict[str, Any]:
    """What console/_reading.html needs of one message."""
    lists = await services.configuration.codes.all()
    names, thread = CodeLabels.of(lists), details.thread
    decision = next((each for each in thread.decisions if each.message_id == message_id), None)
    effects = [each for each in _effects(thread, names) if each["message_id"] == message_id]
    return {
        "matter": thread.interaction,
        "choices": _choices(thread.interaction, lists),
        "reading": next((each for each in _readings(details, names) if each["message_id"] == message_id), None),
        "verdict": _verdict(decision, thread) if decision else None,
        # The same ones may stand in the panel.
        "effects": [each | {"number": f"{message_id}-{each['number']}"} for each in effects],
    }


async def _may_belong(thread: Thread, services: PageServices) -> str:
    """The reference of the interaction that this one may belong to, as it is now; empty where there is none."""
    named = thread.interaction.may_belong_to
    goes_on = await services.interactions.merging.leads_to(named) if named else ""
    return "" if goes_on == thread.interaction.reference else goes_on


def _choices(interaction: Interaction, lists: Mapping[CodeList, tuple[Code, ...]]) -> dict[str, list[tuple[str, str]]]:
    """What each field may become."""
    return {
        "status": [
            (each.code, each.name)
            for each in lists.get(CodeList.STATUS, ())
            if each.code == interaction.status.value or each.code in {s.value for s in TRANSITIONS[interaction.status]}
        ],
        **{
            name: [(each.code, each.name) for each in lists.get(which, ()) if each.active]
            for name, which in (
                ("priority", CodeList.PRIORITY),
                ("category", CodeList.CATEGORY),
                ("team", CodeList.TEAM),
                ("intent", CodeList.INTENT),
                ("message_type", CodeList.MESSAGE_TYPE),
            )
        },
        "sentiment": [(each, each) for each in ("Positive", "Neutral", "Negative")],
        "language": sorted(LANGUAGES.items(), key=lambda each: each[1]),
    }


def why_of(explanation: Explanation) -> list[dict[str, Any]]:
    """The rows of the table of rules with what became of each."""
    return [
        {
            "title": each.title,
            "is": MATCHES[each.match],
            "decided": each.match is Match.DECIDED,
            "column": each.column,
            "cell": each.cell,
            "value": "" if each.value is None else str(each.value)[:200],
        }
        for each in explanation.rows
    ]


def _silent(thread: Thread) -> dict[str, Any]:
    """An interaction in which nobody has written yet."""
    return {"messages": [], "steps": (), "interaction": {"reference": thread.interaction.reference}}


def _readings(details: ThreadDetails, names: CodeLabels) -> Iterable[dict[str, Any]]:
    """How each message was read, the newest first, each field with what a person made of it."""
    thread = details.thread
    current = {analysis.id: analysis for analysis in thread.analyses}
    said: dict[str, dict[str, Correction]] = {}
    for word in details.corrections:
        said.setdefault(word.analysis_id, {})[word.field] = word
    for message in reversed(thread.messages):
        analysis = current.get(message.analysis_id or "")
        if analysis is None:
            continue
        words, used = said.get(analysis.id, {}), details.model_use.get(message.id, ModelUse())
        yield {
            "message_id": message.id,
            "sequence": message.sequence,
            "fields": [_field(name, analysis, words.get(name), names) for name in CORRECTABLE],
            "texts": [_told("title", analysis.title, words), _told("summary", analysis.summary, words)],
            "entities": [
                _told(name, VALUES_APART.join(analysis.values(name)), words)
                for name in ENTITY_FIELDS
                if name in words or analysis.values(name)
            ],
            "missed": [
                (name, label_of(name)) for name in ENTITY_FIELDS if name not in words and not analysis.values(name)
            ],
            "others": [
                {"name": names.of_code(CodeList.INTENT, p.code), "probability": p.probability}
                for p in sorted(analysis.intents, key=lambda p: -p.probability)
                if p.code != analysis.intent and p.probability >= 0.01
            ][:3],
            "corrected": bool(words),
            "signals": _signals(analysis, message.text),
            "concerns": _concerns(analysis, names),
            "second": _second(analysis, names),
            "model": analysis.model,
            "reader": READERS[analysis.tier],
            "milliseconds": analysis.milliseconds,
            "run": analysis.run,
            "tokens": used.tokens,
            "cost": used.cost / MILLION,
            "asked_models": used.calls,
        }


def _signals(analysis: Analysis, text: str) -> list[dict[str, Any]]:
    """The signals that are present, each with the words that say it."""
    kinds = signal_kinds()
    return [
        {
            "label": kinds[each.name].label,
            "probability": each.probability,
            "words": " … ".join(" ".join(text[start:end].split())[:MOST_QUOTED] for start, end in each.spans),
        }
        for each in sorted(analysis.signals, key=lambda signal: -signal.probability)
        if each.probability >= kinds[each.name].limit
    ]


def _concerns(analysis: Analysis, names: CodeLabels) -> list[dict[str, Any]]:
    """The topics of a message that has several."""
    several = analysis.concerns if len(analysis.concerns) > 1 else ()
    return [{"name": _shown("intent", c.intent or "", names), "probability": c.probability} for c in several]


def _second(analysis: Analysis, names: CodeLabels) -> str:
    """What the built-in reader takes the intent for, where it disagrees with the model."""
    if analysis.second is None or analysis.second.intent == analysis.intent:
        return ""
    return _shown("intent", analysis.second.intent or "", names)


def _field(name: str, analysis: Analysis, word: Correction | None, names: CodeLabels) -> dict[str, Any]:
    read = {
        "intent": (analysis.intent or "", analysis.intent_probability),
        "message_type": (analysis.message_type, analysis.type_probability),
        "sentiment": (analysis.sentiment.value, analysis.sentiment_probability),
        "language": (analysis.language, None),
    }[name]
    value = word.becomes if word else read[0]
    return {
        "name": name,
        "label": label_of(name) if name != "message_type" else N_("Type"),
        "value": value,
        "shown": _shown(name, value, names),
        "was": _shown(name, word.was, names) if word else "",
        "by": word.by if word else "",
        "probability": None if word else read[1],
    }


def _told(name: str, read: str, words: Mapping[str, Correction]) -> dict[str, Any]:
    """A text field: its current value, and the earlier one if a person corrected it."""
    word = words.get(name)
    return {
        "name": name,
        "label": label_of(name),
        "value": word.becomes if word else read,
        "was": word.was if word else "",
        "by": word.by if word else "",
        "most": LENGTHS.get(name, MOST_OF_ENTITY),
    }


def _shown(name: str, value: str, names: CodeLabels) -> str:
    which = CORRECTABLE.get(name)
    if name == "intent" and not value:
        return N_("None of the list fits")
    if which is not None:
        return names.of_code(which, value)
    return LANGUAGES.get(value, value) if name == "language" else value


def _verdict(decision: Decision, thread: Thread) -> dict[str, Any]:
    numbers = {message.id: message.sequence for message in thread.messages}
    return {
        "message_id": decision.message_id,
        "sequence": numbers.get(decision.message_id, 0),
        "rule": decision.rule,
        "route": decision.route,
        "rule_set": decision.rule_set,
        "version": decision.rule_set_version,
        "at": decision.created_at,
        "actions": [label_of(action.kind) for action in decision.actions],
    }


def _effects(thread: Thread, names: CodeLabels) -> list[dict[str, Any]]:
    latest = thread.messages[-1].id if thread.messages else ""
    return [
        _effect(each, names)
        | {"number": number, "is_latest": each.message_id == latest, "awaits": _awaits(each, thread)}
        | {"due_at": _due_at(each, thread)}
        for number, each in enumerate(thread.effects, 1)
    ]


def _awaits(effect: Effect, thread: Thread) -> list[str]:
    """What an open step still waits for."""
    if effect.state is not EffectState.PENDING:
        return []
    left = (each for each in thread.effects if each.key in effect.waits_for)
    return [name_of(step_of(each)) for each in left if each.state not in SETTLED or is_failed(each)]


def _due_at(effect: Effect, thread: Thread) -> datetime | None:
    """When an open step is tried again, its pause ends, or its question is no longer asked."""
    own = thread.work.get(effect.key)
    is_open = effect.state not in SETTLED and own is not None and own.state is WorkState.OPEN
    return own.due_at if own and is_open else None


def _effect(effect: Effect, names: CodeLabels) -> dict[str, Any]:
    return {
        "message_id": effect.message_id,
        "key": effect.key,
        "label": label_of(effect.action.kind),
        "state": effect.state.value,
        # Actions on our own interaction have the set value as receipt, which the parameter already shows.
        "reference": "" if set(effect.action.parameters) & set(LISTS) else effect.reference,
        "parameters": [
            (label_of(name), names.of_code(LISTS[name], str(value)) if name in LISTS else _in_words(value)[:300])
            for name, value in effect.action.parameters.items()
        ],
        "url": _link(effect),
        "detail": [(label_of(name), _in_words(value)[:300]) for name, value in effect.detail.items() if name != "url"],
        "attempts": effect.attempts,
        "error": effect.error,
        "at": effect.done_at,
        "failed": effect.state is EffectState.FAILED,
        "waits": effect.state is EffectState.WAITING,
        "is_open": effect.state in (EffectState.FAILED, EffectState.WAITING),
        "proposal": effect.state is EffectState.WAITING and is_proposal(effect),
    }


def _in_words(value: Any) -> str:
    """A value of a receipt in one line; passages of articles as `returns 3 [0:120]`."""
    if isinstance(value, Mapping) and "article" in value:
        return f"{value['article']} {value['version']} [{value['start']}:{value['end']}]"
    return ", ".join(map(_in_words, value)) if isinstance(value, list | tuple) else str(value)


def _link(effect: Effect) -> str:
    """The web address in the other system, if it gave one."""
    told = str(effect.detail.get("url") or "")
    return told if told.startswith(("https://", "http://")) else ""


def _work(work: Work) -> dict[str, Any]:
    return {"id": work.id, "step": work.step, "error": work.last_error, "attempts": work.attempts}
