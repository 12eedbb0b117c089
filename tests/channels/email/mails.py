"""Mails for tests, made the way mail programs make them."""

from email.message import EmailMessage
from email.policy import SMTP


def mail(text: str = "My washing machine leaks.", **fields: str) -> EmailMessage:
    """A mail to support; fields are given as `in_reply_to="<a@b>"`, an empty one is left out."""
    made = EmailMessage(policy=SMTP)
    chosen = {
        "from": "Kim Doe <kim@customer.example>",
        "to": "support@desk.example",
        "subject": "Washing machine",
        "message_id": "<m1@customer.example>",
        "date": "Thu, 26 Nov 2026 09:00:00 +0100",
        **fields,
    }
    for name, value in chosen.items():
        if value:
            made[name.replace("_", "-").title()] = value
    made.set_content(text)
    return made


def raw(text: str = "My washing machine leaks.", **fields: str) -> bytes:
    """The bytes of such a mail."""
    return mail(text, **fields).as_bytes()


def by_hand(head: str, body: bytes | str = "") -> bytes:
    """A mail that no program would make: header lines and body as they are."""
    lines = head.strip("\n").replace("\n", "\r\n")
    return lines.encode("utf-8") + b"\r\n\r\n" + (body.encode("utf-8") if isinstance(body, str) else body)
