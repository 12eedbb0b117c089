"""How far an interaction's latest message has come: six steps for the team, what happens next for its customer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from frontdesk.model import Decision, Effect, EffectState, InboundMessage, Status, Work, WorkState
from frontdesk.model.thread import Thread
from frontdesk.model.translatable import tr
from frontdesk.ui.languages import N_

REPLY, ANSWER = "reply", "answer"
OVER = (EffectState.DONE, EffectState.DROPPED)
SOMEBODY_LOOKS = N_("Somebody of our team looks at it. You need not do anything.")
GO_ON = N_("If something is left, write it below: you are still in the same conversation.")


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `state` is done, active, waiting or failed, `detail` a line about it."""

    key: str
    label: str
    state: str
    at: datetime | None
    detail: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Progress:
    """What is known of a step: when it was done, whether it failed, and what to say."""

    key: str
    label: str
    at: datetime | None = None
    detail: str | tuple[str, ...] = ""
    failed: bool = False
    error: str = ""


def next_of(thread: Thread) -> tuple[Step, ...]:
    """What a customer is told, in plain words: that we have it, what was set up, and what happens next."""
    message, interaction = thread.messages[-1], thread.interaction
    work = thread.work.get(message.id)
    opened = _opened(thread.effects)
    steps = [Step("accepted", N_("We have your message"), "done", message.received_at, "")]
    if opened:
        steps.append(Step("acted", N_("We have set something up"), "done", None, opened))
    if work is not None and work.state is WorkState.OPEN:
        steps.append(Step("next", N_("We are reading it"), "active", None, N_("This takes a few seconds.")))
    elif interaction.status in (Status.CLOSED, Status.CONFIRMED):
        steps.append(Step("next", N_("This is settled"), "done", interaction.closed_at, GO_ON))
    elif interaction.waiting_since is None:
        steps.append(Step("next", N_("You have an answer"), "done", None, GO_ON))
    else:
        steps.append(Step("next", N_("A person answers you"), "active", None, SOMEBODY_LOOKS))
    return tuple(steps)


def steps_of(thread: Thread, understood: tuple[str, ...]) -> tuple[Step, ...]:
    """The steps of the latest message, for the team. `understood` says how it reads."""
    message = thread.messages[-1]
    work = thread.work.get(message.id)
    steps: list[Step] = []
    stuck = work is not None and work.state is not WorkState.OPEN and work.state is not WorkState.DONE
    under_way = work is not None and work.state is WorkState.OPEN
    for progress in _progress(thread, message, understood):
        if progress.failed:
            steps.append(Step(progress.key, progress.label, "failed", progress.at, progress.error))
        elif progress.at is not None:
            steps.append(Step(progress.key, progress.label, "done", progress.at, progress.detail))
        elif stuck:
            stuck = False
            steps.append(Step(progress.key, progress.label, "failed", None, work.last_error if work else ""))
        else:
            state = "active" if under_way else "waiting"
            steps.append(Step(progress.key, progress.label, state, None, _delay(work) if under_way else ""))
            under_way = False
    return tuple(steps)


def _delay(work: Work | None) -> str:
    return tr("Will be tried again: {error}", error=work.last_error) if work and work.last_error else ""


def _progress(thread: Thread, message: InboundMessage, understood: tuple[str, ...]) -> Iterable[_Progress]:
    at = {line.kind: line.at for line in thread.audit_events if line.message_id == message.id}
    analysis = next((a for a in thread.analyses if a.id == message.analysis_id), None)
    decision = next((d for d in thread.decisions if d.message_id == message.id), None)
    effects = [e for e in thread.effects if e.message_id == message.id]
    route = tr("Route: {route}", route=decision.route) if decision else ""
    stored = tr("Stored safely, reference {reference}", reference=thread.interaction.reference)
    yield _Progress("accepted", N_("Accepted"), message.received_at, stored)
    yield _Progress("analysed", N_("Analysed"), analysis.created_at if analysis else None, understood)
    yield _Progress("recorded", N_("Recorded"), at.get("recorded"), N_("Title and summary brought up to date"))
    yield _Progress("decided", N_("Decided"), decision.created_at if decision else None, route)
    yield _acted(decision, [e for e in effects if e.action.kind not in (REPLY, ANSWER)])
    replies = [e for e in effects if e.action.kind in (REPLY, ANSWER) and e.detail.get("sent", True)]
    yield _replied(replies, at)


def _acted(decision: Decision | None, effects: list[Effect]) -> _Progress:
    done = _opened(effects)
    failed = [e for e in effects if e.state is EffectState.FAILED]
    if failed:
        return _Progress("acted", N_("Acted"), failed[0].done_at, done, failed=True, error=failed[0].error)
    if decision is None or any(e.state not in OVER for e in effects):
        return _Progress("acted", N_("Acted"))
    at = max((e.done_at for e in effects if e.done_at), default=decision.created_at)
    return _Progress("acted", N_("Acted"), at, done)


def _opened(effects: Iterable[Effect]) -> str:
    calls = ", ".join(e.reference for e in effects if e.action.kind == "create_service_call" and e.reference)
    return tr("Service call {calls} opened", calls=calls) if calls else ""


def _replied(replies: list[Effect], at: Mapping[str, datetime]) -> _Progress:
    failed = [e for e in replies if e.state is EffectState.FAILED]
    if failed:
        return _Progress("replied", N_("Replied"), failed[0].done_at, failed=True, error=failed[0].error)
    if replies and all(e.state in OVER for e in replies):
        return _Progress("replied", N_("Replied"), max((e.done_at for e in replies if e.done_at), default=None))
    if not replies and "handled" in at:
        return _Progress("replied", N_("Replied"), at["handled"], N_("No reply was needed"))
    return _Progress("replied", N_("Replied"))
