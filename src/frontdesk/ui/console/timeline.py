"""What was said in an interaction and what happened between, oldest first; steps of the machine are folded."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from frontdesk.model import AuditEvent, CodeList, DeliveryState, EffectState
from frontdesk.model.thread import Thread
from frontdesk.ui.console.recipients import IDENTITIES
from frontdesk.ui.languages import N_
from frontdesk.ui.thread_view import LISTS, CodeLabels, label_of

# The lines of the journal that the page shows; what was said, sent and stored stands there as messages.
SHOWN = {
    "analysed": N_("Understood"),
    "decided": N_("Rule"),
    "asked": N_("Proposal"),
    "escalated": N_("Escalate"),
    "acted": "",
    "changed": N_("Changed"),
    "corrected": N_("Corrected"),
    "merged": N_("Merged"),
    "failed": N_("Failed"),
    "timed": N_("Timed rule"),
    "level_near": N_("Nearly due"),
    "level_missed": N_("Missed"),
}
FIELDS = {"assignee": N_("Owner"), "title": N_("Title"), "tags": N_("Tags"), "customer_id": N_("Customer number")}
REPLIES = ("reply", "answer")
# Beside each other at the same moment: what came in, what was made of it, what went out.
ORDER = {"in": 0, "event": 1, "out": 2}
MOST_CHARACTERS = 120


def timeline_of(
    messages: Iterable[Mapping[str, Any]], thread: Thread, recorded: frozenset[str], names: CodeLabels
) -> list[dict[str, Any]]:
    """Messages, with which they are and whether they can be heard, and between them runs of events."""
    inbound = iter(thread.messages)
    said = []
    for message in messages:
        ours = next(inbound) if message["direction"] == "in" else None
        identity = IDENTITIES[ours.sender.identity] if ours else ""
        told = {"id": ours.id if ours else "", "audio": bool(ours and ours.id in recorded), "identity": identity}
        said.append(_withheld(message) if message["state"] == DeliveryState.WITHHELD else dict(message) | told)
    happened = [_event(each, names) for each in thread.audit_events if _is_shown(each)]
    whole = sorted([*said, *happened], key=lambda each: (each["at"], ORDER[each["direction"]]))
    return list(_folded(whole))


def _withheld(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer that did not go out is a step, with its text."""
    label, *what = answer["notes"]
    told = {"direction": "event", "by": "", "label": label, "what": what, "failed": False}
    return told | {"at": answer["at"], "text": answer["text"]}


def _is_shown(event: AuditEvent) -> bool:
    is_reply = event.kind == "acted" and event.detail.get("kind") in REPLIES
    return event.kind in SHOWN and (not is_reply or event.detail.get("state") == EffectState.FAILED)


def _folded(whole: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for (direction, by_hand), run in groupby(whole, key=lambda each: (each["direction"], bool(each.get("by")))):
        if direction != "event" or by_hand:
            yield from run
            continue
        steps = list(run)
        failed = any(each["failed"] for each in steps)
        is_run = len(steps) > 1 or "text" in steps[0]
        yield {"direction": "run", "steps": steps, "failed": failed} if is_run else steps[0]


def _event(event: AuditEvent, names: CodeLabels) -> dict[str, Any]:
    detail = event.detail
    failed = event.kind == "failed" or detail.get("state") == EffectState.FAILED
    label = label_of(str(detail.get("kind", ""))) if event.kind == "acted" else SHOWN[event.kind]
    what = [str(each)[:MOST_CHARACTERS] for each in _what(event, names) if each]
    return {"direction": "event", "at": event.at, "by": event.by, "label": label, "what": what, "failed": failed}


def _what(event: AuditEvent, names: CodeLabels) -> Iterable[object]:
    """What is told of a line beside its label."""
    detail = event.detail
    if event.kind == "analysed":
        return [names.of_code(CodeList.INTENT, detail.get("intent")), detail.get("sentiment")]
    if event.kind == "changed":
        coded = [names.of_code(LISTS[name], value) for name, (_, value) in detail.items() if name in LISTS]
        return [*coded, *(part for name in FIELDS if name in detail for part in (FIELDS[name], detail[name][1] or "–"))]
    if event.kind == "corrected":
        return [label_of(str(detail.get("field", ""))), detail.get("becomes")]
    return [label_of(str(detail.get("target", ""))), *map(detail.get, ("rule", "proposes", "reference", "error"))]
