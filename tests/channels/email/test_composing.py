"""Answers as mails."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from frontdesk.channels.email.composing import Sheet, compose, key_of, message_id
from frontdesk.channels.email.finding import Own, found_in
from frontdesk.channels.email.parsing import mail_of
from frontdesk.interfaces import DeliveryFailed
from frontdesk.model.channels import CustomerMessage, DeliveryPart, Ignored
from tests.channels.email.mails import raw

OWN = Own(("support@desk.example", "help@desk.example"), b"secret")
SHEET = Sheet("Desk", "support@desk.example", "support@desk.example", datetime(2026, 11, 26, 9, tzinfo=UTC))
KEY = "01KB00000000000000000000AA"


def answered(data: bytes, text: str = "We will help.", *, automatic: bool = True, **more: object) -> EmailMessage:
    """The mail that answers this one."""
    [asked] = found_in(data, OWN)
    assert isinstance(asked, CustomerMessage)
    values = {"reference": "N2HTWA7D", "subject": "Title", "context": asked.context, "automatic": automatic, **more}
    letter = DeliveryPart(KEY, "m", asked.sender.address, text, **values)  # type: ignore[arg-type]
    mail = message_from_bytes(compose(letter, SHEET)[1], policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_an_answer_stays_in_the_customers_thread() -> None:
    mail = answered(raw(message_id="<c@x.example>", references="<a@x.example> <b@x.example>"))
    assert mail["In-Reply-To"] == "<c@x.example>"
    assert mail["References"] == "<a@x.example> <b@x.example> <c@x.example>"
    assert mail["Subject"] == "Re: Washing machine [N2HTWA7D]"
    assert (mail["From"], mail["To"]) == ("Desk <support@desk.example>", "kim@customer.example")


def test_the_same_answer_has_the_same_id_whenever_it_is_sent() -> None:
    assert answered(raw())["Message-ID"] == answered(raw())["Message-ID"] == f"<fd.{KEY}@desk.example>"
    assert key_of(message_id(KEY, "support@desk.example"), OWN.addresses) == KEY
    assert key_of("fd.x@elsewhere.example", OWN.addresses) == ""


def test_an_answer_of_a_machine_says_so_and_one_of_a_person_does_not() -> None:
    machine, person = answered(raw()), answered(raw(), automatic=False)
    assert (machine["Auto-Submitted"], machine["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert (person["Auto-Submitted"], person["X-Auto-Response-Suppress"]) == (None, None)


def test_our_automatic_answer_is_never_answered_by_us_and_our_own_mail_is_no_message() -> None:
    data = answered(raw()).as_bytes()
    assert mail_of(data, ()).automatic
    assert isinstance(found_in(data, OWN)[0], Ignored)


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Re: AW: Leak", "Re: Leak [N2HTWA7D]"),
        ("Re: Leak [N2HTWA7D]", "Re: Leak [N2HTWA7D]"),
        ("", "Re: Title [N2HTWA7D]"),
        ("Größe & Preis", "Re: Größe & Preis [N2HTWA7D]"),
        ("Leak\r\n Bcc: all@customer.example", "Re: Leak Bcc: all@customer.example [N2HTWA7D]"),
    ],
)
def test_the_subject_is_the_customers_with_our_reference_once(subject: str, answer: str) -> None:
    data = raw(subject="").replace(b"Message-Id", f"Subject: {subject}\r\nMessage-Id".encode(), 1)
    mail = answered(data)
    assert (mail["Subject"], mail["Bcc"]) == (answer, None)


def test_text_in_any_script_arrives_as_it_was_written() -> None:
    text = "Grüße – 日本語 ✓\n.\nFrom here\n" + "x" * 2000
    assert answered(raw(), text).get_content().replace("\r\n", "\n").rstrip("\n") == text


def test_answers_go_where_the_customer_wants_them() -> None:
    assert answered(raw(reply_to="Ann <ann@customer.example>"))["To"] == "ann@customer.example"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@c.example", "a@b@c.example", "kim@customer.example\nBcc: x@y.z"]
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        compose(DeliveryPart(KEY, "m", address, "Hi."), SHEET)
    assert caught.value.permanent


def test_domains_of_other_scripts_are_written_as_mail_servers_know_them() -> None:
    assert compose(DeliveryPart(KEY, "m", "kim@grüße.example", "Hi."), SHEET)[0] == "kim@xn--gre-6ka8l.example"


def test_very_long_threads_keep_their_first_and_last_mails() -> None:
    many = " ".join(f"<m{n}@x.example>" for n in range(500))
    references = str(answered(raw(references=many, message_id="<last@x.example>"))["References"]).split()
    assert (references[0], references[-1], len(references)) == ("<m0@x.example>", "<last@x.example>", 30)


def test_an_answer_without_a_mail_to_answer_is_a_new_thread() -> None:
    mail = message_from_bytes(compose(DeliveryPart(KEY, "m", "kim@customer.example", "Hi.", subject="Leak"), SHEET)[1])
    assert (mail["In-Reply-To"], mail["Subject"]) == (None, "Re: Leak")
