"""Plus addresses that say which interaction an answer belongs to: `support+i42.<mac>@example.com`.

The mac keeps strangers from writing into an interaction by counting numbers. It is lower-case, as some mail servers
change the case of addresses on the way.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Iterable

MAC_CHARACTERS = 16  # 80 bits
_TOKEN = re.compile(r"i([1-9][0-9]{0,17})\.([a-z2-7]{16})")


def plus_address(address: str, interaction_id: int, secret: bytes) -> str:
    """The address for answers in this interaction."""
    local, _, domain = address.rpartition("@")
    return f"{local}+i{interaction_id}.{_mac(local, domain, interaction_id, secret)}@{domain}"


def interaction_of(recipients: Iterable[str], own: Collection[str], secret: bytes) -> int | None:
    """The interaction that one of these addresses names with a valid mac, None where none does."""
    plain = {address.lower() for address in own}
    for recipient in recipients:
        local, _, domain = recipient.lower().rpartition("@")
        name, _, token = local.partition("+")
        found = _TOKEN.fullmatch(token)
        if not found or f"{name}@{domain}" not in plain:
            continue
        if hmac.compare_digest(found[2], _mac(name, domain, int(found[1]), secret)):
            return int(found[1])
    return None


def _mac(local: str, domain: str, interaction_id: int, secret: bytes) -> str:
    text = f"plus-address\n{local.lower()}@{domain.lower()}\n{interaction_id}".encode()
    return base64.b32encode(hmac.digest(secret, text, hashlib.sha256)).decode().lower()[:MAC_CHARACTERS]
