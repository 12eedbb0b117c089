"""Finds feedback loops: a decision sets priority, team, category or status, and rows read these for the next message.

There is a loop if the same message, sent again and again within one interaction, makes the decisions go round instead
of settling, because each row sets what makes another row match. Loops are found by following each distinguishable case
to the case that its decision leads to, until a case comes back. A case that leads to itself has settled and is no
loop. Rows with opaque cells are left out.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from frontdesk.model.rules import Finding, Severity
from frontdesk.model.translatable import Joined, tr
from frontdesk.orchestrator.actions import INTERNAL, UPWARDS
from frontdesk.orchestrator.domains import Box, Space, TooLarge, common, without
from frontdesk.orchestrator.facts import FED_BACK
from frontdesk.orchestrator.rules import TableRules
from frontdesk.orchestrator.table import where

ESCALATE = "escalate"
MOST_STATES, MOST_STEPS = 500, 20_000

State = tuple[int, ...]


def feedback_loops(rules: TableRules, space: Space) -> Iterator[Finding]:
    """Loops as errors, each once; and as notices the rows that set what other rows read. Raises TooLarge."""
    fed = [at for at, axis in enumerate(space.axes) if axis.field in FED_BACK and _is_read(space, at)]
    if fed:
        yield from _notices(rules, space, fed)
        yield from _Walk(rules, space, fed).feedback_loops()


@dataclass
class _Walk:
    """The distinguishable cases, state by state. A state is one atom of each axis that decisions set."""

    rules: TableRules
    space: Space
    fed: Sequence[int]
    steps: int = 0
    seen: set[frozenset[int]] = field(default_factory=set)
    parts: dict[State, list[tuple[int, list[Box]]]] = field(default_factory=dict)

    def feedback_loops(self) -> Iterator[Finding]:
        """Follow every case."""
        axes = [range(len(self.space.axes[at].atoms)) for at in self.fed]
        states = list(itertools.islice(itertools.product(*axes), MOST_STATES + 1))
        if len(states) > MOST_STATES:
            raise TooLarge(tr("rows read more than {most} combinations of what decisions set", most=MOST_STATES))
        for state in states:
            yield from self._from(state, [self._rest(self.space.whole)], [])

    def _from(self, state: State, boxes: list[Box], path: list[tuple[State, int]]) -> Iterator[Finding]:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLarge(tr("following what decisions set takes more than {most:,} steps", most=MOST_STEPS))
        for number, theirs in self._first_hits(state):
            both = [shared for a in boxes for b in theirs if (shared := common(a, b))]
            following = self._after(state, number)
            if not both or following == state:
                continue
            walked = [*path, (state, number)]
            came_back = next((at for at, (before, _) in enumerate(walked) if before == following), None)
            if came_back is None:
                yield from self._from(following, both, walked)
            else:
                yield from self._report([row for _, row in walked[came_back:]])

    def _first_hits(self, state: State) -> list[tuple[int, list[Box]]]:
        """The rows that decide in this state, each with its boxes of the other facts."""
        if state not in self.parts:
            left = [self._rest(self.space.whole)]
            self.parts[state] = []
            for number, box in enumerate(self.space.boxes, 1):
                if number in self.space.unsure or not all(box) or not self._takes(box, state):
                    continue
                mine = self._rest(box)
                hits = [shared for each in left if (shared := common(each, mine))]
                left = without(left, mine)
                self.parts[state].append((number, hits))
        return self.parts[state]

    def _takes(self, box: Box, state: State) -> bool:
        return all(box[at] >> atom & 1 for at, atom in zip(self.fed, state, strict=True))

    def _rest(self, box: Box) -> Box:
        """The axes that no decision sets. Never empty, so that boxes can be compared."""
        return (1, *(mask for at, mask in enumerate(box) if at not in self.fed))

    def _after(self, state: State, number: int) -> State:
        """The state that the row's decision leads to."""
        now = {self.space.axes[at].field: atom for at, atom in zip(self.fed, state, strict=True)}
        for action in self.rules.verdict_of(number).actions:
            for name, value in _sets(action, self._value(now, "priority")).items():
                if name in now:
                    axis = next(axis for axis in self.space.axes if axis.field == name)
                    mask = axis.mask_of(value)
                    now[name] = mask.bit_length() - 1 if mask else now[name]
        return tuple(now[self.space.axes[at].field] for at in self.fed)

    def _value(self, now: Mapping[str, int], name: str) -> Any:
        axis = next((axis for axis in self.space.axes if axis.field == name), None)
        return axis.atoms[now[name]].value if axis and name in now else None

    def _report(self, numbers: list[int]) -> Iterator[Finding]:
        if frozenset(numbers) in self.seen:
            return
        self.seen.add(frozenset(numbers))
        rows = [self.rules.table.rows[number - 1] for number in numbers]
        way = Joined(tuple(map(where, rows)), tr(", then "))
        text = tr(
            "the rules go in a circle: {rows}, then the first again; each sets what makes the next one match", rows=way
        )
        yield Finding(Severity.ERROR, "circle", text, tuple(numbers))


def _is_read(space: Space, at: int) -> bool:
    return any(box[at] != space.axes[at].whole for box in space.boxes)


def _notices(rules: TableRules, space: Space, fed: Sequence[int]) -> Iterator[Finding]:
    """The rows that set what others read for the next message."""
    for number, row in enumerate(rules.table.rows, 1):
        for action in rules.verdict_of(number).actions:
            for name, value in _sets(action, None).items():
                reading = _readers(space, fed, name, value)
                if reading:
                    listed = ", ".join(map(str, reading))
                    text = tr(
                        "{row} sets {fact} to {value!r}, which row {readers} reads on the next message",
                        row=where(row),
                        fact=name,
                        value=value,
                        readers=listed,
                    )
                    yield Finding(Severity.NOTICE, "feedback", text, (number, *reading))


def _readers(space: Space, fed: Sequence[int], name: str, value: Any) -> list[int]:
    for at in fed:
        axis = space.axes[at]
        if axis.field == name:
            mask = axis.mask_of(value)
            return [n for n, box in enumerate(space.boxes, 1) if box[at] & mask and box[at] != axis.whole]
    return []


def _sets(action: Mapping[str, Any], priority: Any) -> dict[str, Any]:
    """The facts that an action sets; escalating takes the priority one step up the priorities."""
    if action["kind"] == ESCALATE:
        up = {"priority": UPWARDS[min(UPWARDS.index(priority) + 1, 3)]} if priority in UPWARDS else {}
        return up | ({"team": action["team"]} if action.get("team") else {})
    name = INTERNAL.get(action["kind"])
    return {name: action[name]} if name in FED_BACK and name in action else {}
