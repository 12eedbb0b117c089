"""What a mail means to us."""

from frontdesk.channels.email.composing import message_id
from frontdesk.channels.email.finding import Own, found_in
from frontdesk.channels.email.plus_address import plus_address
from frontdesk.model import DeliveryState
from frontdesk.model.channels import COMPLAINT, CustomerMessage, DeliveryNotice, Found, Ignored, Unread
from tests.channels.email.mails import by_hand, mail, raw
from tests.channels.email.test_bounces import dsn

OWN = Own(("support@desk.example",), b"secret")
OURS = message_id("01KB00000000000000000000AA", "support@desk.example")


def found(data: bytes) -> Found:
    [only] = found_in(data, OWN)
    return only


def message(data: bytes) -> CustomerMessage:
    only = found(data)
    assert isinstance(only, CustomerMessage)
    return only


def test_a_mail_is_a_message_of_its_sender() -> None:
    said = message(raw("It leaks.", **{"from": "Kim Doe <Kim@Customer.example>"}))
    assert (said.sender.name, said.sender.address) == ("Kim Doe", "kim@customer.example")
    assert (said.provider_id, said.text) == ("m1@customer.example", "Washing machine\n\nIt leaks.")
    assert not said.joins_by_sender


def test_the_subject_of_an_answer_is_not_said_again() -> None:
    assert message(raw("Yes.", subject="Re: Machine", in_reply_to="<x@desk.example>")).text == "Yes."
    assert message(raw("Leak in the cellar.", subject="Leak")).text == "Leak in the cellar."
    assert message(raw(" ", subject="Please call me")).text == "Please call me"


def test_a_plus_address_names_the_interaction_and_a_subject_only_mentions_it() -> None:
    said = message(raw(to=plus_address("support@desk.example", 42, b"secret"), subject="Re: x [N2HTWA7D]"))
    assert (said.interaction_id, said.mentions) == (42, "N2HTWA7D")
    assert message(raw(to="support+i42.aaaaaaaaaaaaaaaa@desk.example")).interaction_id is None


def test_a_plus_address_counts_also_where_only_the_mail_system_knows_it() -> None:
    said = message(raw(to="list@other.example", delivered_to=plus_address("support@desk.example", 7, b"secret")))
    assert said.interaction_id == 7


def test_answers_name_the_nearest_mail_first_and_the_thread_by_its_first() -> None:
    said = message(raw(in_reply_to="<c@x>", references="<a@x> <b@x> <c@x>"))
    assert (said.answers, said.thread) == (("c@x", "b@x", "a@x"), "a@x")
    assert message(raw()).thread == "m1@customer.example"


def test_a_form_writes_for_whom_reply_to_names_but_joins_none_of_their_conversations() -> None:
    said = message(raw(reply_to="Kim <kim@customer.example>", in_reply_to="<x@y>", **{"from": "noreply@shop.example"}))
    assert (said.sender.address, said.automatic) == ("kim@customer.example", "")
    assert said.is_disproved
    ours = {"from": "'Kim' via Support <support@desk.example>", "list_id": "<x>", "precedence": "list"}
    group = message(raw(x_original_from="Kim <kim@customer.example>", **ours))
    assert (group.sender.name, group.sender.address, group.automatic) == ("Kim", "kim@customer.example", "")
    assert not group.is_disproved


def test_files_come_along_and_what_was_left_out_is_said() -> None:
    made = mail("See.")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="leak.png")
    [file] = message(made.as_bytes()).attachments
    assert (file.name, file.media_type, file.content) == ("leak.png", "image/png", b"\x89PNG")
    assert "[not taken: this mail of 60 MB" in message(b"X-Frontdesk-Cut: 62914560\r\n" + made.as_bytes()).text


def test_a_bounce_is_news_of_our_mail() -> None:
    notice = found(dsn("failed").replace(b"k1@desk.example", OURS.encode()))
    assert isinstance(notice, DeliveryNotice)
    assert (notice.state, notice.provider_id) == (DeliveryState.FAILED, OURS)
    assert "no such user" in notice.error


def test_a_delayed_mail_of_ours_is_on_its_way_still() -> None:
    assert isinstance(found(dsn("delayed").replace(b"k1@desk.example", OURS.encode())), Ignored)


def test_a_bounce_of_a_mail_that_is_not_ours_is_nobodys_message() -> None:
    said = found(dsn("failed"))
    assert isinstance(said, Ignored)
    assert "not ours" in said.reason


def test_a_bounce_that_names_no_mail_is_about_the_last_one_to_its_recipient() -> None:
    fields = {"from": "mailer-daemon@customer.example", "subject": "failure notice"}
    notice = found(raw("I could not deliver to\n<kim@customer.example>:\nno mailbox here by that name", **fields))
    assert isinstance(notice, DeliveryNotice)
    assert (notice.state, notice.recipient) == (DeliveryState.FAILED, "kim@customer.example")


def test_a_bounce_is_known_by_the_key_that_the_server_was_given() -> None:
    data = dsn("failed").replace(b"Reporting-MTA", b"Original-Envelope-Id: 01KB00000000000000000000AA\r\nReporting-MTA")
    notice = found(data.replace(b"k1@desk.example", b"other@relay.example"))
    assert isinstance(notice, DeliveryNotice)
    assert notice.key == "01KB00000000000000000000AA"


def test_a_complaint_is_no_failure_but_a_word_in_the_interaction_that_ends_our_mails() -> None:
    body = (
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n"
        "Original-Rcpt-To: <Kim@customer.example>\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <{OURS}>\r\nTo: kim@customer.example\r\n\r\nx\r\n--b--\r\n"
    )
    head = 'From: fbl@provider.example\nContent-Type: multipart/report; report-type=feedback-report; boundary="b"'
    said = message(by_hand(head, body))
    assert (said.sender.address, said.answers) == ("kim@customer.example", (OURS,))
    assert said.automatic.startswith(COMPLAINT)


def test_what_nobody_can_read_waits_for_a_person() -> None:
    assert isinstance(found(b"\r\n\r\nno header"), Unread)
