"""Recognises mails that must not get an automatic answer (RFC 3834 and other conventions)."""

from collections.abc import Collection
from email.message import Message

from frontdesk.channels.email.headers import has, raw, raws

BULK = {"bulk", "list", "junk", "auto_reply"}
MACHINES = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "no_reply", "bounce")
# What we put on every automatic answer, so that others' machines do not answer it.
MARKS = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


def why_unanswered(mail: Message, sender: str, own: Collection[str]) -> str:
    """The reason why no automatic answer may go to this mail, empty where one may. `own` are our own addresses."""
    submitted = raw(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = raw(mail, "Precedence").strip().lower()
    path = [value.strip() for value in raws(mail, "Return-Path")]
    local = sender.partition("@")[0].lower()
    reasons = {
        "it names no sender": not sender,
        "it comes from an address of ours": is_own(sender, own),
        f"it was sent automatically (Auto-Submitted: {submitted[:40]})": submitted not in ("", "no"),
        f"it is bulk mail (Precedence: {precedence[:40]})": precedence in BULK,
        "it comes from a mailing list": has(mail, "List-"),
        "its sender takes no answers (empty Return-Path)": any(p in ("<>", "") for p in path),
        "it is a report on the delivery of a mail": mail.get_content_type() == "multipart/report",
        "it asks for no automatic answer (X-Auto-Response-Suppress)": _suppresses(mail),
        "it is an automatic answer (X-Autoreply)": any(has(mail, n) for n in ("X-Autoreply", "X-Autorespond")),
        f"{local[:40]}@ is no person's address": local.split("+")[0] in MACHINES or local.startswith("bounce"),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def is_own(address: str, own: Collection[str]) -> bool:
    """Whether an address is one of ours, with or without a plus part."""
    local, _, domain = address.lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    return plain in {other.lower() for other in own} or address.lower() in {other.lower() for other in own}


def _suppresses(mail: Message) -> bool:
    named = {part.strip().lower() for part in raw(mail, "X-Auto-Response-Suppress").split(",")}
    return bool(named & {"all", "autoreply", "oof"})
