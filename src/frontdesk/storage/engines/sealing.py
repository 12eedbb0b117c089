"""What is encrypted before it is stored, where the operator gives a key: AES-256-GCM.

The database, its back-ups and whoever reads them then hold no attachment, recording, raw event or seed of a second
factor in clear. What was stored before there was a key stays as it is and can still be read.
"""

import base64
import binascii
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, String, TypeDecorator
from sqlalchemy.engine import Dialect

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

SEALED: Final = b"fd-sealed-1\0"
SEED: Final = b"fd-seed-1\0"
NONCE, KEY = 12, 32
SEALED_SEED = 64  # 20 bytes with their nonce and tag, in base 64; in base 32 and not encrypted these are 32 characters
SETTING = "storage.attachment_key"


class Sealer:
    """Encrypts with the first key, and decrypts with whichever fits."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """At least one key of 32 bytes."""
        self._keys = [AESGCM(key) for key in keys]

    def seal(self, content: bytes, purpose: bytes) -> bytes:
        """Encrypted, for this purpose and no other."""
        nonce = os.urandom(NONCE)
        return nonce + self._keys[0].encrypt(nonce, content, purpose)

    def unseal(self, sealed: bytes, purpose: bytes) -> bytes:
        """In clear. Raises Invalid where no key fits, or somebody changed it."""
        for key in self._keys:
            try:
                return key.decrypt(sealed[:NONCE], sealed[NONCE:], purpose)
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
        return SEALED + sealer.seal(value, SEALED) if value and sealer else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Decrypt what was encrypted. Raises Invalid without its key."""
        if value is None or bytes(value[: len(SEALED)]) != SEALED:
            return value  # type: ignore[no-any-return]
        sealer = sealer_in(dialect)
        if sealer is None:
            raise Invalid(tr("the file cannot be decrypted: no key of {setting} fits", setting=SETTING))
        return sealer.unseal(bytes(value[len(SEALED) :]), SEALED)


class SealedSeed(TypeDecorator[str]):
    """160 bits in base 32, encrypted where there is a key. Without its key it stays sealed: no code fits it then."""

    impl = String(SEALED_SEED)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt."""
        sealer = sealer_in(dialect)
        return base64.b64encode(sealer.seal(base64.b32decode(value), SEED)).decode() if value and sealer else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt what was encrypted, if that can be."""
        sealer = sealer_in(dialect)
        if value is None or len(value) != SEALED_SEED or sealer is None:
            return value  # type: ignore[no-any-return]
        with suppress(Invalid, ValueError):
            return base64.b32encode(sealer.unseal(base64.b64decode(value), SEED)).decode()
        return value  # type: ignore[no-any-return]
