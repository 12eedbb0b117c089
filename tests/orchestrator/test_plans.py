"""Plans: the order holds, nothing is done twice, nothing comes after a refusal; what cannot work is never saved."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.interfaces import Invalid, Verdict
from frontdesk.model import Action, Effect, EffectState, Receipt
from frontdesk.orchestrator.actions import check_action
from frontdesk.orchestrator.effects import SETTLED, Turn, done, dropped, expires_at, failed, place_of, step_of
from frontdesk.orchestrator.planning import Topic, plan
from frontdesk.orchestrator.plans import awaited, check_plan, in_order, is_planned, name_of, named
from frontdesk.orchestrator.templates import known_templates

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Step = dict[str, Any]


def checked(*actions: Any) -> list[Step]:
    every = [check_action(each) for each in actions]
    check_plan(every)
    return every


CALL, WEBHOOK = {"kind": "create_service_call"}, {"kind": "notify_webhook", "target": "crm"}
ASK, ORDER = {"kind": "ask_person"}, {"kind": "order_status"}


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ([CALL, WEBHOOK | {"after": "nowhere"}], "there is no step 'nowhere': use one of service_call"),
        ([CALL | {"after": "b"}, WEBHOOK | {"step": "b", "after": "service_call"}], "in a circle"),
        ([CALL, WEBHOOK | {"if": "service_call.exploded.now"}], "service_call.exploded.now is no result"),
        ([ASK, CALL | {"if": "approval.broken"}], "approval.broken is no result: use approval.done"),
        ([ASK, CALL | {"if": "approval.expired"}], "step 'service_call' is never reached"),
        ([CALL, WEBHOOK | {"if": "service_call.done and service_call.failed"}], "never reached"),
        ([CALL, WEBHOOK | {"else": "service_call"}], "never reached"),
        ([CALL, WEBHOOK | {"if": "service_call."}], "the condition 'service_call.'"),
        ([CALL | {"step": "a"}, WEBHOOK | {"step": "a"}], "two steps are called 'a'"),
        ([CALL | {"step": "A b"}], "a step is called by small letters"),
        ([CALL | {"after": 5}], "there is no step '5'"),
        ([{"kind": "wait"}], "action wait needs hours or minutes or event"),
        ([{"kind": "wait", "hours": -1}], "hours is -1: give a number"),
        ([{"kind": "wait", "event": "rain"}], "event is 'rain': use customer_reply"),
        ([ASK | {"role": "king"}], "role is 'king': use supervisor, admin"),
        ([ASK | {"second_above": "many"}], "second_above is 'many'"),
        ([WEBHOOK] * 41, "at most 40 steps"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_when_it_is_saved(actions: list[Step], words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(*actions)
    assert words in str(refusal.value)


def test_a_plan_is_sorted_by_what_its_steps_wait_for() -> None:
    plan = checked(WEBHOOK | {"after": ["approval", "order"]}, ORDER, ASK | {"if": "order.blocked"})
    assert [name_of(each) for each in in_order(plan)] == ["order", "approval", "notify_webhook"]


def test_a_flat_list_keeps_its_order_and_waits_for_every_question_before() -> None:
    plan = checked(WEBHOOK, ASK, CALL, {"kind": "wait", "hours": 1}, WEBHOOK)
    assert in_order(plan) == plan
    assert [awaited(plan, at) for at in range(5)] == [[], [], [1], [1], [1, 3]]


def effects_of(steps: Sequence[Mapping[str, Any]]) -> list[Effect]:
    """As the pipeline makes them."""
    made = []
    for at, step in enumerate(in_order(steps)):
        action = Action(step["kind"], {name: value for name, value in step.items() if name != "kind"})
        waits = tuple(f"k{place}" for place in awaited(in_order(steps), at))
        made.append(Effect(f"k{at}", "m", 1, "d", at, action, EffectState.PENDING, 0, AT, waits_for=waits))
    return made


def result(effects: list[Effect], at: int, **changes: Any) -> list[Effect]:
    return [replace(each, **changes) if place == at else each for place, each in enumerate(effects)]


def turns(effects: list[Effect]) -> list[str]:
    return [place_of(each, effects, AT, timedelta(0)).turn.value for each in effects if each.state not in SETTLED]


@pytest.mark.parametrize(
    ("state", "detail", "expected"),
    [
        (EffectState.PENDING, {}, ["now", "later", "later", "later"]),
        (EffectState.DONE, {}, ["now", "skipped", "later"]),
        (EffectState.FAILED, {}, ["later", "now", "later"]),
        (EffectState.DROPPED, {"result": "given_up"}, ["skipped", "skipped", "later"]),
        (EffectState.DROPPED, {"result": "passed_over"}, ["now", "skipped", "later"]),
    ],
)
def test_what_follows_depends_on_how_a_step_ended(state: EffectState, detail: Step, expected: list[str]) -> None:
    plan = checked(
        CALL,
        WEBHOOK | {"after": "service_call", "step": "good"},
        WEBHOOK | {"if": "service_call.failed", "step": "bad"},
        WEBHOOK | {"else": "bad", "step": "fine"},
    )
    assert turns(result(effects_of(plan), 0, state=state, detail=detail)) == expected


def test_a_condition_reads_what_a_receipt_says() -> None:
    plan = checked(ORDER, ASK | {"if": "order.blocked"}, WEBHOOK | {"else": "approval"})
    effects = effects_of(plan)
    assert turns(result(effects, 0, state=EffectState.DONE, detail={"blocked": True})) == ["now", "later"]
    free = result(effects, 0, state=EffectState.DONE, detail={"blocked": False})
    assert turns(free) == ["skipped", "later"]
    assert turns(result(free, 1, state=EffectState.DROPPED, detail={"result": "skipped"})) == ["now"]


def test_what_a_receipt_does_not_say_is_not_so() -> None:
    plan = checked(ORDER, ASK | {"if": "order.blocked or order.failed"}, WEBHOOK | {"if": "not order.blocked"})
    assert turns(result(effects_of(plan), 0, state=EffectState.FAILED)) == ["now", "now"]


def behind(steps: Sequence[Mapping[str, Any]], at: int) -> set[int]:
    """All places that this one waits for, also through others."""
    direct = awaited(steps, at)
    return set(direct).union(*(behind(steps, place) for place in direct))


def test_no_plan_acts_on_a_guess() -> None:
    """Whatever is of high risk waits for the proposal, or for a question of its own."""
    chance, plans = random.Random(5), 0
    while plans < 500:
        try:
            steps = checked(*random_plan(chance))
        except Invalid:
            continue
        plans += 1
        verdict = Verdict("r", 1, "row", "Person", tuple(steps), reads=("intent",))
        facts = {"intent": "TI", "intent_probability": 0.5, "least": {"high": 0.7}}
        decided = plan([Topic(verdict, facts)], known_templates()).actions
        assert len(decided) in (len(steps), len(steps) + 1)
        for at, step in enumerate(decided):
            if step["kind"] not in ("ask_person", "wait"):
                assert any(decided[place]["kind"] == "ask_person" for place in behind(decided, at))


class World:
    """Carries out one plan: attempts fail, processes die before they have noted what they did, persons decide."""

    def __init__(self, steps: Sequence[Step], chance: random.Random) -> None:
        self.effects, self.chance, self.now = effects_of(steps), chance, AT
        self.receipts: set[str] = set()  # what the other systems know by the key
        self.carried: dict[str, int] = {}
        self.tried: list[int] = []

    def run(self) -> None:
        for _ in range(60 * len(self.effects)):
            left = [each for each in self.effects if each.state not in SETTLED]
            if not left:
                return
            self.step(self.chance.choice(left))
            self.now += timedelta(minutes=self.chance.choice((0, 1, 30)))
            if self.chance.random() < 0.3:
                self.decide_failed()

    def step(self, each: Effect) -> None:
        if each.state is EffectState.WAITING:
            self.person(each)
            return
        place = place_of(each, self.effects, self.now, timedelta(minutes=5))
        if place.turn in (Turn.NEVER, Turn.SKIPPED):
            self.keep(dropped(each, "skipped", self.now))
        elif place.turn is Turn.NOW:
            self.carry_out(each)

    def carry_out(self, each: Effect) -> None:
        if each.action.kind == "ask_person":
            self.keep(replace(each, state=EffectState.WAITING))
            return
        if each.position not in self.tried:
            self.tried.append(each.position)
        luck = self.chance.random()
        if each.key not in self.receipts:
            if luck < 0.2:
                self.keep(replace(each, attempts=each.attempts + 1, error="503"))
                return
            if luck < 0.35:
                self.keep(failed(each, "400", 1, self.now))
                return
            self.receipts.add(each.key)
            self.carried[each.key] = self.carried.get(each.key, 0) + 1
            if luck < 0.5:
                return  # killed before it was noted
        self.keep(done(each, Receipt("r", {"blocked": luck > 0.7}), 1, self.now))

    def person(self, each: Effect) -> None:
        end = expires_at(each, each.created_at)
        if end and self.now >= end:
            self.keep(dropped(each, "expired", self.now))
        elif self.chance.random() < 0.5:
            self.keep(done(each, Receipt("Kim"), 0, self.now))
        else:
            self.keep(replace(each, state=EffectState.DROPPED, error="refused", done_at=self.now))

    def decide_failed(self) -> None:
        stuck = [each for each in self.effects if each.state is EffectState.FAILED]
        for each in stuck[:1]:
            again = replace(each, state=EffectState.PENDING, error="", done_at=None)
            given_up = replace(each, state=EffectState.DROPPED, detail={"result": "given_up"})
            self.keep(self.chance.choice((again, given_up, replace(given_up, detail={"result": "passed_over"}))))

    def keep(self, each: Effect) -> None:
        self.effects[each.position] = each


def random_plan(chance: random.Random) -> list[Step]:
    """Up to seven steps, flat, planned or both."""
    steps: list[Step] = []
    for number in range(chance.randint(2, 7)):
        kind = chance.choice(("notify_webhook", "create_service_call", "order_status", "ask_person", "wait"))
        step: Step = {"kind": kind, "step": f"s{number}"}
        step |= {"target": "crm"} if kind == "notify_webhook" else {"minutes": 20} if kind == "wait" else {}
        step |= {"hours": 1} if kind == "ask_person" and chance.random() < 0.5 else {}
        if steps and chance.random() < 0.5:
            before = chance.choice(steps)["step"]
            word = chance.choice(("after", "if", "else"))
            states = ("done", "failed", "skipped", "refused", "given_up", "blocked", "done or {0}.failed")
            step[word] = f"{before}.{chance.choice(states)}".format(before) if word == "if" else before
        steps.append(step)
    return steps


@pytest.mark.parametrize("seed", range(10))
def test_of_a_thousand_random_plans_each_keeps_its_order_under_faults_and_kills(seed: int) -> None:
    chance, plans = random.Random(seed), 0
    while plans < 1_000:
        try:
            steps = checked(*random_plan(chance))
        except Invalid:  # no such plan is ever saved
            continue
        plans += 1
        world = World(steps, chance)
        world.run()
        _assert_kept(world)


def _assert_kept(world: World) -> None:
    effects = world.effects
    assert all(count == 1 for count in world.carried.values()), "done twice"
    stuck = {each.key for each in effects if each.state is EffectState.FAILED}
    ended = {each.key for each in effects if each.state in SETTLED}
    waiting = [each for each in effects if each.key not in ended]
    assert all(stuck for _ in waiting), "forgotten"
    steps = [step_of(each) for each in effects]
    for each in effects:
        ran = each.key in world.carried or (each.action.kind == "ask_person" and each.state is EffectState.DONE)
        if not ran:
            continue
        mine = {effects[place].key for place in named(steps, each.position).values()}
        for other in (one for one in effects if one.key in each.waits_for):
            assert other.state in SETTLED, "before its turn"
            skipped = other.detail.get("result") == "skipped"
            refused = other.action.kind == "ask_person" and other.state is EffectState.DROPPED and not skipped
            assert not refused or (other.key in mine and {"if", "else"} & step_of(each).keys()), "after a refusal"
    flat = [at for at in world.tried if not is_planned(steps[at]) and effects[at].action.kind != "wait"]
    behind = [at for at in flat if effects[at].waits_for]
    assert behind == sorted(behind), "out of order"
