"""Finds who wrote a mail and whom to answer: also behind mailing lists, groups and web forms."""

from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message

from frontdesk.channels.email.headers import addresses, has, raws
from frontdesk.channels.email.loops import is_machine, is_own
from frontdesk.channels.email.wording import plain, words

# Where lists and groups that write in their own name keep whose mail it was.
ORIGINALS = ("X-Original-From", "X-Original-Sender", "X-MailFrom")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote; `relay` is the address that the mail came from in their name, whose proof proves nothing of them."""

    name: str
    address: str
    reply_to: str
    relay: str = ""


def writer_of(mail: Message, own: Collection[str], forms: Collection[str] = ()) -> Writer:
    """`own` are our addresses, `forms` those that write for others, whom Reply-To names."""
    sources = (addresses(raws(mail, field)) for field in ("From", "Sender", "Reply-To", "Return-Path"))
    name, address = next((found[0] for found in sources if found), ("", ""))
    replies = [each for each in addresses(raws(mail, "Reply-To")) if not is_own(each[1], own)]
    reply_to = replies[0][1] if replies else address
    originals = addresses([value for field in ORIGINALS for value in raws(mail, field)])
    people = [each for each in (*originals, *replies) if not is_own(each[1], own) and not is_machine(each[1])]
    plain_name, via = _without_via(name)
    is_form = is_machine(address) or address.lower() in {form.lower() for form in forms}
    if people and (is_own(address, own) or (via and has(mail, "List-"))):
        return Writer(people[0][0] or plain_name, people[0][1], people[0][1], address)
    if is_form and (people := [each for each in replies if not is_machine(each[1]) and each[1] != address]):
        return Writer(*people[0], people[0][1], address)
    return Writer(name, address, reply_to)


def _without_via(name: str) -> tuple[str, bool]:
    """The name in "'Kim Doe' via Support"."""
    parts = name.split()
    place = next((n for n, word in enumerate(parts) if n and plain(word) in words("senders", "via")), len(parts))
    return " ".join(parts[:place]).strip("'\""), place < len(parts)
