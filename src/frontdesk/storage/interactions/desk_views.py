"""The views of what is to be done: what belongs into each, and how many there are."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, literal_column, or_, select

from frontdesk.interfaces.access import CALLER
from frontdesk.model import InteractionFilter, WaitingOn
from frontdesk.model.console import MOST_IN_VIEW
from frontdesk.model.queries import SURE, Confidence, DeskView
from frontdesk.storage.interactions.reach import within_reach
from frontdesk.storage.schema.interactions import deadline, interaction, personal_state
from frontdesk.storage.schema.pipeline import effect
from frontdesk.ticketing.status import ENDED
from frontdesk.timing.entries import TARGETS

_ONE = interaction.c
# Written out as the indexes of some rows alone have it, which serve only who asks in their words.
OPEN = _ONE.status.not_in([literal_column(f"'{each}'") for each in ("SP", "CO", "CL")])
_LOW, _HIGH = SURE[Confidence.LOW]
_PROPOSED = select(effect.c.interaction_id).where(effect.c.state == literal_column("'waiting'"), effect.c.proposal)
# No index of its own tempts a planner.
_SURE = _ONE.confidence + 0
assert {"SP", "CO", "CL"} == ENDED


def targets(interaction_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """The targets of an interaction's service level that run and are not met."""
    its = deadline.c.interaction_id == interaction_id
    return [its, deadline.c.due_at.is_not(None), deadline.c.name.in_(TARGETS)]


def is_due(interaction_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether one of them is near or missed."""
    pressing = deadline.c.near_at.is_not(None) | deadline.c.missed_at.is_not(None)
    return select(deadline.c.name).where(*targets(interaction_id), pressing).exists()


def belongs(view: DeskView, at: datetime) -> list[ColumnElement[bool]]:
    """What an interaction in this view of the caller of now fulfils."""
    if view is DeskView.PROPOSALS:
        return [_ONE.id.in_(_PROPOSED)]
    if view is DeskView.SNOOZED:
        return [OPEN, _ONE.snoozed_until > at]
    caller, awake = CALLER.get(), or_(_ONE.snoozed_until.is_(None), _ONE.snoozed_until <= at)
    teams = caller.grant.teams - {""}
    named = personal_state.c.person == caller.id, personal_state.c.mentioned_at.is_not(None)
    return [
        OPEN,
        awake,
        {
            DeskView.MINE: _ONE.assignee == (caller.name or caller.id),
            DeskView.UNASSIGNED: _ONE.assignee == "",
            DeskView.TEAMS: _ONE.team.in_(sorted(teams)) if teams else _ONE.team != "",
            DeskView.WAITING: _ONE.waiting_on == WaitingOn.US.value,
            DeskView.DUE: is_due(_ONE.id),
            DeskView.MENTIONED: _ONE.id.in_(select(personal_state.c.interaction_id).where(*named)),
            DeskView.UNSURE: (_SURE >= _LOW) & (_SURE < _HIGH),
        }[view],
    ]


def counting(at: datetime) -> Select[Any]:
    """Counts all views of the caller of now: one row, as ViewCounts has it."""
    wanted = {each.value: belongs(each, at) for each in DeskView}
    turn = [*wanted[DeskView.MINE], _ONE.waiting_on == WaitingOn.US.value]
    counted = (_counted(conditions).label(name) for name, conditions in {**wanted, "turn": turn}.items())
    return select(*counted)


def _counted(conditions: list[ColumnElement[bool]]) -> Any:
    reached = within_reach(InteractionFilter())
    for column, values in ((_ONE.team, reached.team), (_ONE.channel, reached.channel)):
        conditions = [*conditions, column.in_(values)] if values else conditions
    found: Subquery = select(_ONE.id).where(*conditions).limit(MOST_IN_VIEW).subquery()
    return select(func.count()).select_from(found).scalar_subquery()
