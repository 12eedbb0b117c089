"""Checks a new message before it is stored: clear refusals, nothing cut, nothing lost."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from frontdesk.interfaces import Invalid
from frontdesk.model import NewMessage, Sender
from frontdesk.model.translatable import tr

MOST_CHARACTERS = 100_000
LIMITS = {"name": 200, "address": 320, "phone": 40, "customer_no": 40}
PROVIDER_ID_LENGTH = 200
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSTORABLE = re.compile(_CONTROLS.pattern + "|[\ud800-\udfff]")


def check(message: NewMessage, channels: Mapping[str, bool]) -> NewMessage:
    """The message as it will be stored. `channels` maps each known code to whether it is in use.

    Text is kept whole; only characters that no database and no reader can hold (NUL, other control characters,
    half surrogate pairs) are replaced by U+FFFD. Raises Invalid.
    """
    text = storable(message.text)
    if not any(unicodedata.category(character) not in _UNSEEN for character in message.text[:10_000]):
        raise Invalid(tr("text is empty: write what the customer said"), "text")
    if len(text) > MOST_CHARACTERS:
        wrong = tr("text has {length:,} characters: at most {most:,} are taken", length=len(text), most=MOST_CHARACTERS)
        raise Invalid(wrong, "text")
    if not channels.get(message.channel, False):
        known = ", ".join(sorted(code for code, active in channels.items() if active))
        wrong = tr("channel {channel!r} is not known: use one of {known}", channel=message.channel[:40], known=known)
        raise Invalid(wrong, "channel")
    if len(message.provider_id) > PROVIDER_ID_LENGTH or _CONTROLS.search(message.provider_id):
        wrong = tr("provider_id must have at most {most} printable characters", most=PROVIDER_ID_LENGTH)
        raise Invalid(wrong, "provider_id")
    return replace(message, text=text, sender=_sender(message.sender), provider_id=storable(message.provider_id))


def storable(text: str) -> str:
    """The text without what cannot be stored: controls except tab, line feed and carriage return, lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


def _sender(sender: Sender) -> Sender:
    for field, limit in LIMITS.items():
        if len(getattr(sender, field)) > limit:
            raise Invalid(tr("{field} has more than {most} characters", field=field, most=limit), field)
    name, address, phone, customer_no = (storable(getattr(sender, field)).strip() for field in LIMITS)
    return Sender(name, address, phone, customer_no, sender.identity)
