"""Checks the JSON Web Tokens (RFC 7519, RS256) by which Microsoft's Bot Framework authenticates its calls.

The keys are fetched once and again when a token names one that is not among them, at most every five minutes.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelTools
from frontdesk.interfaces import Failed
from frontdesk.interfaces.channels import Forged

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

SKEW_SECONDS = 300
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
        self._keys: dict[str, RSAKey] = {}
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def claims(self, authorization: str) -> Mapping[str, Any]:
        """The claims of a good token. Raises Forged; Failed where the keys cannot be had."""
        from joserfc import jws, jwt  # loaded where Teams is used
        from joserfc.errors import JoseError

        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or len(token) > MOST_TOKEN:
            raise Forged("the header Authorization holds no token")
        wanted = jwt.JWTClaimsRegistry(
            now=int(self._tools.clock().timestamp()),
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        )
        try:
            key = await self._key(parts.text(jws.extract_compact(token.encode()).headers(), "kid"))
            if key is None:
                raise Forged("the token's signature does not fit")
            claims = jwt.decode(token, key, algorithms=["RS256"]).claims
            wanted.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Forged(f"the token is not good: {error}") from None
        return claims

    async def _key(self, kid: str) -> "RSAKey | None":
        """The key of this name. Those who come while the keys are being fetched wait for them."""
        async with self._asking:
            return await self._found(kid)

    async def _found(self, kid: str) -> "RSAKey | None":
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

    async def _fetch(self) -> "dict[str, RSAKey]":
        answer = await self._http.send("GET", self._path)
        if not answer.ok:
            raise Failed(f"Microsoft's keys cannot be had: status {answer.status}")
        keys = {parts.text(each, "kid"): _key(each) for each in parts.objects(answer.json(), "keys")}
        return {kid: key for kid, key in keys.items() if key is not None}


def _key(given: dict[str, Any]) -> "RSAKey | None":
    """An RSA key that is long enough."""
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        key = RSAKey.import_key(given)
    except (JoseError, KeyError, ValueError, TypeError):
        return None
    return key if key.public_key.key_size >= LEAST_KEY_BITS else None
