"""What people may change."""

from datetime import UTC, datetime

import pytest

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import Change, Code, CodeList, Interaction, Status
from frontdesk.ticketing.changes import check_change, check_correction, check_entry, check_retirement

LISTS = {
    CodeList.PRIORITY: (Code(CodeList.PRIORITY, "H", "High"), Code(CodeList.PRIORITY, "X", "Old", active=False)),
    CodeList.INTENT: (Code(CodeList.INTENT, "TI", "Technical issues"),),
    CodeList.MESSAGE_TYPE: (Code(CodeList.MESSAGE_TYPE, "QS", "Question"),),
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MATTER = Interaction(1, "AAAAAAA1", "", "", "SUP", "WEB", Status.NEW, "X", NOW, NOW, 1)


def test_what_stays_as_it_is_need_not_be_in_use_any_more() -> None:
    assert check_change(MATTER, Change(priority="X", team=""), LISTS) == Change(priority="X", team="")


@pytest.mark.parametrize("change", [Change(priority="Z"), Change(priority=""), Change(team="T"), Change(category="")])
def test_a_code_that_is_not_in_use_is_refused(change: Change) -> None:
    with pytest.raises(Invalid, match="not in use"):
        check_change(MATTER, change, LISTS)


def test_the_status_moves_along_its_flow() -> None:
    assert check_change(MATTER, Change(status=Status.CLOSED), LISTS).status is Status.CLOSED
    with pytest.raises(Conflict, match="cannot become CO"):
        check_change(MATTER, Change(status=Status.CONFIRMED), LISTS)


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("intent", "TI", "TI"),
        ("intent", "", ""),
        ("message_type", "QS", "QS"),
        ("sentiment", "Negative", "Negative"),
        ("language", "pt-BR", "pt-BR"),
        ("title", " A\x00title ", "A\ufffdtitle"),
        ("order_no", " 4500012345 ,4500012346,, ", "4500012345, 4500012346"),
        ("customer_name", "Ada\n  Brightwater", "Ada Brightwater"),
        ("tracking_no", "", ""),
    ],
)
def test_a_sensible_correction_is_kept(field: str, value: str, kept: str) -> None:
    assert check_correction(field, value, LISTS) == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("intent", "XX"),
        ("message_type", ""),
        ("sentiment", "negative"),
        ("language", "German"),
        ("title", "x" * 101),
        ("order_no", "1" * 301),
        ("id", "1"),
    ],
)
def test_a_correction_without_sense_is_refused(field: str, value: str) -> None:
    with pytest.raises(Invalid):
        check_correction(field, value, LISTS)


def test_the_status_list_cannot_grow_or_shrink() -> None:
    assert check_entry(Code(CodeList.STATUS, "NW", "Fresh")).name == "Fresh"
    for entry in (Code(CodeList.STATUS, "ZZ", "Lost"), Code(CodeList.STATUS, "NW", "New", active=False)):
        with pytest.raises(Conflict):
            check_entry(entry)
    with pytest.raises(Conflict):
        check_retirement(CodeList.STATUS)
