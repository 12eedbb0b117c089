"""The analysis of a table, held against zen-engine by going through every case and by random facts."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from frontdesk.model.rules import Finding, Severity
from frontdesk.orchestrator.analysing import analyse
from frontdesk.orchestrator.domains import space_of
from frontdesk.orchestrator.rules import TableRules, default_rules
from tests.orchestrator.tables import rules

TEXT_CELLS = ["", "'TI'", "'TI', 'WR'", "not in ['TI']", "!= 'WR'", "in ['WR', 'PI']", "''", "== 'PI'", "'TI' and 'WR'"]
SHARE_CELLS = [
    "",
    "> 0.5",
    "[0.25..0.5]",
    "(0.25..0.75)",
    "<= 0.25, > 0.75",
    "> 0.2 and < 0.9",
    "0.5",
    "not in [0.1..0.9]",
]
COUNT_CELLS = ["", "1", "> 1", "[2..3]", "< 4, 9", "not in (1..5)", "!= 2", "> 2 or 1"]
FLAG_CELLS = ["", "true", "false", "!= true"]

texts = some.sampled_from(["", "TI", "WR", "PI", "CA", "zz"])
shares = some.floats(0, 1).map(lambda share: round(share, 3)) | some.sampled_from(
    [0, 0.1, 0.2, 0.25, 0.5, 0.75, 0.9, 1]
)
counts = some.integers(1, 12)
facts = some.fixed_dictionaries(
    {"intent": texts, "intent_probability": shares, "sequence": counts, "first_message": some.booleans()}
)
conditions = some.fixed_dictionaries(
    {
        "intent": some.sampled_from(TEXT_CELLS),
        "intent_probability": some.sampled_from(SHARE_CELLS),
        "sequence": some.sampled_from(COUNT_CELLS),
        "first_message": some.sampled_from(FLAG_CELLS),
    }
)
tables = some.lists(conditions, min_size=1, max_size=6)


def of_kind(found: list[Finding], *kinds: str) -> list[Finding]:
    return [finding for finding in found if finding.kind in kinds]


def rows_of(found: list[Finding], *kinds: str) -> set[int]:
    return {finding.rows[0] for finding in of_kind(found, *kinds)}


def cases(made: TableRules) -> list[dict[str, Any]]:
    axes = space_of(made.table).axes
    values = [[(axis.field, atom.value) for atom in axis.atoms] for axis in axes]
    return [dict(case) for case in itertools.product(*values)]


@settings(deadline=None, max_examples=60)
@given(tables, some.lists(facts, min_size=20, max_size=40))
def test_dead_rows_and_gaps_are_those_that_trying_everything_finds(
    rows: list[dict[str, str]], seen: list[dict[str, Any]]
) -> None:
    made = rules(*((row, {}) for row in rows))
    found = analyse(made)
    every = {made.row(case) for case in cases(made)}
    dead = rows_of(found, "shadowed", "impossible")
    assert dead == set(range(1, len(rows) + 1)) - every
    assert bool(of_kind(found, "gap")) == (None in every)
    for case in seen:
        hit = made.row(case)
        assert hit not in dead
        assert hit is not None or of_kind(found, "gap")


@settings(deadline=None, max_examples=40)
@given(tables, facts)
def test_facts_that_two_rows_take_are_an_overlap_that_is_named(
    rows: list[dict[str, str]], case: dict[str, Any]
) -> None:
    made = rules(*((row, {"route": f"'R{number}'"}) for number, row in enumerate(rows)))
    alone = [rules((row, {})).row(case) is not None for row in rows]
    taking = [number for number, takes in enumerate(alone, 1) if takes]
    found = analyse(made)
    dead = rows_of(found, "shadowed", "impossible")
    pairs = {frozenset(pair) for f in of_kind(found, "overlap") for pair in [f.rows] if len(pair) == 2}
    pairs |= {frozenset((f.rows[0], other)) for f in of_kind(found, "exception") for other in f.rows[1:]}
    for one, other in itertools.combinations(taking, 2):
        assert frozenset((one, other)) in pairs or other in dead


def test_the_shipped_table_has_neither_dead_rows_nor_gaps_nor_circles() -> None:
    assert {finding.severity for finding in analyse(default_rules())} == {Severity.NOTICE}


def test_a_shadowed_row_names_those_that_hide_it_together() -> None:
    made = rules(({"sequence": "1"}, {}), ({"sequence": "> 1"}, {}), ({"intent": "'TI'"}, {}))
    [finding] = of_kind(analyse(made), "shadowed")
    assert finding.rows == (3, 1, 2)


def test_a_cell_that_no_fact_can_meet_is_named_with_its_column() -> None:
    [finding] = of_kind(analyse(rules(({"intent": "> 5"}, {}))), "impossible")
    assert (finding.rows, finding.column) == ((1,), "intent")


def test_a_gap_says_which_facts_no_row_takes() -> None:
    made = rules(({"intent_probability": "> 0.5"}, {}), ({"intent_probability": "< 0.5", "intent": "'TI'"}, {}))
    words = [finding.message for finding in of_kind(analyse(made), "gap")]
    assert any("intent_probability is 0.5" in each or "at most 0.5" in each for each in words)


@pytest.mark.parametrize("cell", ["len($) > 2", "startsWith($, 'T')", "$ == team", "`TI`"])
def test_what_is_more_than_a_comparison_is_left_out_and_said_so(cell: str) -> None:
    found = analyse(rules(({"intent": cell}, {}), ({"intent": ""}, {})))
    assert [finding.kind for finding in found if finding.rows == (1,)] == ["opaque"]
    assert not of_kind(found, "shadowed", "impossible")


def test_rows_that_undo_each_other_are_a_circle() -> None:
    made = rules(
        ({"priority": "'H'"}, {"priority": "'M'"}), ({"priority": "'M'"}, {"priority": "'H'"}), ({"priority": ""}, {})
    )
    [circle] = of_kind(analyse(made), "circle")
    assert circle.severity is Severity.ERROR
    assert set(circle.rows) == {1, 2}


def test_a_general_row_can_close_a_circle() -> None:
    made = rules(({"priority": "'H'"}, {"priority": "'M'"}), ({"priority": ""}, {"priority": "'H'"}))
    assert len(of_kind(analyse(made), "circle")) == 1


def test_rows_for_different_messages_are_no_circle() -> None:
    made = rules(
        ({"priority": "'H'", "intent": "'TI'"}, {"priority": "'M'"}),
        ({"priority": "'M'", "intent": "'WR'"}, {"priority": "'H'"}),
    )
    assert of_kind(analyse(made), "circle") == []
    assert {finding.rows for finding in of_kind(analyse(made), "feedback")} == {(1, 2), (2, 1)}


@pytest.mark.parametrize("cell", ["'L', 'M'", "!= 'V'", ""])
def test_rows_that_settle_are_no_circle(cell: str) -> None:
    made = rules(({"priority": cell, "team": "''"}, {"priority": "'H'"}), ({"priority": "'H'"}, {"priority": "'H'"}))
    assert of_kind(analyse(made), "circle") == []


@settings(deadline=None, max_examples=40)
@given(
    some.lists(
        some.tuples(
            some.sampled_from(["", "'L'", "'M', 'H'", "!= 'H'"]),
            some.sampled_from(["", "'TI'", "!= 'TI'"]),
            some.sampled_from(["", "'L'", "'M'", "'H'"]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_circles_are_those_that_sending_a_message_again_and_again_finds(rows: list[tuple[str, str, str]]) -> None:
    made = rules(*(({"priority": p, "intent": i}, {"priority": to}) for p, i, to in rows))
    circling = any(_goes_round(made, intent, first) for intent in ("TI", "x") for first in ("L", "M", "H", "?"))
    assert bool(of_kind(analyse(made), "circle")) == circling


def _goes_round(made: TableRules, intent: str, priority: str) -> bool:
    """Whether the priority is still changing after more messages than there are priorities."""
    for _ in range(10):
        before = priority
        for action in made.decide({"intent": intent, "priority": priority}).actions:
            priority = action["priority"]
    return before != priority


def test_a_table_too_large_to_go_through_says_so() -> None:
    cells = [f"[{n}..{n + 37}]" for n in range(1, 60, 2)]
    rows = [
        ({"sequence": a, "text_length": cells[-n], "age_hours": cells[n // 2], "capitals": f"> 0.{n}"}, {})
        for n, a in enumerate(cells)
    ]
    assert all(finding.kind for finding in analyse(rules(*rows)))
