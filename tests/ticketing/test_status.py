"""The status flow."""

from itertools import pairwise

import pytest

from frontdesk.interfaces import Conflict
from frontdesk.model import Status
from frontdesk.ticketing.status import TRANSITIONS, after_decision, after_message, may_move, move, way

ALL = [(now, to) for now in Status for to in Status]


@pytest.mark.parametrize(("now", "to"), [(n, t) for n, t in ALL if t in TRANSITIONS[n] or t is n])
def test_a_listed_transition_is_taken(now: Status, to: Status) -> None:
    assert move(now, to) is to


@pytest.mark.parametrize(("now", "to"), [(n, t) for n, t in ALL if t not in TRANSITIONS[n] and t is not n])
def test_any_other_transition_is_refused_with_what_may_follow(now: Status, to: Status) -> None:
    with pytest.raises(Conflict, match="use ") as refusal:
        move(now, to)
    assert all(each.value in str(refusal.value) for each in TRANSITIONS[now])


@pytest.mark.parametrize(("now", "to"), ALL)
def test_a_way_takes_only_steps_of_the_flow(now: Status, to: Status) -> None:
    try:
        steps = (now, *way(now, to))
    except Conflict:
        assert to in (Status.NEW, Status.RE_OPENED)
    else:
        assert steps[-1] is to
        assert all(may_move(here, there) for here, there in pairwise(steps))


def test_every_status_can_be_reached_and_left() -> None:
    reached = {to for targets in TRANSITIONS.values() for to in targets}
    assert reached == set(Status) - {Status.NEW}
    assert all(TRANSITIONS[status] for status in Status)


@pytest.mark.parametrize("ended", [Status.SOLUTION_PROVIDED, Status.CONFIRMED, Status.CLOSED])
def test_a_new_message_opens_what_had_ended(ended: Status) -> None:
    assert after_message(ended) is Status.RE_OPENED


@pytest.mark.parametrize("now", Status)
@pytest.mark.parametrize("wanted", [None, *Status])
def test_a_decision_never_breaks_the_flow(now: Status, wanted: Status | None) -> None:
    assert may_move(now, after_decision(now, wanted))
