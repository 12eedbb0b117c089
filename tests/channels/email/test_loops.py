"""Machines are never answered by ours (RFC 3834)."""

from email import message_from_bytes

import pytest

from frontdesk.channels.email.loops import why_unanswered
from frontdesk.channels.email.parsing import mail_of
from tests.channels.email.mails import raw

OWN = ("support@desk.example",)
MACHINES = {
    "Auto-Submitted: auto-replied": {"auto_submitted": "auto-replied"},
    "Auto-Submitted: auto-generated; x=y": {"auto_submitted": "auto-generated; x=y"},
    "Precedence: bulk": {"precedence": "bulk"},
    "Precedence: LIST": {"precedence": "LIST"},
    "Precedence: junk": {"precedence": "junk"},
    "List-Id": {"list_id": "<news.shop.example>"},
    "List-Unsubscribe": {"list_unsubscribe": "<mailto:off@shop.example>"},
    "empty Return-Path": {"return_path": "<>"},
    "own address": {"from": "Desk <Support@desk.example>"},
    "own plus address": {"from": "support+i1.aaaaaaaaaaaaaaaa@desk.example"},
    "no sender": {"from": ""},
    "mailer-daemon": {"from": "MAILER-DAEMON@customer.example"},
    "no-reply": {"from": "no-reply@shop.example"},
    "suppressed": {"x_auto_response_suppress": "OOF, AutoReply"},
}


@pytest.mark.parametrize("fields", MACHINES.values(), ids=MACHINES)
def test_a_mail_of_a_machine_says_why_it_gets_no_automatic_answer(fields: dict[str, str]) -> None:
    read = mail_of(raw("It leaks.", **fields), OWN)
    assert read.automatic
    assert read.text == "It leaks."


def test_a_report_in_parts_gets_no_answer() -> None:
    head = b"From: kim@customer.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
    assert "report" in why_unanswered(message_from_bytes(head), "kim@customer.example", OWN)


@pytest.mark.parametrize(
    "fields",
    [{}, {"auto_submitted": "no"}, {"return_path": "<kim@customer.example>"}, {"x_auto_response_suppress": "DR, RN"}],
)
def test_a_person_is_answered(fields: dict[str, str]) -> None:
    assert mail_of(raw(**fields), OWN).automatic == ""
