"""What our own mail server found out about who sent a mail: Authentication-Results (RFC 8601).

Anybody can write such a field into a mail. Ours alone counts, and our server puts it above all that came with the mail:
so only the topmost field that bears its name (authserv-id) is read, and those right below it that bear it too. The
result of DMARC (RFC 7489) decides; without one, DKIM or SPF does where its domain is that of the From address.
"""

import re
from collections.abc import Collection, Iterator
from email.message import Message
from enum import StrEnum

from frontdesk.channels.email.headers import addresses, raws

FIELD = "authentication-results"
MOST_VALUE = 10_000
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_FOLD = re.compile(r"\s+")
_RESULT = re.compile(r"^\s*(dmarc|dkim|spf)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)\b(.*)$", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.from|header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


class Verdict(StrEnum):
    """Whether a mail comes from its From address, as far as our server says."""

    UNKNOWN = "unknown"
    PASSED = "passed"
    FAILED = "failed"


def verdict_of(mail: Message, servers: Collection[str]) -> Verdict:
    """What our mail servers (their authserv-ids) say of a mail; UNKNOWN where none of them says anything."""
    senders = addresses(raws(mail, "From"))
    if len(raws(mail, "From")) != 1 or len(senders) != 1:
        return Verdict.UNKNOWN  # of two senders one may be proven and the other shown
    domain = senders[0][1].rpartition("@")[2].lower().rstrip(".")
    found = [each for value in _ours(mail, {server.lower() for server in servers}) for each in _results(value)]
    for result, told in [(result, told) for method, result, told in found if method == "dmarc"]:
        if _is_aligned(told.get("header.from", domain), domain):
            return Verdict.PASSED if result == "pass" else Verdict.FAILED if result == "fail" else Verdict.UNKNOWN
    passed = any(result == "pass" and _is_aligned(_domain_of(told, method), domain) for method, result, told in found)
    return Verdict.PASSED if passed else Verdict.UNKNOWN


def _ours(mail: Message, servers: set[str]) -> Iterator[str]:
    """The values of the topmost block of our fields, without comments and without the server's name."""
    begun = False
    for name, value in mail.raw_items():
        text = _COMMENT.sub(" ", _FOLD.sub(" ", str(value)[:MOST_VALUE])) if name.lower() == FIELD else ""
        server, _, results = text.partition(";")
        if text and (server.strip().split(" ") or [""])[0].lower() in servers:
            begun = True
            yield results
        elif begun:
            return
        elif text:
            return  # somebody else's stands above: ours would have been put on top of it


def _results(value: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(method, result, properties) of each result."""
    for part in value.split(";"):
        if found := _RESULT.match(part):
            told = {name.lower(): text.lower().rstrip(".") for name, text in _PROPERTY.findall(found[3])}
            yield found[1].lower(), found[2].lower(), told


def _domain_of(told: dict[str, str], method: str) -> str:
    if method == "dkim":
        return told.get("header.d") or told.get("header.i", "").rpartition("@")[2]
    return told.get("smtp.mailfrom", "").rpartition("@")[2] if method == "spf" else ""


def _is_aligned(proven: str, domain: str) -> bool:
    """Whether what is proven is the domain of the From address, or one that stands above it."""
    return bool(proven) and "." in proven and (domain == proven or domain.endswith(f".{proven}"))
