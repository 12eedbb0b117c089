"""What is left of a channel's id of a message that was erased: a digest, by which a second delivery is recognised."""

import hashlib

PREFIX = "erased:"


def erased_key(provider_id: str) -> str:
    """The digest that takes the place of an id; of a digest, itself."""
    if not provider_id or provider_id.startswith(PREFIX):
        return provider_id
    return PREFIX + hashlib.sha256(provider_id.encode("utf-8", "replace")).hexdigest()[:40]
