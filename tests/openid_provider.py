"""A small OpenID provider on loopback that is strict about what it is sent, and lies where a test tells it to."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from aiohttp import web
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "frontdesk", "s3cret: with/signs+"


@dataclass
class Provider:
    """What it knows. `claims` are about whoever signs in; `lies` replace claims (None: left out) of the token."""

    issuer: str = ""
    redirect_uri: str = ""
    claims: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "s-1",
            "email": "Ada@Example.com",
            "email_verified": True,
            "name": "Ada Brightwater",
            "groups": ["desk"],
        }
    )
    lies: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    only_userinfo: tuple[str, ...] = ()
    userinfo: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    shown: RSAKey | None = None
    keys_told: Any = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    asked_for_keys: int = 0

    def authorize(self, address: str) -> str:
        """Act as the provider's page does after somebody signed in there: the address that it sends the browser to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["redirect_uri"] == self.redirect_uri
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(asked["scope"].split())
        assert len(asked["state"]) >= 32
        assert len(asked["nonce"]) >= 32
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    async def describe(self, _: web.Request) -> web.Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "authorization_response_iss_parameter_supported": True,
        }
        return web.json_response(told | self.described)

    async def keys(self, _: web.Request) -> web.Response:
        self.asked_for_keys += 1
        if self.keys_told is not None:
            return web.json_response(self.keys_told)
        return web.json_response({"keys": [(self.shown or self.key).as_dict(private=False)]})

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self.codes.pop(str(form.get("code")), None)  # a code works once
        reason = self._wrong(request.headers.get("authorization", ""), dict(form), asked)
        if reason or asked is None:
            self.refused.append(reason)
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {"access_token": "at", "token_type": "Bearer", "id_token": self._token(asked["nonce"])}
        )

    def _wrong(self, authorization: str, form: dict[str, Any], asked: dict[str, str] | None) -> str:
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if [unquote_plus(each) for each in given.split(":")] != [CLIENT, SECRET]:
            return "client"
        if asked is None or form.get("grant_type") != "authorization_code":
            return "code"
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return "redirect_uri"
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        return "" if challenge.decode().rstrip("=") == asked["code_challenge"] else "verifier"

    def _token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce}
        claims |= {name: value for name, value in self.claims.items() if name not in self.only_userinfo}
        claims |= self.lies
        told = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "1"}
        if self.algorithm == "none":
            registry = jws.JWSRegistry(algorithms=["none"])
            return jwt.encode(header, told, OctKey.import_key("x"), algorithms=["none"], registry=registry)
        key = OctKey.import_key(SECRET) if self.algorithm == "HS256" else self.key
        return jwt.encode(header, told, key, algorithms=[self.algorithm])

    async def tell(self, request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer at"
        return web.json_response(self.claims | self.userinfo)


@asynccontextmanager
async def provider(redirect_uri: str) -> AsyncIterator[Provider]:
    """One that runs."""
    made = Provider(redirect_uri=redirect_uri)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", made.describe)
    app.router.add_get("/keys", made.keys)
    app.router.add_post("/token", made.token)
    app.router.add_get("/userinfo", made.tell)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
