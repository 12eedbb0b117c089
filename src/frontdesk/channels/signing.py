"""Signatures of vendors: made over raw bytes, compared in constant time."""

import base64
import hashlib
import hmac
import re
from datetime import datetime

from frontdesk.interfaces.channels import Forged


def digest(*parts: bytes | str) -> str:
    """A fixed-length id of something that has none of its own."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() if isinstance(part, str) else part)
        whole.update(b"\x00")
    return whole.hexdigest()


def hex_mac(secret: str, content: bytes, algorithm: str = "sha256") -> str:
    """The HMAC as hexadecimal digits."""
    return hmac.digest(secret.encode(), content, algorithm).hex()


def base64_mac(secret: str, content: bytes, algorithm: str = "sha256") -> str:
    """The HMAC in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), content, algorithm)).decode()


def check_challenge(token: str, form: re.Pattern[str], where: str) -> None:
    """Sign only what has the form of the vendor's challenges, never what could be a stranger's event. Raises Forged."""
    if not form.fullmatch(token):
        raise Forged(f"{where} is missing, or is none of the vendor's challenges")


def compare(given: str, right: str, where: str) -> None:
    """Raises Forged, which names where the signature was looked for."""
    if not given:
        raise Forged(f"{where} is missing")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), right.encode()):
        raise Forged(f"{where} does not fit")


def check_age(stamp: str, now: datetime, most_seconds: float, where: str) -> None:
    """Refuse what was signed too long ago, or in the future. `stamp` is in seconds since 1970. Raises Forged."""
    try:
        age = now.timestamp() - float(stamp)
    except ValueError:
        raise Forged(f"{where} is no time") from None
    if not abs(age) <= most_seconds:
        raise Forged(f"{where} is more than {most_seconds:g} s off")
