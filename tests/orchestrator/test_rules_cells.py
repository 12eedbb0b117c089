"""Cells and models: whatever is sent is taken or refused in words; what is taken means what zen-engine says."""

import contextlib
import copy
import json
from typing import Any

import pytest
import zen
from hypothesis import given, settings
from hypothesis import strategies as some

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.rules import TableRefused
from frontdesk.orchestrator.checking import MOST_ERRORS, Vocabulary, check_table
from frontdesk.orchestrator.expressions import constant, is_comparison, literals, names_read
from frontdesk.orchestrator.rules import compile_content, default_rules
from tests.orchestrator.tables import model, rules

json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def shipped() -> dict[str, Any]:
    return copy.deepcopy(dict(default_rules().content))


def taken_or_refused(content: dict[str, Any]) -> None:
    """Anything but a refusal or a verdict is raised."""
    with contextlib.suppress(TableRefused):
        assert compile_content("any", 2, json.dumps(content)).decide({"intent": "TI"}).route


@settings(deadline=None, max_examples=200)
@given(some.text(max_size=20), some.sampled_from(["in-0", "out-route", "out-actions", "out-priority"]))
def test_any_cell_is_taken_or_refused_in_words(cell: str, column: str) -> None:
    content = model(["intent"], [({"intent": "'TI'"}, {"route": "'Person'"})])
    content["nodes"][1]["content"]["rules"][0][column] = cell
    taken_or_refused(content)


@settings(deadline=None, max_examples=200)
@given(json_values, some.sampled_from(["nodes", "edges", "content", "hitPolicy", "inputs", "outputs", "rules", "row"]))
def test_any_model_is_taken_or_refused_in_words(value: Any, place: str) -> None:
    content = shipped()
    table = content["nodes"][1]["content"]
    holder = {"nodes": content, "edges": content, "content": content["nodes"][1]}.get(place, table)
    if place == "row":
        table["rules"][0] = value
    else:
        holder[place] = value
    taken_or_refused(content)


@pytest.mark.parametrize("text", ["", "[]", "1", "{", '{"nodes": NaN}', '{"nodes": "\\ud800"}', "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(TableRefused):
        compile_content("any", 2, text)


def test_all_that_is_wrong_is_found_at_once() -> None:
    content = model(["intent", "intnt"], [({"intent": "'TI"}, {"route": "", "reply": "5"})])
    with pytest.raises(TableRefused, match="and 3 more") as refusal:
        compile_content("any", 2, json.dumps(content))
    assert [(finding.rows, finding.column) for finding in refusal.value.findings] == [
        ((), "intnt"),
        ((1,), "intent"),
        ((1,), "Route"),
        ((1,), "Reply"),
    ]


@pytest.mark.parametrize("kind", ["functionNode", "customNode", "weird"])
def test_a_model_that_could_do_more_than_decide_is_refused_in_one_line(kind: str) -> None:
    content = shipped()
    content["nodes"].append({"id": "x", "type": kind, "name": "clever"})
    with pytest.raises(TableRefused, match=r"^node 'clever' is [^\n]*$"):
        compile_content("any", 2, json.dumps(content))


def test_a_table_that_the_facts_do_not_reach_is_refused() -> None:
    content = shipped()
    content["edges"] = content["edges"][1:]
    with pytest.raises(TableRefused, match="does not lead"):
        compile_content("any", 2, json.dumps(content))


@pytest.mark.parametrize(
    ("cell", "fact"),
    [
        ("intnt == 'TI'", "intnt"),
        ("TI", "TI"),
        ("True", "True"),
        ("> has.ordr_no", "has.ordr_no"),
        ("entities", "entities"),
        ("intent.part", "part"),
    ],
)
def test_a_fact_that_does_not_exist_is_named(cell: str, fact: str) -> None:
    with pytest.raises(TableRefused, match=fact):
        rules(({"sentiment": cell}, {}))


@pytest.mark.parametrize("cell", ["priority == 'H' and age_hours > 2", "len(entities.order_no) > 1", "not (urgent)"])
def test_a_column_without_a_field_has_whole_conditions(cell: str) -> None:
    content = model(["intent"], [({"intent": cell}, {"route": "'AutoReply'"})])
    del content["nodes"][1]["content"]["inputs"][0]["field"]
    made = compile_content("any", 2, json.dumps(content))
    facts = {"priority": "H", "age_hours": 3, "entities": {"order_no": ["1", "2"]}, "urgent": False}
    assert made.decide(facts).route == "AutoReply"
    assert made.decide({"priority": "L", "age_hours": 3, "entities": {}, "urgent": True}).route == "Person"


@pytest.mark.parametrize("cell", ["'a'", "> 1 and < 5", "[-5..-1]", "not in ['a', 'b']", "!= null", "true", "$ == 'a'"])
def test_cells_that_only_compare_are_known_as_such(cell: str) -> None:
    assert is_comparison(cell)


@pytest.mark.parametrize("cell", ["len($) > 1", "> a", "5 - 3", "`a`", "$ + 1 == 2", "a.b", "# == 1", "1 ? 2 : 3"])
def test_cells_that_do_more_are_not_taken_for_comparisons(cell: str) -> None:
    assert not is_comparison(cell)


@settings(deadline=None)
@given(some.lists(some.integers(-9, 9), min_size=1, max_size=4), some.integers(-9, 9), some.booleans())
def test_between_its_literals_a_cell_does_not_change_its_mind(numbers: list[int], value: int, other: bool) -> None:
    cell = ", ".join(f"> {n} and < {n + 3}" if other else f"{n}" for n in numbers)
    cuts = literals(cell)
    inside = [cut for cut in cuts if value < cut < value + 1]
    tests = [zen.evaluate_unary_expression(cell, {"$": each}) for each in (value + 0.25, value + 0.75)]
    assert inside or tests[0] == tests[1]


def test_names_in_texts_calls_and_keys_are_no_facts() -> None:
    assert names_read("len(intent) > 'team' and {priority: status}.priority == $") == [("intent",), ("status",)]


@pytest.mark.parametrize("cell", ["intent", "'a' + team", "now()", "`a`", "len('a')"])
def test_what_a_row_yields_is_constant(cell: str) -> None:
    with pytest.raises(ValueError, match=r"constant"):
        constant(cell)


ENDLESS = [
    "count([0..1e9], # > $) > 1",
    "some(map([0..100000000], # + 1), # == $)",
    "`${count([0..1e9], true)}` == $",
    "len(map([1,2], map([1,2], map([1,2], 1)))) > 1",
    "a = $ + $; b = a + a; b == $",
    "'" + "a" * 5000 + "'",
]


@pytest.mark.parametrize("cell", ENDLESS)
@pytest.mark.parametrize("place", ["field", "cell", "condition", "yield"])
def test_what_could_run_without_end_or_take_all_memory_is_refused(cell: str, place: str) -> None:
    takes, yields = ("'TI'", cell) if place == "yield" else (cell, "'Person'")
    content = model(["intent"], [({"intent": takes if place != "field" else "'TI'"}, {"route": yields})])
    column = content["nodes"][1]["content"]["inputs"][0]
    column["field"] = {"field": cell, "condition": ""}.get(place, "intent")
    with pytest.raises(TableRefused):
        compile_content("any", 2, json.dumps(content))


@pytest.mark.parametrize("cell", ["some($, # == 'a')", "[1..1000000000]", "count(entities.order_no, len(#) > 3) > 1"])
def test_lists_and_ranges_by_themselves_are_taken(cell: str) -> None:
    assert compile_content("any", 2, json.dumps(model(["intent"], [({"intent": cell}, {"route": "'Person'"})])))


def test_a_check_ends_after_so_many_errors() -> None:
    rows = [({"intent": "(("}, {"route": "'Person'"})] * 1500
    with pytest.raises(TableRefused) as refused:
        compile_content("any", 2, json.dumps(model(["intent"], rows)))
    assert len(refused.value.findings) == MOST_ERRORS


@pytest.mark.parametrize(
    "cell", ["age_hours > d().hour()", "d('2026-01-01') != null", "date('now') > 5", "rand(5) > 2"]
)
def test_a_cell_that_reads_the_clock_or_chance_is_refused(cell: str) -> None:
    with pytest.raises(Invalid, match="could not be computed again"):
        rules(({"": cell}, {}))


@pytest.mark.parametrize(
    ("field", "cell"),
    [("intent_probability", "> 0,9"), ("intent_probability", "0,5"), ("age_hours", "[0,5..2]"), ("", "age_hours<=1,5")],
)
def test_a_comma_in_place_of_a_decimal_point_is_refused_with_words(field: str, cell: str) -> None:
    with pytest.raises(Invalid, match="comma where a point belongs"):
        rules(({field: cell}, {}))


@pytest.mark.parametrize(
    ("field", "cell"),
    [("sequence", "1, 2"), ("intent", "'0,5'"), ("intent_probability", "> 0.5, < 0.1"), ("sequence", "[1..5]")],
)
def test_commas_between_conditions_stay(field: str, cell: str) -> None:
    rules(({field: cell}, {}))


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("intent", "> 5"),
        ("intent_probability", "'high'"),
        ("question", "'yes'"),
        ("", "priority == 3"),
        ("", "age_hours > 'long' and intent == 'TI'"),
        ("local.hour", "'nine'"),
        ("signals.danger", "true"),
    ],
)
def test_a_comparison_that_can_never_hold_is_a_warning(field: str, cell: str) -> None:
    found = check_table(rules(({field: cell}, {})).table, Vocabulary())
    assert any("never holds" in str(finding.message) for finding in found)


@pytest.mark.parametrize(
    ("field", "cell"),
    [("intent", "'TI'"), ("", "priority == 'H' and age_hours > 3"), ("local.hour", "[9..17]"), ("has.danger", "true")],
)
def test_a_comparison_of_like_things_is_none(field: str, cell: str) -> None:
    assert check_table(rules(({field: cell}, {})).table, Vocabulary()) == []


@pytest.mark.parametrize("cell", ["1,5", "0,9", "> 0,9", "[0,5..1]", "> 2026-03-31", "01.02.2026", "1.000,5"])
def test_a_number_or_date_as_people_write_it_is_refused_with_its_cell(cell: str) -> None:
    with pytest.raises(TableRefused, match=r"row 1 .*column 'age_hours': "):
        rules(({"age_hours": cell}, {}))


def test_a_list_of_numbers_is_taken() -> None:
    made = rules(({"local.weekday": "6,7"}, {"route": "'AutoReply'"}), ({"age_hours": "1, 5"}, {"route": "'RPA-Bot'"}))
    assert made.decide({"local": {"weekday": 7}, "age_hours": 0}).route == "AutoReply"
    assert made.decide({"local": {"weekday": 1}, "age_hours": 5}).route == "RPA-Bot"
