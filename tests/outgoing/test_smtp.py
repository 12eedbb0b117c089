"""Mails handed to a real SMTP server: taken, refused, cut off."""

from dataclasses import replace

import pytest

from frontdesk.interfaces import NoAnswer
from frontdesk.interfaces.mail import MailFailed, MailRefused, MailServer, OutgoingMail
from frontdesk.outgoing import Outgoing
from tests.channels.email.mails import raw
from tests.outgoing.wires import CERTIFICATE, server_tls
from tests.smtp_server import PASSWORD, USER, Taken, smtp_server

POST = OutgoingMail("support@desk.example", "kim@customer.example", raw("Hello."), "k+1", ("SUCCESS", "FAILURE"))


def at(taken: Taken, **more: object) -> MailServer:
    return MailServer("127.0.0.1", taken.port, **{"security": "none", "seconds": 60.0, **more})  # type: ignore[arg-type]


async def test_a_mail_is_handed_over_whole_and_a_report_is_asked_for() -> None:
    with smtp_server() as taken:
        assert "taken" in await Outgoing().post(at(taken), POST)
    [envelope] = taken.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("support@desk.example", ["kim@customer.example"])
    assert {"RET=HDRS", "ENVID=k+2B1"} <= set(envelope.mail_options)
    assert "NOTIFY=SUCCESS,FAILURE" in envelope.rcpt_options
    assert taken.raw[0].rstrip() == POST.content.rstrip()


async def test_an_automatic_mail_has_no_sender_on_its_envelope_unless_the_server_wants_one() -> None:
    automatic = replace(POST, envelope_id="", notify=(), is_automatic=True)
    with smtp_server() as taken:
        await Outgoing().post(at(taken), automatic)
        taken.refusals["MAIL"] = ["550 5.7.60 not your address"]
        await Outgoing().post(at(taken), automatic)
    assert [each.mail_from for each in taken.envelopes] == [
        "<>",
        "support@desk.example",
    ]  # aiosmtpd shows the null sender so


async def test_it_signs_in_over_starttls_and_only_where_the_certificate_is_good() -> None:
    with smtp_server(tls=server_tls(), auth=True) as taken:
        there = at(taken, security="starttls", user=USER, password=PASSWORD)
        await Outgoing(ca_file=str(CERTIFICATE)).post(there, POST)
        assert (taken.signed_in, len(taken.mails)) == ([USER], 1)
        with pytest.raises(MailFailed, match=r"(?i)certificate"):
            await Outgoing().post(there, POST)
        with pytest.raises(MailFailed, match="signing in was refused") as caught:
            await Outgoing(ca_file=str(CERTIFICATE)).post(at(taken, security="starttls", user=USER, password="x"), POST)
        assert caught.value.is_ours
        assert len(taken.mails) == 1


async def test_a_server_without_starttls_is_not_spoken_to_in_clear_where_that_was_asked_for() -> None:
    with smtp_server() as taken, pytest.raises(MailFailed):
        await Outgoing().post(at(taken, security="starttls"), POST)
    assert taken.envelopes == []


@pytest.mark.parametrize(
    ("command", "said", "permanent"),
    [
        ("RCPT", "550 5.1.1 no such user", True),
        ("RCPT", "451 4.2.1 greylisted, come again", False),
        ("RCPT", "452 4.2.2 mailbox full", False),
        ("DATA", "554 5.7.1 looks like spam", True),
        ("DATA", "451 4.3.0 try later", False),
        ("MAIL", "550 5.7.1 not your address", False),
        ("MAIL", "552 5.3.4 too large", True),
        ("MAIL", "421 4.3.2 going down", False),
    ],
)
async def test_a_refusal_is_final_where_it_is_about_this_mail(command: str, said: str, permanent: bool) -> None:
    with smtp_server() as taken:
        taken.refusals[command] = [said]
        with pytest.raises(MailRefused) as caught:
            await Outgoing().post(at(taken), POST)
        assert (caught.value.permanent, caught.value.code) == (permanent, int(said[:3]))
        assert said[4:] in str(caught.value)
        await Outgoing().post(at(taken), POST)
        assert len(taken.envelopes) == 1


async def test_a_mail_larger_than_the_server_takes_is_refused_for_good() -> None:
    with smtp_server(size=1000) as taken, pytest.raises(MailRefused) as caught:
        await Outgoing().post(at(taken), OutgoingMail(POST.sender, POST.recipient, raw("x" * 5000)))
    assert caught.value.permanent


async def test_a_connection_cut_after_the_mail_leaves_it_open_whether_it_was_taken() -> None:
    with smtp_server() as taken:
        taken.refusals["DATA"] = ["hang up"]
        with pytest.raises(NoAnswer) as caught:
            await Outgoing().post(at(taken), POST)
    assert caught.value.may_be_done


async def test_no_server_is_a_failure_that_passes() -> None:
    with pytest.raises(MailFailed) as caught:
        await Outgoing().post(MailServer("127.0.0.1", 1, "none", seconds=60), POST)
    assert not caught.value.permanent


async def test_lines_that_begin_with_a_dot_and_bare_line_feeds_arrive_as_they_are() -> None:
    text = b"From: a@desk.example\r\n\r\n.\r\n..\r\nend\n.\n"
    with smtp_server() as taken:
        await Outgoing().post(at(taken), OutgoingMail(POST.sender, POST.recipient, text))
    assert taken.raw[0].replace(b"\r\n", b"\n").rstrip() == text.replace(b"\r\n", b"\n").rstrip()
