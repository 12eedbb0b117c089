"""Plans: actions as steps that depend on the results of others. Sorted when decided, checked when rules are saved.

A step may have a name (`step`), steps that it comes `after`, a condition `if` on their results, or `else` with the name
of a step in whose place it is done. A step without these follows the one before it, and waits for every question and
pause before it.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import zen

from frontdesk.interfaces import Invalid
from frontdesk.model import Effect, EffectState
from frontdesk.model.translatable import text_of, tr
from frontdesk.orchestrator.expressions import ask_engine, check_bounds, check_repeatable, names_read

WORDS = ("step", "after", "if", "else")
ASK_PERSON, WAIT = "ask_person", "wait"
HOLDING = (ASK_PERSON, WAIT)
# What a pause can wait for: the customer writes again.
EVENTS = ("customer_reply",)
# What a step ends with; one that was passed over counts as done for those after it.
RESULTS = ("done", "failed", "refused", "expired", "skipped", "given_up", "passed_over")
ENOUGH = frozenset({"done", "passed_over"})
# What steps are called that have no name of their own; others by their kind.
CALLED = {"create_service_call": "service_call", "update_case": "case", "order_status": "order", ASK_PERSON: "approval"}
# Where results are kept that the state alone does not tell.
RESULT = "result"
MOST_STEPS, MOST_CASES = 40, 20_000

Step = Mapping[str, Any]


def name_of(action: Step) -> str:
    """What other steps call it; a question that was asked for want of certainty is called proposal."""
    if "proposes" in action:
        return "proposal"
    return str(action.get("step") or CALLED.get(action["kind"], action["kind"]))


def names_of(step: Step) -> list[str]:
    """The steps that it names."""
    read = [path[0] for path in names_read(str(step.get("if") or ""))]
    return list(dict.fromkeys([*listed(step.get("after")), *listed(step.get("else")), *read]))


def is_planned(action: Step) -> bool:
    """Whether it says itself what it comes after."""
    return any(word in action for word in WORDS[1:])


def named(steps: Sequence[Step], at: int) -> dict[str, int]:
    """The places of the steps that this one names."""
    found = {name: _place(steps, at, name) for name in names_of(steps[at])}
    return {name: place for name, place in found.items() if place is not None}


def awaited(steps: Sequence[Step], at: int) -> list[int]:
    """The places of the steps that this one names or waits for without naming them."""
    step = steps[at]
    holding = (WAIT,) if step["kind"] == ASK_PERSON else HOLDING
    held = [
        place
        for place, before in enumerate(steps[:at])
        if "proposes" in before or (not is_planned(step) and before["kind"] in holding)
    ]
    return list(dict.fromkeys([*named(steps, at).values(), *held]))


def is_approved(steps: Sequence[Step], at: int) -> bool:
    """Whether it is only done after a person has approved."""
    step = steps[at]
    if not is_planned(step):
        return any(each["kind"] == ASK_PERSON and not is_planned(each) for each in steps[:at])
    if {"if", "else"} & step.keys():
        return False
    after = [place for name in listed(step["after"]) if (place := _place(steps, at, name)) is not None and place < at]
    return any(steps[place]["kind"] == ASK_PERSON or is_approved(steps, place) for place in after)


def in_order(actions: Sequence[Step]) -> list[Step]:
    """Each after those that it waits for, else as they stand. Raises Invalid for a circle."""
    left, ordered = list(range(len(actions))), []
    while left:
        free = next((at for at in left if not set(awaited(actions, at)) & set(left)), None)
        if free is None:
            names = ", ".join(name_of(actions[at]) for at in left)
            raise Invalid(tr("the steps {names} wait for each other in a circle", names=names), "actions")
        left.remove(free)
        ordered.append(actions[free])
    return ordered


def holds(step: Step, results: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a step is done, given the results of those that it names: each has its RESULTS as true or false."""
    if "else" in step:
        return all(bool(found["skipped"]) for name, found in results.items() if name == step["else"])
    if "if" not in step:
        return all(any(found[word] for word in ENOUGH) for found in results.values())
    told = {name: dict(found) for name, found in results.items()}
    for name, fact in (path[:2] for path in names_read(str(step["if"])) if len(path) > 1):
        told.get(name, {}).setdefault(fact, False)  # what a receipt does not say is not so
    try:
        return ask_engine(zen.evaluate_expression, str(step["if"]), told) is True
    except ValueError:  # it compares unlike things
        return False


def result_of(effect: Effect) -> dict[str, Any]:
    """The results of a step that is settled, with the facts of its receipt."""
    word = {EffectState.DONE: "done", EffectState.FAILED: "failed"}.get(effect.state, "given_up")
    if effect.state is EffectState.DROPPED and effect.action.kind == ASK_PERSON:
        word = "refused"
    word = str(effect.detail.get(RESULT) or word)
    facts = {name: value for name, value in effect.detail.items() if name != RESULT}
    return {**facts, "reference": effect.reference, **{each: each == word for each in RESULTS}}


def check_plan(actions: Sequence[Step]) -> None:
    """Unknown and doubled names, circles, results that there are not, steps that are never reached. Raises Invalid."""
    if len(actions) > MOST_STEPS:
        raise Invalid(tr("a plan has at most {most} steps", most=MOST_STEPS), "actions")
    given = [str(step["step"]) for step in actions if "step" in step]
    if double := next((name for name in given if given.count(name) > 1), None):
        raise Invalid(tr("two steps are called {name!r}", name=double), "actions")
    for at, step in enumerate(actions):
        _checknames_of(actions, at, step)
    in_order(actions)
    for at, step in enumerate(actions):
        if is_planned(step) and not _is_reachable(actions, step, at):
            text = tr("step {name!r} is never reached: its condition cannot hold", name=name_of(step))
            raise Invalid(text, "actions")


def listed(value: Any) -> list[str]:
    """The names of `after`, which may be one."""
    return list(map(str, value)) if isinstance(value, list | tuple) else [str(value)] if value else []


def _place(steps: Sequence[Step], at: int, name: str) -> int | None:
    """The nearest step of that name before this one, else the first after it: one decision may hold several plans."""
    found = [place for place, step in enumerate(steps) if place != at and name_of(step) == name]
    before = [place for place in found if place < at]
    return before[-1] if before else found[0] if found else None


def _checknames_of(actions: Sequence[Step], at: int, step: Step) -> None:
    known = ", ".join(dict.fromkeys(name_of(each) for place, each in enumerate(actions) if place != at))
    condition = str(step.get("if") or "")
    try:
        check_bounds(condition)
        check_repeatable(condition)
        if condition:
            ask_engine(zen.compile_expression, condition)
    except ValueError as error:
        raise Invalid(
            tr("the condition {condition!r}: {error}", condition=condition, error=text_of(error)), "actions"
        ) from None
    for name in names_of(step):
        if _place(actions, at, name) is None:
            raise Invalid(tr("there is no step {name!r}: use one of {known}", name=name, known=known or "–"), "actions")
    for path in names_read(condition):
        kind = actions[_place(actions, at, path[0]) or 0]["kind"]
        if len(path) != 2 or (kind in HOLDING and path[1] not in (*RESULTS, "came")):
            words = ", ".join(f"{path[0]}.{word}" for word in RESULTS)
            raise Invalid(tr("{path} is no result: use {words}", path=".".join(path), words=words), "actions")


def _is_reachable(actions: Sequence[Step], step: Step, at: int) -> bool:
    """Whether some results of the steps before it let it be done; what receipts say may be anything."""
    names = names_of(step)
    told = {path[1] for path in names_read(str(step.get("if") or "")) if len(path) > 1} - set(RESULTS)
    if any(word != "came" for word in told):
        return True
    steps = [actions[_place(actions, at, name) or 0] for name in names]
    cases: Iterable[tuple[dict[str, Any], ...]] = itertools.product(*map(_endings, steps))
    return any(holds(step, dict(zip(names, case, strict=True))) for case in itertools.islice(cases, MOST_CASES))


def _endings(step: Step) -> list[dict[str, Any]]:
    asks, waits = step["kind"] == ASK_PERSON, step["kind"] == WAIT
    words = ["done"] if waits else ["done", "failed", "given_up", "passed_over"]
    words = ["done", "refused", "expired"] if asks else words
    if asks and "hours" not in step:
        words.remove("expired")
    words += ["skipped"] if is_planned(step) else []
    came = [True, False] if waits and "event" in step else [False]
    return [{"came": here, **{each: each == word for each in RESULTS}} for word in words for here in came]
