"""Authentication-Results: only our own server's word counts, and only where it put it."""

from email import message_from_bytes

import pytest

from frontdesk.channels.email.authentication import Verdict, verdict_of
from frontdesk.channels.email.finding import Own, found_in
from frontdesk.model import Identity
from frontdesk.model.channels import CustomerMessage

OURS = ("mx.desk.example",)
TOLD = "Authentication-Results: mx.desk.example; "
REST = "From: Kim <kim@customer.example>\r\nTo: support@desk.example\r\nMessage-ID: <m1@customer.example>\r\n\r\nHi."
RECEIVED = "Received: from out.customer.example by mx.desk.example; Thu, 26 Nov 2026 09:00:00 +0100\r\n"


def verdict(head: str, rest: str = REST) -> Verdict:
    return verdict_of(message_from_bytes((head + rest).encode()), OURS)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass header.from=customer.example", Verdict.PASSED),
        ("dmarc=pass (p=reject; dis=none) header.from=customer.example", Verdict.PASSED),
        ("spf=pass smtp.mailfrom=kim@customer.example", Verdict.PASSED),
        ("dkim=pass header.d=customer.example; spf=fail smtp.mailfrom=x@evil.example", Verdict.PASSED),
        ("dkim=pass header.i=@customer.example", Verdict.PASSED),
        ("dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example", Verdict.UNKNOWN),
        ("dkim=pass header.d=example", Verdict.UNKNOWN),
        ("dkim=pass header.d=x.customer.example", Verdict.UNKNOWN),
        ("dmarc=fail header.from=customer.example; dkim=pass header.d=customer.example", Verdict.FAILED),
        ("dmarc=pass header.from=evil.example", Verdict.UNKNOWN),
        ("dmarc=none header.from=customer.example", Verdict.UNKNOWN),
        ('x="dmarc=pass header.from=customer.example"', Verdict.UNKNOWN),
        ("none", Verdict.UNKNOWN),
    ],
)
def test_dmarc_decides_else_dkim_or_spf_of_the_senders_own_domain(results: str, expected: Verdict) -> None:
    assert verdict(f"{TOLD}{results}\r\n{RECEIVED}") is expected


@pytest.mark.parametrize(
    "head",
    [
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=customer.example\r\n",
        # What came with the mail stands below what our server wrote.
        f"{TOLD}dmarc=fail header.from=customer.example\r\n{RECEIVED}{TOLD}dmarc=pass header.from=customer.example\r\n",
        f"{TOLD}none\r\n{RECEIVED}{TOLD}dmarc=pass header.from=customer.example\r\n",
        f"Authentication-Results: mx.evil.example; none\r\n{TOLD}dmarc=pass header.from=customer.example\r\n",
    ],
)
def test_a_field_that_came_with_the_mail_proves_nothing(head: str) -> None:
    assert verdict(head) is not Verdict.PASSED


def test_a_mail_of_two_senders_is_proven_to_be_of_none() -> None:
    head = f"{TOLD}dmarc=pass header.from=customer.example\r\n"
    assert verdict(head, "From: a@evil.example, kim@customer.example\r\n\r\nx") is Verdict.UNKNOWN
    assert verdict(head, "From: a@evil.example\r\nFrom: kim@customer.example\r\n\r\nx") is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("servers", "result", "identity", "disproved"),
    [
        (OURS, "pass", Identity.MAIL_AUTHENTICATED, False),
        (OURS, "fail", Identity.UNPROVEN, True),
        ((), "pass", Identity.UNPROVEN, False),
    ],
)
def test_the_sender_of_a_mail_carries_how_they_were_proven(
    servers: tuple[str, ...], result: str, identity: Identity, disproved: bool
) -> None:
    mail = f"{TOLD}dmarc={result} header.from=customer.example\r\n{RECEIVED}{REST}".encode()
    [found] = found_in(mail, Own(("support@desk.example",), b"", servers))
    assert isinstance(found, CustomerMessage)
    assert (found.sender.identity, found.is_disproved) == (identity, disproved)
