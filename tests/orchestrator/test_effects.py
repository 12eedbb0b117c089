"""Whose turn an effect is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.model import Action, Effect, EffectState
from frontdesk.orchestrator.effects import Turn, place_of

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENCE = timedelta(seconds=60)


def effect(key: str, kind: str, state: EffectState, *waits_for: str) -> Effect:
    return Effect(key, "m", 1, "d", 0, Action(kind), state, 0, AT, waits_for=waits_for)


def turn(reply: Effect, *others: Effect, after: float = 1) -> tuple[Turn, datetime | None]:
    place = place_of(reply, (*others, reply), AT + timedelta(seconds=after), PATIENCE)
    return place.turn, place.until


REPLY = effect("r", "reply", EffectState.PENDING, "c")


def call(state: EffectState) -> Effect:
    return effect("c", "create_service_call", state)


@pytest.mark.parametrize("state", [EffectState.DONE, EffectState.FAILED, EffectState.DROPPED])
def test_it_is_a_replys_turn_when_the_call_it_states_is_settled_either_way(state: EffectState) -> None:
    assert turn(REPLY, call(state)) == (Turn.NOW, None)


def test_a_reply_waits_for_its_call_but_not_for_ever() -> None:
    assert turn(REPLY, call(EffectState.PENDING)) == (Turn.LATER, AT + PATIENCE)
    assert turn(REPLY, call(EffectState.PENDING), after=60)[0] is Turn.NOW


def test_a_persons_word_is_waited_for_as_long_as_it_takes() -> None:
    asked = effect("c", "ask_person", EffectState.WAITING)
    assert turn(REPLY, asked, after=1e6) == (Turn.LATER, None)


def test_what_a_person_refused_is_never_done() -> None:
    asked = effect("c", "ask_person", EffectState.DROPPED)
    assert turn(REPLY, asked) == (Turn.NEVER, None)


def test_patience_begins_when_a_person_has_approved() -> None:
    asked = replace(effect("q", "ask_person", EffectState.DONE), done_at=AT + timedelta(hours=5))
    reply = replace(REPLY, waits_for=("q", "c"))
    place = place_of(reply, (asked, call(EffectState.PENDING), reply), AT + timedelta(hours=5, seconds=1), PATIENCE)
    assert place.until == AT + timedelta(hours=5) + PATIENCE


def test_after_an_approval_each_follows_the_one_before_it_once_that_was_tried() -> None:
    asked = effect("q", "ask_person", EffectState.DONE)
    first = replace(effect("w", "notify_webhook", EffectState.PENDING, "q"), position=1)
    second = replace(effect("s", "create_service_call", EffectState.PENDING, "q"), position=2)
    assert turn(second, asked, first) == (Turn.LATER, None)
    for tried in (replace(first, attempts=1), replace(first, error="held"), replace(first, state=EffectState.DONE)):
        assert turn(second, asked, tried) == (Turn.NOW, None)


def test_nobody_follows_a_reply_that_waits_for_its_receipt() -> None:
    stating = replace(REPLY, position=1)
    last = replace(effect("w", "notify_webhook", EffectState.PENDING), position=2)
    assert turn(last, call(EffectState.FAILED), stating) == (Turn.NOW, None)
