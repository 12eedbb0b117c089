"""Mails and news that mail services bring: forms of SendGrid, JSON of Postmark."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from frontdesk.channels.email import postmark, sendgrid
from frontdesk.channels.email.finding import Own
from frontdesk.interfaces.channels import Forged, WebhookRequest
from frontdesk.model import DeliveryState
from frontdesk.model.channels import CustomerMessage, DeliveryNotice, Ignored, RawEvent, Unread
from tests.channels.email.mails import raw
from tests.channels.email.test_finding import OURS

OWN = Own(("support@desk.example",), b"secret")
NOW = datetime.fromtimestamp(1795600000, UTC)
FORM = "multipart/form-data; boundary=xYz"
HEADERS = "Received: by mx\nMessage-ID: <m9@customer.example>\nFrom: Kim <kim@customer.example>\nSubject: Leak\nTo: s\n"


def form(fields: dict[str, bytes], files: dict[str, bytes] | None = None) -> bytes:
    """A form as SendGrid posts it."""
    parts = [
        b'--xYz\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (n.encode(), v) for n, v in fields.items()
    ]
    for number, (name, content) in enumerate((files or {}).items(), 1):
        head = f'--xYz\r\nContent-Disposition: form-data; name="attachment{number}"; filename="{name}"\r\n'
        parts.append(head.encode() + b"Content-Type: image/png\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + b"--xYz--\r\n"


def inbound(**more: Any) -> bytes:
    """An inbound event as Postmark posts it."""
    told: dict[str, Any] = {
        "FromName": "Kim",
        "From": "kim@customer.example",
        "OriginalRecipient": "support@desk.example",
        "Subject": "Leak",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "Date": "Thu, 26 Nov 2026 09:00:00 +0100",
        "TextBody": "It leaks – really.",
        "HtmlBody": "<p>It leaks</p>",
        "Headers": [{"Name": "Message-ID", "Value": "<m9@customer.example>"}, {"Name": "X-Spam", "Value": "No"}],
        "Attachments": [
            {"Name": "leak.png", "Content": base64.b64encode(b"\x89PNG").decode(), "ContentType": "image/png"}
        ],
    }
    return json.dumps(told | more).encode()


def asked(body: bytes, content_type: str = FORM, **headers: str) -> WebhookRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest("POST", "https://desk.example/x", headers={"content-type": content_type, **named}, body=body)


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"any:{password}".encode()).decode()


def sendgrid_reads(body: bytes, content_type: str = FORM) -> Any:
    [found] = sendgrid.read(RawEvent("email", "1", body, content_type), OWN)
    return found


def postmark_reads(body: bytes) -> Any:
    [found] = postmark.read(RawEvent("email", "1", body, "application/json"), OWN)
    return found


def test_a_form_of_sendgrid_is_a_mail_with_its_files() -> None:
    fields = {
        "headers": HEADERS.encode(),
        "text": "Es läuft aus.".encode("cp1252"),
        "html": b"<p>x</p>",
        "charsets": b'{"text":"iso-8859-1","html":"utf-8"}',
    }
    said = sendgrid_reads(form(fields, {"leak.png": b"\x89PNG\r\n\x1a\n"}))
    assert isinstance(said, CustomerMessage)
    assert (said.provider_id, said.sender.address) == ("m9@customer.example", "kim@customer.example")
    assert said.text == "Leak\n\nEs läuft aus."
    assert [(each.name, each.content) for each in said.attachments] == [("leak.png", b"\x89PNG\r\n\x1a\n")]


def test_a_form_with_the_raw_mail_is_read_like_the_mail() -> None:
    said = sendgrid_reads(form({"email": raw("It leaks."), "from": b"x"}))
    assert said.provider_id == "m1@customer.example"
    assert "It leaks." in said.text


def test_events_of_sendgrid_are_news_of_our_mails() -> None:
    events = [
        {"event": "delivered", "smtp-id": f"<{OURS}>", "timestamp": 1795600000},
        {"event": "bounce", "smtp-id": f"<{OURS}>", "reason": "550 no such user"},
        {"event": "processed", "smtp-id": f"<{OURS}>"},
        {"event": "delivered"},
        "nonsense",
    ]
    found = sendgrid.read(RawEvent("email", "1", json.dumps(events).encode(), "application/json"), OWN)
    delivered, bounced = found[:2]
    assert isinstance(delivered, DeliveryNotice)
    assert isinstance(bounced, DeliveryNotice)
    assert (delivered.state, delivered.provider_id) == (DeliveryState.DELIVERED, OURS)
    assert (bounced.state, bounced.error) == (DeliveryState.FAILED, "550 no such user")
    assert [type(each) for each in found[2:]] == [Ignored, Ignored, Unread]


def test_an_inbound_event_of_postmark_is_a_mail_with_its_files() -> None:
    said = postmark_reads(inbound())
    assert (said.provider_id, said.sender.address) == ("m9@customer.example", "kim@customer.example")
    assert said.text == "Leak\n\nIt leaks – really."
    assert [(each.name, each.content) for each in said.attachments] == [("leak.png", b"\x89PNG")]
    assert postmark_reads(inbound(RawEmail=raw("Raw.").decode())).provider_id == "m1@customer.example"


def test_a_type_of_a_file_that_is_no_ascii_does_not_stand_in_the_way_of_its_mail() -> None:
    odd = {"Name": "Prüfung.pdf", "Content": base64.b64encode(b"%PDF-").decode(), "ContentType": "anwendung/prüfung"}
    said = postmark_reads(inbound(Attachments=[odd]))
    assert isinstance(said, CustomerMessage)
    assert [(e.name, e.media_type, e.content) for e in said.attachments] == [
        ("Prüfung.pdf", "application/octet-stream", b"%PDF-")
    ]


def test_news_of_postmark_name_our_answer_by_its_key() -> None:
    delivered = postmark_reads(
        b'{"RecordType":"Delivery","Metadata":{"frontdesk":"KEY"},"DeliveredAt":"2026-11-26T09:00:00Z"}'
    )
    assert (delivered.state, delivered.key) == (DeliveryState.DELIVERED, "KEY")
    bounced = postmark_reads(
        b'{"RecordType":"Bounce","Metadata":{"frontdesk":"KEY"},"Name":"Hard bounce","Details":"550"}'
    )
    assert (bounced.state, bounced.error) == (DeliveryState.FAILED, "Hard bounce 550")
    assert isinstance(postmark_reads(b'{"RecordType":"SpamComplaint"}'), Ignored)


def test_a_mail_has_the_same_id_by_webhook_as_over_imap_and_whenever_it_is_posted() -> None:
    assert sendgrid.event_id(asked(form({"headers": HEADERS.encode()}))) == "m9@customer.example"
    assert postmark.event_id(asked(inbound(), "application/json")) == "m9@customer.example"
    news = b'[{"event":"open"}]'
    assert sendgrid.event_id(asked(news, "application/json")) == sendgrid.event_id(asked(news, "application/json"))


@pytest.mark.parametrize("service", [sendgrid, postmark])
def test_only_who_knows_the_password_may_call(service: Any) -> None:
    service.check(asked(b"x", authorization=basic("right")), "right", "", NOW)
    for given in (basic("wrong"), basic(""), "Basic !!!", "Bearer right", ""):
        with pytest.raises(Forged):
            service.check(asked(b"x", authorization=given), "right", "", NOW)
    with pytest.raises(Forged):
        service.check(asked(b"x", authorization=basic("")), "", "", NOW)


def test_a_signature_of_sendgrid_is_checked_over_the_bytes_that_came() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    key = base64.b64encode(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    body = form({"headers": HEADERS.encode()})
    signature = base64.b64encode(private.sign(b"1795600000" + body, ec.ECDSA(SHA256()))).decode()

    def signed(data: bytes = body, at: str = "1795600000", sign: str = signature) -> WebhookRequest:
        return asked(data, **{sendgrid.SIGNATURE: sign, sendgrid.TIMESTAMP: at})

    sendgrid.check(signed(), "", key, NOW)
    with pytest.raises(Forged, match="off"):
        sendgrid.check(signed(), "", key, NOW + timedelta(hours=74))
    for forged in (
        signed(body + b" "),
        signed(at="1795600001"),
        signed(sign=signature[:-8] + "AAAAAAA="),
        signed(sign=""),
    ):
        with pytest.raises(Forged):
            sendgrid.check(forged, "", key, NOW)


@pytest.mark.slow
@pytest.mark.parametrize("service", [sendgrid, postmark])
def test_ten_thousand_hostile_events_are_read_or_refused(service: Any) -> None:
    chance = random.Random(11)
    sound = [
        form({"headers": HEADERS.encode(), "text": b"x"}, {"a.png": b"x"}),
        inbound(),
        b'[{"event":"bounce"}]',
        b"[" * 5000,
    ]
    for n in range(10_000):
        data = bytearray(sound[n % len(sound)])
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(data) + 1)
            data[place : place + chance.randint(0, 30)] = chance.randbytes(chance.randint(0, 4))
        kind = FORM if n % len(sound) == 0 else "application/json"
        assert service.event_id(asked(bytes(data), kind))
        assert service.read(RawEvent("email", "1", bytes(data), kind), OWN)
