"""Mails of a folder, as the channel reads them: what is taken, whose words and files are kept, what is recognised.

A `.json` beside a mail tells what is expected of it (docs/benchmarks.md); mails below the target are named on stderr.
"""

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from pathlib import Path
from typing import Any

from lxml.html import document_fromstring

from benchmarks.measure import Figure
from frontdesk.channels.email.charsets import text_of
from frontdesk.channels.email.finding import Own, found_in
from frontdesk.channels.email.parsing import Mail, Unparseable, mail_of
from frontdesk.model import DeliveryState
from frontdesk.model.channels import CustomerMessage, Found

OWN = Own(("support@desk.example",))
PERCENT = 100.0
_UNSEEN = dict.fromkeys(map(ord, "\u200b\ufeff\u00ad\u200e\u200f"))


@dataclass
class Tally:
    """How many of each kind were tried and right; `wrong` names the others."""

    tried: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, what: str, missing: object) -> None:
        """One thing of one mail: nothing `missing` is right."""
        self.tried[what] += 1
        self.right[what] += not missing
        if missing:
            self.wrong.append(f"{name}: {what}: {missing}")


async def mail(folder: Path) -> AsyncIterator[Figure]:
    """Read all mails of the folder and judge them."""
    tally, shares = Tally(), list[float]()
    for path in sorted(folder.rglob("*.eml")):
        data = path.read_bytes()
        try:
            read, [found] = mail_of(data, OWN.addresses), found_in(data, OWN)
        except Unparseable as error:
            tally.note(path.name, "accepted", str(error))
            continue
        tally.note(path.name, "accepted", "")
        if read.report is None:
            share, missing = words_kept(data, read)
            shares.append(share)
            tally.note(path.name, "all_words_kept", missing)
        beside = path.with_suffix(".json")
        if beside.is_file():
            for what, wrong in judged(json.loads(beside.read_text("utf-8")), read, found):
                tally.note(path.name, what, wrong)
    print("\n".join(tally.wrong), file=sys.stderr)
    yield Figure("mails", tally.tried["accepted"], "mails")
    yield Figure("words_kept", PERCENT * sum(shares) / max(len(shares), 1), "%", "100 %")
    for what, tried in tally.tried.items():
        yield Figure(what, PERCENT * tally.right[what] / tried, f"% of {tried}", "100 %")


def words_kept(data: bytes, read: Mail) -> tuple[float, str]:
    """The share of the words of the plain or the HTML parts that are in text or quotation; some of those missing."""
    found_words = _words(f"{read.text} {read.quoted}")
    kept, whole = Counter(found_words), "".join(found_words)
    found = [(1.0, "")]
    for kind in ("text/plain", "text/html"):
        parts = _texts(message_from_bytes(data, policy=compat32), kind)
        if said := [word for part in parts for word in _words(part)]:
            # Where lines of a script without blanks were broken, words are found in the whole.
            lost = Counter(said) - kept if "".join(said) not in whole else Counter[str]()
            found.append((1 - lost.total() / len(said), " ".join(list(lost)[:12])))
    return max(found[1:] or found)


def judged(expected: Mapping[str, Any], read: Mail, found: Found) -> Iterator[tuple[str, object]]:
    """What was judged, and what is wrong with it."""
    text, everything = _plain(read.text), [_plain(part) for part in (read.text, read.quoted, *_file_texts(read))]
    yield "said", [part for part in expected.get("body_contains", ()) if _plain(part) not in text]
    yield "old_words_cut", [part for part in expected.get("body_lacks", ()) if _plain(part) in text]
    kept = expected.get("kept_contains", ())
    yield "kept", [part for part in kept if not any(_plain(part) in each for each in everything)]
    if (names := expected.get("attachments")) is not None:
        yield "attachments", _difference(names, [each.name for each in read.files])
    if expected.get("from"):
        answered = read.sender_address if expected.get("automatic") else read.reply_to
        yield "sender", (answered or "nobody") if answered.lower() != expected["from"].lower() else ""
    if (automatic := expected.get("automatic")) is not None:
        is_person = isinstance(found, CustomerMessage) and not found.automatic
        yield "automatic" if automatic else "people", (read.automatic or "a person's") if is_person == automatic else ""
    if "bounce" in expected:
        yield "bounce" if expected["bounce"] else "no_bounce", _bounce(expected["bounce"], read)


def _difference(names: list[str | None], found: list[str]) -> str:
    same = len(names) == len(found) and all(
        name is None or _plain(name) == _plain(each) for name, each in zip(names, found, strict=True)
    )
    return "" if same else f"{found} for {names}"


def _bounce(expected: Mapping[str, Any] | None, read: Mail) -> str:
    report = read.report
    if expected is None:
        return f"{report}" if report and report.state is DeliveryState.FAILED else ""
    if report is None:
        return "no report"
    named = expected.get("message_id", "").strip("<>")
    wrong = named and named not in report.message_ids
    wrong = wrong or (expected.get("address") or report.recipient).lower() != report.recipient.lower()
    return f"{report}" if wrong or bool(expected.get("soft")) == bool(report.state) else ""


def _file_texts(read: Mail) -> Iterator[str]:
    return (text_of(each.content) for each in read.files)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).translate(_UNSEEN).split())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).translate(_UNSEEN).casefold())


def _texts(mail: Message, kind: str) -> Iterator[str]:
    """The visible text of the parts of this kind that are no files."""
    for part in mail.walk():
        if part.get_content_type() != kind or part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        if encoding := part["Content-Transfer-Encoding"]:
            part.replace_header("Content-Transfer-Encoding", str(encoding).strip(" ;\t"))
        data = part.get_payload(decode=True)
        text = text_of(data if isinstance(data, bytes) else b"", str(part.get_param("charset", "")))
        yield _visible(text) if kind == "text/html" and text.strip() else text


def _visible(html: str) -> str:
    try:
        root = document_fromstring(re.sub(r"<\?xml[^>]*>|\x00", "", html))
    except Exception:  # what is no HTML has no visible text
        return ""
    for element in root.xpath("//script|//style|//head|//template|//comment()|//*[contains(@style,'display:none')]"):
        element.drop_tree()
    return " ".join(root.itertext())
