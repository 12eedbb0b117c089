"""Actions: what a rule may ask for, what it makes of the interaction, and that every kind is described."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.model import Action, Change, Decision, EffectState, Status
from frontdesk.orchestrator.actions import KINDS, change_by, change_of, check_action, effects_of
from frontdesk.orchestrator.templates import SAMPLE_VALUES, shipped_templates
from tests.connectors.conftest import case

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "actions.md"
TEMPLATES = shipped_templates()
UPWARDS = ("L", "M", "H", "V")


def decision(*actions: Any) -> Decision:
    checked = [check_action(action, TEMPLATES) for action in actions]
    parsed = tuple(Action(each.pop("kind"), each) for each in checked)
    return Decision("d", "m", "default", 3, "row", "Route", parsed, {}, datetime(2026, 3, 2, tzinfo=UTC))


def change(*actions: Any, **fields: Any) -> Change:
    decided = decision(*actions)
    return change_of(
        decided, effects_of(decided, case().interaction.id, TEMPLATES), case(**fields).interaction, UPWARDS
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("dance", "unknown action"),
        ({"kind": "tag"}, "needs tags"),
        ({"kind": "reply"}, "needs template or text"),
        ({"kind": "reply", "template": "nowhere"}, "no reply template 'nowhere'"),
        ({"kind": "reply", "text": "Hi {{ nobody }}"}, "unknown variable nobody"),
        ({"kind": "reply", "text": "{% if team %}{{ order.colour }}{% endif %}"}, "order has no colour"),
        ({"kind": "reply", "text": "{% if %}"}, "reply"),
        ({"kind": "reply", "text": "{{ entities.shoe_size }}"}, "entities has no shoe_size"),
        ({"kind": "tag", "tags": "x", "colour": "red"}, "does not take colour"),
        ({"kind": "set_status", "status": "XX"}, "unknown status"),
        ({"kind": "tag", "tags": ["a"]}, "give a text"),
        ({"kind": "notify_webhook", "event": "x"}, "needs target or url"),
        (7, "unknown action"),
    ],
)
def test_a_wrong_action_is_refused_with_a_reason(raw: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        check_action(raw, TEMPLATES)


def test_a_reply_waits_for_what_it_states_and_for_nothing_else() -> None:
    effects = effects_of(
        decision(
            "create_service_call",
            {"kind": "notify_webhook", "target": "crm"},
            {"kind": "reply", "template": "service_call_created"},
            {"kind": "reply", "template": "received"},
            {"kind": "reply", "text": "Your call is {{ service_call.code }}."},
        ),
        case().interaction.id,
        TEMPLATES,
    )
    assert [each.waits_for for each in effects] == [(), (), (effects[0].key,), (), (effects[0].key,)]


def test_everything_behind_a_question_waits_also_what_only_writes_the_interaction() -> None:
    decided = decision({"kind": "set_priority", "priority": "V"}, "ask_person", {"kind": "set_status", "status": "CL"})
    first, question, last = effects_of(decided, case().interaction.id, TEMPLATES)
    assert (first.state, question.state, last.state) == (EffectState.DONE, EffectState.WAITING, EffectState.PENDING)
    assert last.waits_for == (question.key,)
    wanted = change_of(decided, (first, question, last), case().interaction, UPWARDS)
    assert (wanted.priority, wanted.status) == ("V", None)
    assert change_by(last.action, case().interaction, UPWARDS).status is Status.CLOSED


@pytest.mark.parametrize(("before", "after"), [("L", "M"), ("H", "V"), ("V", "V"), ("own", "own")])
def test_escalating_raises_the_priority_by_one_step(before: str, after: str) -> None:
    assert change("escalate", priority=before).priority == after


def test_escalating_counts_from_the_priority_that_was_set_before_it_and_names_a_team() -> None:
    wanted = change({"kind": "set_priority", "priority": "L"}, {"kind": "escalate", "team": "CMP"})
    assert (wanted.priority, wanted.team) == ("M", "CMP")


def test_tags_are_added_to_those_that_are_there() -> None:
    assert change({"kind": "tag", "tags": "vip,new"}, tags="old, vip").tags == "old, vip, new"
    assert len(change({"kind": "tag", "tags": "x" * 60}, tags="y" * 60).tags or "") <= 100


def test_every_action_is_described_as_the_code_does() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|.*?\| (.+?) \|$", PAGE.read_text("utf-8"), re.M))
    assert rows == {name: kind.does for name, kind in KINDS.items()}


def test_every_variable_of_a_template_is_described() -> None:
    page = PAGE.read_text("utf-8")
    for name in SAMPLE_VALUES:
        assert f"`{name}" in page, name
