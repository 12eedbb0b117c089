"""Reports of mail servers: which of our mails, and what became of it."""

import pytest

from frontdesk.channels.email.parsing import mail_of
from frontdesk.model import DeliveryState
from tests.channels.email.mails import by_hand, raw

HEAD = (
    "From: MAILER-DAEMON@customer.example\nSubject: Delivery report\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'
)


def dsn(action: str, *, returned: str = "message/rfc822", more: str = "") -> bytes:
    """A report as RFC 3464 has it."""
    groups = (
        "Reporting-MTA: dns; mx.customer.example\r\n\r\n"
        f"Final-Recipient: rfc822; kim@customer.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 no such\r\n user\r\n{more}"
    )
    return by_hand(
        HEAD,
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{groups}\r\n"
        f"--b\r\nContent-Type: {returned}\r\n\r\nMessage-ID: <k1@desk.example>\r\nSubject: Re: x\r\n\r\nhi\r\n"
        "--b--\r\n",
    )


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_names_our_mail_its_recipient_and_the_reason(returned: str) -> None:
    report = mail_of(dsn("failed", returned=returned)).report
    assert report is not None
    assert (report.message_ids[0], report.state) == ("k1@desk.example", DeliveryState.FAILED)
    assert report.recipient == "kim@customer.example"
    assert report.reason == "5.1.1 550 5.1.1 no such user"


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("delivered", DeliveryState.DELIVERED),
        ("delayed", None),
        ("relayed", None),
        ("FAILED (x)", DeliveryState.FAILED),
    ],
)
def test_the_action_tells_what_became_of_it(action: str, state: DeliveryState | None) -> None:
    report = mail_of(dsn(action)).report
    assert report is not None
    assert report.state is state


def test_of_several_recipients_the_one_that_failed_counts() -> None:
    more = "\r\nFinal-Recipient: rfc822; ann@customer.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
    report = mail_of(dsn("failed", more=more)).report
    assert report is not None
    assert (report.state, report.recipient) == (DeliveryState.FAILED, "kim@customer.example")


def test_a_read_receipt_says_that_it_was_read() -> None:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nRead.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        "Original-Message-ID: <k1@desk.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n"
    )
    report = mail_of(by_hand(HEAD.replace("delivery-status", "disposition-notification"), body)).report
    assert report is not None
    assert (report.message_ids, report.state) == (("k1@desk.example",), DeliveryState.READ)


def test_a_bounce_in_words_is_understood_too() -> None:
    words = (
        "This message could not be delivered.\r\n\r\n------ This is a copy ------\r\nMessage-ID: <k1@desk.example>\r\n"
    )
    fields = {"from": "Mail Delivery System <mailer-daemon@customer.example>", "subject": "Mail delivery failed: x"}
    report = mail_of(raw(words, x_failed_recipients="kim@customer.example", **fields)).report
    assert report is not None
    assert (report.message_ids, report.state) == (("k1@desk.example",), DeliveryState.FAILED)
    assert report.recipient == "kim@customer.example"


def test_a_customer_who_writes_about_a_failed_delivery_is_no_bounce() -> None:
    assert mail_of(raw(subject="Delivery failed: my parcel is not here")).report is None
