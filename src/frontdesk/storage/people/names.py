"""What names, addresses and tokens of people and programs must be."""

import hashlib
import re

from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.translatable import tr

_EMAIL = re.compile(r"[^\s@\x00-\x20\x7f]+@[^\s@\x00-\x20\x7f]+")
CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def hash_of(token: str) -> str:
    """What is stored of a token: it is random enough that a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def checked_email(text: str) -> str:
    """An address as it is stored. Raises Invalid."""
    clean = text.strip().lower()
    if len(clean) > 320 or not _EMAIL.fullmatch(clean) or CONTROLS.search(clean):
        raise Invalid(tr("{text!r} is not an e-mail address", text=text[:80]), "email")
    return clean


def checked_name(text: str, most: int) -> str:
    """A name as it is stored. Raises Invalid."""
    clean = text.strip()
    if not clean or len(clean) > most or CONTROLS.search(clean):
        raise Invalid(tr("a name has 1 to {most} printable characters", most=most), "name")
    return clean


def checked_role(role: Role) -> Role:
    """A role that somebody can have. Raises Invalid."""
    if role is Role.ANYONE:
        known = ", ".join(each for each in Role if each is not Role.ANYONE)
        raise Invalid(tr("role must be one of {known}", known=known), "role")
    return role
