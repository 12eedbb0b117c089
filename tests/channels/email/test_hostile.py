"""Ten thousand mails that were changed at random: none may do harm, and each is either read or refused in words."""

import random

import pytest

from frontdesk.channels.email.finding import Own, found_in
from frontdesk.channels.email.parsing import Mail, Unparseable, identity, mail_of
from frontdesk.channels.email.parts import MOST_FILES
from tests.channels.email.mails import by_hand, mail, raw
from tests.channels.email.test_bounces import dsn
from tests.channels.email.test_parsing import FROM, OPAQUE, SIGNED, WINMAIL

MANY = 10_000
OWN = Own(("support@desk.example",), b"secret")
PIECES = [
    *(b"\r\n\r\n", b"\n", b"\x00", b"\xff\xfe", b"--b\r\n", b"--b--", b"=?utf-8?b?", b"?=", b"<", b">", b"<!--"),
    *(b"\xed\xa0\x80", b"begin 644 \n", b"Message-ID: <", b"From: @@<<>>,;:()\r\n", b"(" * 200, b'"' * 51),
    *(b"; charset*0*=x''%ff", b"; filename*=utf-8''%00", b"BEGIN:VEVENT\nSUMMARY:", "\u202e\u0000".encode()),
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/html; charset=idna\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"Date: Mon, 99 Xxx 99999 99:99:99 +9999\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
]


def seeds() -> list[bytes]:
    rich = mail("Plain.")
    rich.add_alternative("<p>Rich <blockquote type=cite>old</blockquote></p>", subtype="html")
    rich.add_attachment(b"\x89PNG" * 20, maintype="image", subtype="png", filename="Größe.png")
    return [
        raw("Hi.\r\n\r\nOn Mon, 23 Nov 2026 Kim <k@x.example> wrote:\r\n> old", references="<a@b> <c@d>"),
        rich.as_bytes(),
        dsn("failed"),
        by_hand(FROM + 'Content-Type: multipart/signed; boundary="s"', SIGNED),
        by_hand(FROM + "Content-Type: text/calendar", "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT"),
        by_hand(FROM + "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: 8bit", WINMAIL),
        by_hand(FROM + "Content-Type: application/pkcs7-mime; smime-type=signed-data", OPAQUE),
        by_hand(FROM + "Content-Type: text/plain; format=flowed; delsp=yes", "> a \n> b\nc \nd\n-- \ne"),
        by_hand(
            FROM + 'Content-Type: multipart/mixed; boundary="x"', b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + raw()
        ),
        by_hand(FROM + 'Content-Type: multipart/mixed; boundary="-x"', "-x\nContent-Type: text/html\n\n<p>a<br>b"),
    ]


def mutated(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        place, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        match chance.randrange(5):
            case 0:
                data = data[:place] + chance.choice(PIECES) + data[place:]
            case 1:
                data = data[:place] + data[min(end, place + 40) :]
            case 2:
                data = data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
            case 3:
                data = data[:place] + data[place:end] + data[place:]
            case _:
                data = data[: max(place, 1)]
    return data[:50_000]


@pytest.mark.slow
def test_ten_thousand_changed_mails_are_read_or_refused() -> None:
    chance, sound = random.Random(7), seeds()
    read = 0
    for n in range(MANY):
        data = mutated(sound[n % len(sound)], chance)
        assert 0 < len(identity(data)) <= 200
        try:
            assert found_in(data, OWN)
            found = mail_of(data, OWN.addresses)
        except Unparseable:
            continue
        read += 1
        _check(found)
    assert read > MANY * 0.8


def _check(found: Mail) -> None:
    assert len(found.files) <= MOST_FILES
    assert all(len(f.name) <= 200 and "/" not in f.name for f in found.files)
    for text in (found.text, found.subject, found.sender_name, found.sender_address, *found.references):
        text.encode("utf-8")
    assert "@" in found.sender_address or not found.sender_address
