"""Recognises mails that must not get an automatic answer (RFC 3834 and other conventions)."""

import re
from collections.abc import Collection
from email.message import Message

from frontdesk.channels.email.headers import has, raw, raws
from frontdesk.channels.email.wording import is_named, phrases, plain, words

BULK = {"bulk", "list", "junk", "auto_reply", "autoreply"}
# An automatic answer says so in its subject, before what it answers, or at the beginning of a short text.
MOST_WORDS, BEGINNING = 1500, 240
ENDS = r"(?:[:：\-–—(\[|]|$|(?:re|aw|sv|antw|until|bis|till|jusqu|hasta|fino)\b)"
# What we put on every automatic answer, so that others' machines do not answer it.
MARKS = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


def why_unanswered(mail: Message, sender: str, own: Collection[str], *, is_our_list: bool = False) -> str:
    """The reason why no automatic answer may go to this mail, empty where one may.

    `own` are our own addresses; `is_our_list`: it came through a list or group that is one of them.
    """
    submitted = raw(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = raw(mail, "Precedence").strip().lower()
    path = [value.strip() for value in raws(mail, "Return-Path")]
    reasons = {
        "it names no sender": not sender,
        "it comes from an address of ours": is_own(sender, own),
        f"it was sent automatically (Auto-Submitted: {submitted[:40]})": submitted not in ("", "no"),
        f"it is bulk mail (Precedence: {precedence[:40]})": precedence in BULK and not is_our_list,
        "it comes from a mailing list": has(mail, "List-") and not is_our_list,
        "its sender takes no answers (empty Return-Path)": any(p in ("<>", "") for p in path),
        "it is a report on the delivery of a mail": mail.get_content_type() == "multipart/report",
        "it asks for no automatic answer (X-Auto-Response-Suppress)": _suppresses(mail),
        "it is an automatic answer (X-Autoreply)": any(has(mail, name) for name in words("automatic", "fields")),
        f"{sender.partition('@')[0][:40]}@ is no person's address": is_machine(sender),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def is_automatic(subject: str, text: str, *, is_answer: bool) -> bool:
    """Whether a machine wrote this, by its words alone; in a text only where it answers something."""
    if re.match(rf"(?:{phrases('automatic', 'subject').pattern}\s*){{1,3}}(?:(?<=:)|{ENDS})", plain(subject)):
        return True
    said = plain(text) if is_answer and len(text) <= MOST_WORDS else ""
    is_away = phrases("automatic", "body").search(said[:BEGINNING]) is not None
    return is_away and phrases("automatic", "beside").search(said) is not None


def is_machine(address: str) -> bool:
    """Whether nobody reads what is sent to this address, by its name."""
    return is_named(address, "machines")


def is_own(address: str, own: Collection[str]) -> bool:
    """Whether an address is one of ours, with or without a plus part."""
    local, _, domain = address.lower().rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}"
    return bool(local) and bool({bare, address.lower()} & {other.lower() for other in own})


def _suppresses(mail: Message) -> bool:
    named = {part.strip().lower() for part in raw(mail, "X-Auto-Response-Suppress").split(",")}
    return bool(named & {"all", "autoreply", "oof"})
