"""Contents of files that are encrypted before they are stored, where the operator gives a key: AES-256-GCM.

The database, its back-ups and whoever reads them then hold no attachment, recording or raw event in clear. Content that
was stored before there was a key stays as it is and can still be read.
"""

import base64
import binascii
import os
from collections.abc import Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, TypeDecorator
from sqlalchemy.engine import Dialect

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

SEALED: Final = b"fd-sealed-1\0"
NONCE, KEY = 12, 32
SETTING = "storage.attachment_key"


class Sealer:
    """Encrypts with the first key, and decrypts with whichever fits."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """At least one key of 32 bytes."""
        self._keys = [AESGCM(key) for key in keys]

    def seal(self, content: bytes) -> bytes:
        """Encrypted; nothing stays nothing."""
        if not content:
            return content
        nonce = os.urandom(NONCE)
        return SEALED + nonce + self._keys[0].encrypt(nonce, content, SEALED)

    def unseal(self, content: bytes) -> bytes:
        """In clear. Raises Invalid where no key fits, or somebody changed it."""
        nonce, sealed = content[len(SEALED) :][:NONCE], content[len(SEALED) + NONCE :]
        for key in self._keys:
            try:
                return key.decrypt(nonce, sealed, SEALED)
            except (InvalidTag, ValueError):
                continue
        raise Invalid(tr("the file cannot be decrypted: no key of {setting} fits", setting=SETTING))


def sealer_of(keys: str) -> Sealer | None:
    """For the keys of a setting: base64 of 32 bytes each, blanks between, the newest first. Raises Invalid."""
    try:
        parsed = [base64.b64decode(each, validate=True) for each in keys.split()]
    except (binascii.Error, ValueError):
        parsed = [b""]
    if any(len(each) != KEY for each in parsed):
        raise Invalid(
            tr(
                "{setting} holds base64 of {bytes} bytes, as `openssl rand -base64 32` prints",
                setting=SETTING,
                bytes=KEY,
            ),
            SETTING,
        )
    return Sealer(parsed) if parsed else None


def use(dialect: Dialect, sealer: Sealer | None) -> None:
    """Have what is stored and read through this dialect sealed and unsealed."""
    dialect.sealer = sealer  # type: ignore[attr-defined]  # what types are handed of an engine is its dialect alone


def sealer_in(dialect: Dialect) -> Sealer | None:
    """What was set by `use`."""
    return getattr(dialect, "sealer", None)


class Sealed(TypeDecorator[bytes]):
    """Bytes, encrypted where there is a key."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Encrypt."""
        sealer = sealer_in(dialect)
        return sealer.seal(value) if value and sealer else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Decrypt what was encrypted. Raises Invalid without its key."""
        if value is None or bytes(value[: len(SEALED)]) != SEALED:
            return value  # type: ignore[no-any-return]
        sealer = sealer_in(dialect)
        if sealer is None:
            raise Invalid(tr("the file cannot be decrypted: no key of {setting} fits", setting=SETTING))
        return sealer.unseal(bytes(value))
