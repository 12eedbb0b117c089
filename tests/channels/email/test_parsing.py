"""Mails as programs and people really send them."""

import base64
import time
from email.message import EmailMessage

import pytest

from frontdesk.channels.email.parsing import Unparseable, identity, mail_of
from tests.channels.email.mails import by_hand, mail, raw

FROM = "From: Kim <kim@customer.example>\nSubject: Hi\nMessage-ID: <m@customer.example>\nMIME-Version: 1.0\n"


def test_an_ordinary_mail_says_who_wrote_what_and_when() -> None:
    read = mail_of(raw("It leaks."))
    assert (read.sender_name, read.sender_address) == ("Kim Doe", "kim@customer.example")
    assert (read.subject, read.text, read.message_id) == ("Washing machine", "It leaks.", "m1@customer.example")
    assert read.sent_at is not None
    assert read.sent_at.isoformat() == "2026-11-26T08:00:00+00:00"
    assert (read.automatic, read.report) == ("", None)


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        ("=?utf-8?q?Waschmaschine_l=C3=A4uft?= =?utf-8?q?_aus?=", "Waschmaschine läuft aus"),
        ("=?UTF-8?B?4pyT?= =?utf-8?B?5pel5pys6Kqe?= ok", "✓日本語 ok"),
        # one character split between two words, as some programs do
        ("=?utf-8?B?5pel5pw=?= =?utf-8?B?rOiqng==?=", "日本語"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?x-nobody-knows?q?na=EFve?=", "naïve"),
        ("=?utf-8?b?not base64!?=", "not base64!"),
        ("Gr\xfc\xdfe", "Grüße"),
        ("=?gb2312?B?tPO80rrD?=", "大家好"),
    ],
)
def test_subjects_in_any_charset_are_read(subject: str, meant: str) -> None:
    data = FROM.replace("Subject: Hi", f"Subject: {subject}").encode("latin-1")
    assert mail_of(data + b"\r\n\r\nx").subject == meant


@pytest.mark.parametrize(
    ("charset", "data", "meant"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", "Preis 5 €".encode("cp1252"), "Preis 5 €"),
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("iso-8859-1", "Стиральная машина течёт".encode("cp1251"), "Стиральная машина течёт"),
        ("iso-2022-jp", "洗濯機が動きません".encode(), "洗濯機が動きません"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("x-unknown", "Grüße".encode("cp1252"), "Grüße"),
        ("", "Grüße".encode(), "Grüße"),
        ("gb2312", "镕基".encode("gb18030"), "镕基"),
        ("shift_jis", "①髙".encode("cp932"), "①髙"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("utf-16", "Grüße".encode("utf-16"), "Grüße"),
        ("rot13", b"Hello", "Hello"),
        ("hex", b"abcd", "abcd"),
        ("unicode_escape", b"\\u0041", "\\u0041"),
    ],
)
def test_a_charset_that_is_unknown_or_wrong_is_seen_through(charset: str, data: bytes, meant: str) -> None:
    kind = f'Content-Type: text/plain; charset="{charset}"\n' if charset else ""
    assert mail_of(by_hand(f"{FROM}{kind}Content-Transfer-Encoding: 8bit", data)).text == meant


def test_the_plain_alternative_is_taken_and_files_of_the_other_are_kept() -> None:
    made = mail("Plain words.")
    made.add_alternative("<p>Rich words.</p>", subtype="html")
    made.get_payload()[1].add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")  # type: ignore[index,union-attr]
    read = mail_of(made.as_bytes())
    assert (read.text, [f.name for f in read.files]) == ("Plain words.", ["bill.pdf"])


def test_an_html_mail_is_read_without_what_it_hides_and_quotes() -> None:
    html = (
        "<html><head><style>p{}</style></head><body><div style='display:none'>Preview</div>"
        "<p>It <b>leaks</b> &amp; smells.</p><div class='gmail_quote'>On Monday we wrote …</div></body></html>"
    )
    made = EmailMessage()
    made["From"], made["Subject"] = "kim@customer.example", "Re: Machine"
    made.set_content(html, subtype="html")
    assert mail_of(made.as_bytes()).text == "It leaks & smells."


def test_a_picture_written_into_the_html_is_a_file_and_no_text() -> None:
    data = base64.b64encode(b"\x89PNG" * 30).decode()
    html = f"<p>See <img src='data:image/png;base64,{data}'> this.</p>"
    read = mail_of(by_hand(FROM + "Content-Type: text/html", html))
    assert read.text.split() == ["See", "this."]
    assert [(f.name, f.content) for f in read.files] == [("picture.png", b"\x89PNG" * 30)]


def test_an_empty_plain_part_beside_html_is_passed_over() -> None:
    made = mail("\n \n")
    made.add_alternative("<p>Rich words.</p>", subtype="html")
    assert mail_of(made.as_bytes()).text == "Rich words."


def test_text_around_pictures_is_read_as_one() -> None:
    made = mail("Before.")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="leak.png", disposition="inline")
    made.attach(_text("After."))
    read = mail_of(made.as_bytes())
    assert (read.text, [f.name for f in read.files]) == ("Before.\n\nAfter.", ["leak.png"])


def test_multiparts_forty_deep_are_read_and_deeper_ones_do_no_harm() -> None:
    assert mail_of(_nested(30)).text == "Deep inside."
    assert mail_of(_nested(60)).text in ("", "Deep inside.")
    with pytest.raises(Unparseable, match="could not be read"):
        mail_of(_nested(2000))


def test_a_signed_mail_is_read_and_its_signature_is_no_file() -> None:
    read = mail_of(by_hand(FROM + 'Content-Type: multipart/signed; boundary="s"', SIGNED))
    assert (read.text, read.files) == ("Signed words.", ())


def test_an_encrypted_mail_says_so_and_is_kept_whole() -> None:
    read = mail_of(by_hand(FROM + 'Content-Type: multipart/encrypted; boundary="s"', SIGNED))
    assert "encrypted" in read.text
    assert [f.name for f in read.files] == ["encrypted.eml"]
    sealed = mail_of(by_hand(FROM + "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64", "AAAA"))
    assert ("S/MIME" in sealed.text, [f.name for f in sealed.files]) == (True, ["smime.p7m"])


def test_what_is_packed_is_read_and_its_files_are_kept() -> None:
    packed = mail_of(by_hand(FROM + "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: 8bit", WINMAIL))
    assert (packed.text, [(f.name, f.content) for f in packed.files]) == ("Hi", [("a.txt", b"abc")])
    signed = mail_of(by_hand(FROM + "Content-Type: application/pkcs7-mime; smime-type=signed-data", OPAQUE))
    assert (signed.text, signed.files) == ("My machine leaks", ())


def test_a_forwarded_mail_is_kept_as_a_file_and_an_inline_one_as_text() -> None:
    made = mail("See below.", subject="Fwd: Machine")
    made.add_attachment(mail("The old mail."))
    assert [f.name for f in mail_of(made.as_bytes()).files] == ["message.eml"]
    text = "Please help her.\n\nVon: Ann <ann@customer.example>\nGesendet: Montag\nAn: Kim\nBetreff: Leck\n\nEs leckt."
    assert "Es leckt." in mail_of(raw(text, subject="WG: Leck")).text


def test_an_invitation_is_told_in_words() -> None:
    ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Technician\\, please\nDTSTART;TZID=Europe/Berlin:20261127T100000\n"
    calendar = f"{ics}LOCATION:At ho\n me\nEND:VEVENT\nEND:VCALENDAR"
    read = mail_of(by_hand(FROM + "Content-Type: text/calendar; method=REQUEST", calendar))
    assert read.text == "Technician, please\nBegin: 20261127T100000\nPlace: At home"
    assert [f.media_type for f in read.files] == ["text/calendar"]


def test_names_of_files_hold_no_path_and_read_in_any_charset() -> None:
    names = ["../../etc/passwd", "C:\\temp\\bill.pdf", "Größe.txt", "a\tb.txt", "x" * 300 + ".pdf", ""]
    made = mail()
    for name in names:
        made.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name or None)
    found = [f.name for f in mail_of(made.as_bytes()).files]
    assert found[:3] == ["passwd", "bill.pdf", "Größe.txt"]
    assert found[4].endswith(".pdf")
    assert max(map(len, found)) <= 200
    assert found[5] == "file"
    assert all(name.isprintable() and "/" not in name for name in found)


@pytest.mark.slow
def test_files_of_twenty_megabytes_are_kept_and_larger_ones_are_named() -> None:
    twenty, more = b"a" * (20 * 1024 * 1024), b"b" * (20 * 1024 * 1024 + 1)
    made = mail()
    made.add_attachment(more, maintype="application", subtype="zip", filename="more.zip")
    made.add_attachment(twenty, maintype="application", subtype="zip", filename="twenty.zip")
    read = mail_of(made.as_bytes())
    assert [(f.name, len(f.content)) for f in read.files] == [("twenty.zip", len(twenty))]
    assert "more.zip" in read.left_out[0]


def test_a_text_that_is_a_file_is_a_file() -> None:
    made = mail("Words.")
    made.add_attachment("log line", filename="log.txt")
    read = mail_of(made.as_bytes())
    assert (read.text, read.files[0].content.strip()) == ("Words.", b"log line")


def test_references_come_nearest_first() -> None:
    read = mail_of(raw(in_reply_to="<c@x>", references="<a@x> <b@x> <c@x>"))
    assert read.references == ("c@x", "b@x", "a@x")


def test_answers_go_to_reply_to() -> None:
    assert mail_of(raw(reply_to="Desk <other@customer.example>")).reply_to == "other@customer.example"


def test_a_mail_is_known_by_its_id_else_by_what_it_says() -> None:
    assert identity(raw(message_id="<m1@customer.example>")) == "m1@customer.example"
    without, other = raw(message_id=""), raw("Something else.", message_id="")
    assert identity(without) == identity(without)
    assert len({identity(without), identity(other), identity(raw(message_id="", subject="Other"))}) == 3
    long = identity(by_hand(f"Message-ID: <{'x' * 900}@y>"))
    assert len(long) <= 200


def test_what_is_no_mail_is_refused_in_words() -> None:
    for data in (b"", b"\r\n\r\nbody", b"X" * 2_000_000):
        with pytest.raises(Unparseable):
            mail_of(data)


def test_an_attachment_without_end_and_base64_without_sense_are_read_as_far_as_they_go() -> None:
    broken = FROM + 'Content-Type: multipart/mixed; boundary="b"'
    body = "--b\r\nContent-Type: text/plain\r\n\r\nWords.\r\n--b\r\nContent-Type: image/png; name=a.png\r\n"
    data = by_hand(broken, body + "Content-Transfer-Encoding: base64\r\n\r\n!!!not@base64")
    assert mail_of(data).text == "Words."


def test_a_mail_made_to_be_slow_is_read_in_good_time() -> None:
    began = time.process_time()
    for data in SLOW:
        try:
            mail_of(data)
        except Unparseable:
            continue
    assert time.process_time() - began < 60


def _text(text: str) -> EmailMessage:
    part = EmailMessage()
    part.set_content(text)
    return part


def _nested(depth: int) -> bytes:
    head = FROM + 'Content-Type: multipart/mixed; boundary="b0"'
    body = ""
    for n in range(depth):
        body += f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n'
    body += f"--b{depth}\r\nContent-Type: text/plain\r\n\r\nDeep inside.\r\n"
    return by_hand(head, body + "".join(f"--b{n}--\r\n" for n in range(depth, -1, -1)))


WINMAIL = (
    b"\x78\x9f\x3e\x22\x01\x00" + b"\x01\x0c\x80\x01\x00\x03\x00\x00\x00Hi\x00\x00\x00"
    b"\x02\x02\x90\x06\x00\x00\x00\x00\x00\x00\x00" + b"\x02\x10\x80\x01\x00\x06\x00\x00\x00a.txt\x00\x00\x00"
    b"\x02\x0f\x80\x06\x00\x03\x00\x00\x00abc\x00\x00"
)
# Content cut in two pieces, as programs write it that do not know its length beforehand.
OID = b"\x06\x09*\x86H\x86\xf7\x0d\x01\x07"
OPAQUE = b"".join(
    (
        b"\x30\x80" + OID + b"\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80" + OID + b"\x01\xa0\x80\x24\x80",
        b"\x04\x18Content-Type: text/plain\x04\x14\r\n\r\nMy machine leaks\x00\x00\x00\x00\x00\x00\x31\x02\x04\x00",
    )
)
SIGNED = (
    "--s\r\nContent-Type: text/plain\r\n\r\nSigned words.\r\n"
    "--s\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP\r\n--s--\r\n"
)
SLOW = [
    by_hand(FROM, "On " + "a " * 100_000 + "wrote:\r\n" + "> x\r\n" * 50_000),
    by_hand(FROM, "From: a\r\n" * 50_000),
    by_hand(FROM, "_" * 200_000 + "\r\n" * 100_000),
    by_hand(FROM + "Content-Type: text/html", "<div style='margin:9999999em'><table>" * 5_000 + "x"),
    by_hand(FROM + "Content-Type: text/html", "<style>" * 50_000),
    by_hand(FROM + "To: " + "<a@b.example>," * 50_000, "x"),
    by_hand(FROM + "Subject: " + "=?utf-8?q?a?= " * 20_000, "x"),
    by_hand(FROM + "References: " + "<a@b> " * 30_000, "x"),
    by_hand(FROM + 'Content-Type: multipart/mixed; boundary="b"', "--b\r\n\r\nx\r\n" * 20_000),
    by_hand(FROM + "Content-Transfer-Encoding: base64", base64.encodebytes(b"x" * 3_000_000)),
]
