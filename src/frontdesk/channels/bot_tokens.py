"""Checks the JSON Web Tokens (RFC 7519, RS256) by which Microsoft's Bot Framework authenticates its calls.

The keys are fetched once and again when a token names one that is not among them, at most every five minutes.
"""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelTools
from frontdesk.interfaces import Failed
from frontdesk.interfaces.channels import Forged

SKEW_SECONDS = 300.0
KEYS_GOOD_SECONDS = 86_400.0
ASK_AGAIN_SECONDS = 300.0
SOON_SECONDS = 10.0
MOST_TOKEN = 8000
LEAST_KEY_BITS = 2048


class TokenCheck:
    """Knows Microsoft's keys, our issuer and audience."""

    def __init__(self, tools: ChannelTools, keys_url: str, issuer: str, audience: str) -> None:
        """`keys_url` leads to a JSON Web Key Set."""
        where = urlsplit(keys_url)
        self._http, self._path = tools.reach(f"{where.scheme}://{where.netloc}"), where.path
        self._tools, self._issuer, self._audience = tools, issuer, audience
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def claims(self, authorization: str) -> Mapping[str, Any]:
        """The claims of a good token. Raises Forged; Failed where the keys cannot be had."""
        scheme, _, token = authorization.partition(" ")
        pieces = token.strip().split(".")
        if scheme.lower() != "bearer" or len(pieces) != 3 or len(token) > MOST_TOKEN:
            raise Forged("the header Authorization holds no token")
        head, claims = _object(pieces[0]), _object(pieces[1])
        if head.get("alg") != "RS256":
            raise Forged("the token is not signed with RS256")
        key = await self._key(parts.text(head, "kid"))
        if key is None or not _is_signed(f"{pieces[0]}.{pieces[1]}".encode(), _bytes(pieces[2]), key):
            raise Forged("the token's signature does not fit")
        self._check(claims)
        return claims

    def _check(self, claims: Mapping[str, Any]) -> None:
        now = self._tools.clock().timestamp()
        if claims.get("iss") != self._issuer or claims.get("aud") != self._audience:
            raise Forged("the token is from or for somebody else")
        ends, begins = claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(ends, int | float) or not isinstance(begins, int | float):
            raise Forged("the token does not say when it ends")
        if now > ends + SKEW_SECONDS or now < begins - SKEW_SECONDS:
            raise Forged("the token is not good any more, or not yet")

    async def _key(self, kid: str) -> Mapping[str, Any] | None:
        """The key of this name. Those who come while the keys are being fetched wait for them."""
        async with self._asking:
            return await self._found(kid)

    async def _found(self, kid: str) -> Mapping[str, Any] | None:
        now = self._tools.seconds()
        age = KEYS_GOOD_SECONDS if self._asked_at is None else now - self._asked_at
        if age >= KEYS_GOOD_SECONDS or (kid not in self._keys and age >= ASK_AGAIN_SECONDS):
            # Where they cannot be had now, they are asked for again in a moment, not with every request.
            self._asked_at = now - ASK_AGAIN_SECONDS + SOON_SECONDS
            self._keys = await self._fetch()
            self._asked_at = now
        if not self._keys:
            raise Failed("Microsoft's keys cannot be had", after_seconds=SOON_SECONDS)
        return self._keys.get(kid)

    async def _fetch(self) -> dict[str, Mapping[str, Any]]:
        answer = await self._http.send("GET", self._path)
        if not answer.ok:
            raise Failed(f"Microsoft's keys cannot be had: status {answer.status}")
        keys = parts.objects(answer.json(), "keys")
        return {parts.text(key, "kid"): key for key in keys if parts.text(key, "kty") == "RSA"}


def _is_signed(content: bytes, signature: bytes, key: Mapping[str, Any]) -> bool:
    from cryptography.exceptions import InvalidSignature  # loaded where Teams is used
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA256

    modulus, exponent = (int.from_bytes(_bytes(parts.text(key, name)), "big") for name in ("n", "e"))
    if modulus.bit_length() < LEAST_KEY_BITS:
        return False
    try:
        RSAPublicNumbers(exponent, modulus).public_key().verify(signature, content, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _object(piece: str) -> Mapping[str, Any]:
    try:
        return parts.document(_bytes(piece))
    except parts.Unfit:
        raise Forged("the token cannot be read") from None


def _bytes(piece: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))
    except (binascii.Error, ValueError):
        return b""
