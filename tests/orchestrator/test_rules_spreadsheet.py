"""Tables as CSV: nothing is lost on the way to a spreadsheet and back, and no cell runs there."""

import copy
import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from frontdesk.interfaces.rules import TableRefused
from frontdesk.orchestrator.rules import TableRules, default_rules
from frontdesk.orchestrator.spreadsheet import from_csv, to_csv
from tests.orchestrator.tables import model

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
cells = some.text(max_size=12) | some.sampled_from(
    ["== 'TI'", "-5", "'-x'", "''-x'", "=1+1", "@SUM(A1)", "+1", "'TI', \"WR\"", "a;b", "x\ny", "'=", "\t1", "'"]
)
clean = cells.filter(lambda cell: "\x00" not in cell and "\r" not in cell and not _is_surrogate(cell))


def _is_surrogate(cell: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in cell)


def shipped() -> dict[str, Any]:
    return copy.deepcopy(dict(default_rules().content))


def test_the_shipped_table_comes_back_with_everything_around_it() -> None:
    content = shipped() | {"unknown": {"kept": True}}
    content["nodes"][1]["content"]["rules"][0]["_style"] = "bold"
    assert from_csv(to_csv(content), content) == content


def test_without_a_base_the_decisions_are_the_same() -> None:
    made = TableRules("csv", 2, from_csv(to_csv(shipped())))
    for intent in ("TI", "WR", "PI", "DI", "CA", "CI", "", "x"):
        for sentiment in ("Positive", "Neutral", "Negative"):
            facts = {"intent": intent, "sentiment": sentiment, "message_type": "CL"}
            one, other = default_rules().decide(facts), made.decide(facts)
            assert (one.rule, one.route, one.actions) == (other.rule, other.route, other.actions)


@settings(deadline=None)
@given(some.lists(some.tuples(clean, clean, clean), min_size=1, max_size=5))
def test_any_cell_comes_back_as_it_was_and_none_is_a_formula(rows: list[tuple[str, str, str]]) -> None:
    content = model(["intent", "text_length"], [({"intent": a, "text_length": b}, {"route": c}) for a, b, c in rows])
    written = to_csv(content)
    assert not any(cell.startswith(DANGEROUS) for line in csv.reader(io.StringIO(written)) for cell in line)
    assert from_csv(written, content) == content


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_a_spreadsheet_of_another_country_writes_is_read(delimiter: str) -> None:
    lines = csv.reader(io.StringIO(to_csv(shipped())))
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    assert from_csv("\ufeff" + written.getvalue(), shipped()) == shipped()


def test_new_columns_and_rows_are_taken() -> None:
    text = "Row,Description,Length,Where to\nid,description,if text_length,then route\nlong,Long ones,> 500,'Person'\n"
    made = TableRules("csv", 2, from_csv(text))
    assert made.decide({"text_length": 501}).rule == "Long ones"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "two lines"),
        ("a\nb\n", "headed 'b'"),
        ("Route\nthen route\n'x','y'\n", "2 cells"),
        ("Intent\nif intent\n'TI'\n", "no output column route"),
    ],
)
def test_what_cannot_be_a_table_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(TableRefused, match=words):
        from_csv(text)
