"""`frontdesk import` and `frontdesk export`: once, whole, and there and back."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from .conftest import lines

pytestmark = pytest.mark.both_databases

Invoke = Callable[..., Result]


def fed(*records: dict[str, object]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def exported(invoke: Invoke, what: str) -> list[dict[str, object]]:
    told = invoke("export", "--what", what)
    assert told.exit_code == 0, told.stderr
    return lines(told.stdout)


def test_messages_are_stored_once_however_often_they_are_imported(invoke_on: Invoke) -> None:
    feed = fed({"text": "one", "provider_id": "a"}, {"text": "two", "email": "x@example.com"}, {"text": "three"})
    assert invoke_on("import", "-", feed=feed).stdout == "3 stored, 0 duplicates, 0 refused\n"
    assert invoke_on("import", "-", feed=feed + fed({"text": "four"})).stdout == "1 stored, 3 duplicates, 0 refused\n"
    assert [m["text"] for m in exported(invoke_on, "messages")] == ["one", "two", "three", "four"]


def test_messages_of_a_thread_are_one_interaction_in_their_order(invoke_on: Invoke) -> None:
    feed = fed(*({"text": f"{n}", "thread": f"t{n % 3}"} for n in range(12)))
    assert invoke_on("import", "-", feed=feed).exit_code == 0
    by_thread: dict[object, list[object]] = {}
    for message in sorted(exported(invoke_on, "messages"), key=lambda m: (m["interaction_id"], m["sequence"])):
        by_thread.setdefault(message["interaction_id"], []).append(message["text"])
    assert sorted(by_thread.values()) == [["0", "3", "6", "9"], ["1", "4", "7", "10"], ["2", "5", "8", "11"]]


def test_refused_lines_are_named_and_the_others_stored(invoke: Invoke) -> None:
    feed = fed(
        {"text": ""},
        {"text": "good", "odd": 1},
        {"text": "x", "channel": "PIGEON"},
        {"text": "x", "received_at": "soon"},
    )
    told = invoke("import", "-", feed=feed + "{broken\n")
    assert told.exit_code == 1
    assert told.stdout == "1 stored, 0 duplicates, 4 refused\n"
    assert "not taken: odd" in told.stderr
    assert [f"line {n}: " in told.stderr for n in (1, 2, 3, 4, 5)] == [True, False, True, True, True]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("2026-03-31T09:30:00+02:00", "2026-03-31T07:30:00+00:00"),
        ("2026-03-31T09:30:00Z", "2026-03-31T09:30:00+00:00"),
        ("2026-03-31 09:30", "2026-03-31T09:30:00+00:00"),
    ],
)
def test_times_are_stored_in_utc(written: str, stored: str, invoke: Invoke) -> None:
    assert invoke("import", "-", feed=fed({"text": "hello", "received_at": written})).exit_code == 0
    assert exported(invoke, "messages")[0]["received_at"] == stored


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_what_is_exported_can_be_imported_elsewhere(form: str, invoke: Invoke, tmp_path: Path) -> None:
    person = {"name": "+Kim", "email": "kim@example.com", "phone": "+49 30 23125014"}
    feed = fed({"text": '=1+1 "x";\n,y', "channel": "EMI", "thread": "t", **person}, {"text": "b", "thread": "t"})
    assert invoke("import", "-", feed=feed).exit_code == 0
    kept = ("text", "channel", "name", "email", "phone", "provider_id", "received_at", "sequence")
    wanted = [{name: m[name] for name in kept} for m in exported(invoke, "messages")]
    assert invoke("export", "--what", "messages", "--format", form, "--output", f"m.{form}").exit_code == 0
    elsewhere = str(tmp_path / "elsewhere")
    told = invoke("import", f"m.{form}", "--data", elsewhere)
    assert told.stdout == "2 stored, 0 duplicates, 0 refused\n"
    again = lines(invoke("export", "--what", "messages", "--data", elsewhere).stdout)
    assert [{name: m[name] for name in kept} for m in again] == wanted


def test_customers_contacts_and_codes_are_imported_once(invoke_on: Invoke) -> None:
    customers = "id;name\n100;Maple Bakery\n200;Kim Doe\n12345678901;too long\n"
    assert (
        invoke_on("import", "-", "--what", "customers", feed=customers).stdout == "2 stored, 0 duplicates, 1 refused\n"
    )
    assert (
        invoke_on("import", "-", "--what", "customers", feed=customers).stdout == "0 stored, 2 duplicates, 1 refused\n"
    )
    contacts = fed(
        {"name": "Kim", "email": "Kim@example.com", "customer_id": "200"},
        {"name": "Lee", "phone": "+44 20 7946 0101", "identities": {"TWT": "@lee"}},
        {"name": "nobody"},
    )
    assert invoke_on("import", "-", "--what", "contacts", feed=contacts).stdout == "2 stored, 0 duplicates, 1 refused\n"
    assert invoke_on("import", "-", "--what", "contacts", feed=contacts).stdout == "0 stored, 2 duplicates, 1 refused\n"
    assert [c["identities"] for c in exported(invoke_on, "contacts")] == [
        {"EMI": "kim@example.com"},
        {"PHC": "+44 20 7946 0101", "TWT": "@lee"},
    ]
    codes = fed(
        {"code": "HR", "name": "Jobs", "description": "Applications.", "examples": ["Do you hire?"], "position": 9}
    )
    assert invoke_on("import", "-", "--what", "codes", feed=codes).stdout == "1 stored, 0 duplicates, 0 refused\n"
    assert invoke_on("import", "-", "--what", "codes", feed=codes).stdout == "0 stored, 1 duplicates, 0 refused\n"
    (jobs,) = [code for code in exported(invoke_on, "codes") if code["code"] == "HR"]
    assert (jobs["list"], jobs["examples"]) == ("intent", ["Do you hire?"])


def test_codes_go_there_and_back(invoke: Invoke, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        assert invoke("export", "--what", "codes", "--format", form, "--output", f"codes.{form}").exit_code == 0
        told = invoke("import", f"codes.{form}", "--what", "codes")
        assert told.stdout.startswith("0 stored"), told.stdout
        assert told.exit_code == 0, told.stderr


def test_everything_is_exported_and_says_what_it_is(invoke_on: Invoke) -> None:
    assert invoke_on("say", "My oven is broken, it is terrible.", "--email", "kim@example.com").exit_code == 0
    told = invoke_on("export")
    kinds = {line["what"] for line in lines(told.stdout)}
    assert kinds == {"contacts", "interactions", "messages", "analyses", "decisions", "effects", "replies", "codes"}


def test_pages_join_without_gap_or_repetition(invoke_on: Invoke) -> None:
    invoke_on("import", "-", feed=fed(*({"text": f"message {n}"} for n in range(1_203))))
    assert sorted(int(str(m["text"]).split()[1]) for m in exported(invoke_on, "messages")) == list(range(1_203))


def test_a_cell_never_runs_as_a_formula(invoke: Invoke) -> None:
    invoke("import", "-", feed=fed({"text": "=HYPERLINK(1)", "name": "@sum"}))
    (row,) = csv.DictReader(io.StringIO(invoke("export", "--what", "messages", "--format", "csv").stdout))
    assert (row["text"], row["name"]) == ("'=HYPERLINK(1)", "'@sum")
