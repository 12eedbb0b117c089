"""The status flow of an interaction, in one place."""

from dataclasses import replace

from frontdesk.interfaces import Conflict
from frontdesk.model import Change, Interaction, Status
from frontdesk.model.translatable import tr

S = Status

TRANSITIONS: dict[Status, frozenset[Status]] = {
    S.NEW: frozenset({S.IN_PROCESS, S.AUTHOR_ACTION, S.SOLUTION_PROVIDED, S.CLOSED}),
    S.IN_PROCESS: frozenset({S.AUTHOR_ACTION, S.SOLUTION_PROVIDED, S.CLOSED}),
    S.AUTHOR_ACTION: frozenset({S.IN_PROCESS, S.SOLUTION_PROVIDED, S.CLOSED}),
    S.SOLUTION_PROVIDED: frozenset({S.CONFIRMED, S.CLOSED, S.IN_PROCESS, S.RE_OPENED}),
    S.RE_OPENED: frozenset({S.IN_PROCESS, S.AUTHOR_ACTION, S.SOLUTION_PROVIDED, S.CLOSED}),
    S.CONFIRMED: frozenset({S.RE_OPENED}),
    S.CLOSED: frozenset({S.RE_OPENED}),
}

ENDED = frozenset({S.SOLUTION_PROVIDED, S.CONFIRMED, S.CLOSED})


def move(now: Status, to: Status) -> Status:
    """`to`, if an interaction may go there from `now` (staying is fine). Raises Conflict that names what may follow."""
    if to is not now and to not in TRANSITIONS[now]:
        allowed = ", ".join(f"{each.value} ({label(each)})" for each in Status if each in TRANSITIONS[now])
        raise Conflict(
            tr(
                "status {code} ({name}) cannot become {next_code} ({next_name}): use {allowed}",
                code=now.value,
                name=label(now),
                next_code=to.value,
                next_name=label(to),
                allowed=allowed,
            )
        )
    return to


def may_move(now: Status, to: Status) -> bool:
    """Whether `move` would allow it."""
    return to is now or to in TRANSITIONS[now]


def way(now: Status, to: Status) -> tuple[Status, ...]:
    """The statuses on the way to a status, for callers that want to go there in one step. Raises Conflict.

    An ended interaction is opened again first; a confirmed one had its solution provided. No other status is added.
    """
    for between in ((), (S.RE_OPENED,), (S.SOLUTION_PROVIDED,) if to is S.CONFIRMED else ()):
        steps = (*between, to)
        if all(may_move(here, there) for here, there in zip((now, *steps), steps, strict=False)):
            return steps
    if to is S.CONFIRMED and now is S.CLOSED:
        return (S.RE_OPENED, S.SOLUTION_PROVIDED, to)
    return (move(now, to),)


def after_message(now: Status) -> Status:
    """Where a new customer message takes an interaction: an ended one is opened again, others stay."""
    return S.RE_OPENED if now in ENDED else now


def after_decision(now: Status, wanted: Status | None) -> Status:
    """The status after a decision: the one that the rules want if it is allowed, else In-Process."""
    if wanted is not None and may_move(now, wanted):
        return wanted
    return S.IN_PROCESS if may_move(now, S.IN_PROCESS) else now


def allowed_change(interaction: Interaction, wanted: Change) -> Change:
    """The wanted change; its status is left out where the flow does not allow it."""
    if wanted.status is None or may_move(interaction.status, wanted.status):
        return wanted
    return replace(wanted, status=None)


def label(status: Status) -> str:
    """The status in words, for errors and logs; pages take the name from the code list."""
    return status.name.replace("_", " ").capitalize()
