"""Reading CSV and JSONL as they come: encodings, delimiters, quotes, broken lines."""

import io
import json
from pathlib import Path

import pytest

from frontdesk.cli.files.delimited import MOST_LINES_OF_RECORD
from frontdesk.cli.files.records import Record, open_source, read_records
from frontdesk.interfaces import Invalid


def read(raw: str | bytes, name: str = "-", **how: str) -> list[Record]:
    return list(read_records(io.BytesIO(raw.encode() if isinstance(raw, str) else raw), name, **how))


def texts(raw: str | bytes) -> list[str]:
    return [record.fields["text"] for record in read(raw)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header(delimiter: str) -> None:
    assert read(f"id{delimiter}text\n7{delimiter}hello\n") == [Record(2, {"id": "7", "text": "hello"})]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end: str) -> None:
    assert texts(f"text{end}one{end}two{end}") == ["one", "two"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(encoding: str) -> None:
    source = io.BufferedReader(io.BytesIO("text;name\nGrüße;Jörg\n".encode(encoding)))
    assert list(read_records(source, "-")) == [Record(2, {"text": "Grüße", "name": "Jörg"})]


def test_quoted_cells_may_hold_delimiters_quotes_and_lines() -> None:
    assert texts('text,n\n"a, ""b""\nc",1\nd,2\n') == ['a, "b"\nc', "d"]


def test_a_quote_in_the_middle_of_a_cell_is_a_quote() -> None:
    assert texts('text,n\n"so" they said,1\n5" pipe,2\n') == ["so they said", '5" pipe']


def test_a_quote_left_open_costs_its_own_line_only() -> None:
    found = read('text,n\n"never closed,1\nsecond,2\n"third",3\n')
    assert [(record.line, bool(record.problem)) for record in found] == [(2, True), (3, False), (4, False)]


def test_a_quote_left_open_at_the_top_of_a_long_file_costs_its_own_line_only() -> None:
    rows = "".join(f"row {n},{n}\n" for n in range(MOST_LINES_OF_RECORD + 10))
    found = read('text,n\n"open,0\n' + rows)
    assert sum(bool(record.problem) for record in found) == 1
    assert len(found) == MOST_LINES_OF_RECORD + 11


def test_a_huge_cell_is_read_whole() -> None:
    assert texts(f"text\n{'a' * 1_000_000}\n") == ["a" * 1_000_000]


def test_blank_lines_are_no_records() -> None:
    assert [record.line for record in read("\n\ntext\n\none\n\n")] == [5]


def test_more_cells_than_columns_is_a_problem_that_names_the_cure() -> None:
    (record,) = read("text\none, two\n")
    assert "put quotes around" in record.problem


def test_bytes_that_are_not_utf_8_cost_their_own_line_only() -> None:
    found = read(b"text,n\nGr\xfc\xdfe,1\nfine,2\n")
    assert [record.problem for record in found] == ["is not UTF-8", ""]
    found = read(b'{"text": "Gr\xfc\xdfe"}\n{"text": "fine"}\n')
    assert [record.problem for record in found] == ["is not UTF-8", ""]


def test_a_csv_without_the_column_says_which_it_has() -> None:
    with pytest.raises(Invalid, match=r"no column 'text'.*message, id"):
        read("message,id\nhello,1\n")


def test_two_columns_of_the_same_name_are_refused() -> None:
    with pytest.raises(Invalid, match="same name"):
        read("text,text\na,b\n")


@pytest.mark.parametrize(
    "line", ["{", "[1]", '"text"', "17", '{"text": NaN}', "{'text': 1}", "[" * 100_000, '{"n": ' + "9" * 5000 + "}"]
)
def test_a_line_that_is_no_json_object_costs_itself_only(line: str) -> None:
    found = read(f'{{"text": "before"}}\n{line}\n{{"text": "after"}}\n')
    assert [record.line for record in found if record.problem] == [2]
    assert found[2].fields == {"text": "after"}


def test_json_values_keep_their_kind_and_order() -> None:
    fields = {"n": 1.5, "text": "é 👍 \ud800", "tags": ["a", None], "text2": ""}
    (record,) = read(json.dumps(fields) + "\n")
    assert list(record.fields.items()) == list(fields.items())


def test_nul_characters_are_kept() -> None:
    assert texts("text,n\na\0b,1\n") == ["a\0b"]


def test_an_empty_file_holds_no_records() -> None:
    assert read("") == read("\n \n") == []


def test_the_name_decides_over_the_content(tmp_path: Path) -> None:
    assert read("text\n{odd}\n", "odd.csv") == [Record(2, {"text": "{odd}"})]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is no file"):
        open_source(str(tmp_path))
