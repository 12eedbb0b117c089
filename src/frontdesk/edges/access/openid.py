"""Single sign-on of people by OpenID Connect: the authorization code flow with PKCE (OpenID Connect Core 1.0).

The issuer's address is set by the operator. What its discovery document names on another host is called as any
address from outside is: not where it is internal (see outgoing.addresses). joserfc checks signatures and claims.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from frontdesk.edges.access.loopback import is_loopback_name
from frontdesk.interfaces import Clock, Http, Invalid, NoAnswer, SignInRefused
from frontdesk.interfaces.cached import Cached
from frontdesk.model import Role
from frontdesk.model.identity import NAME_LENGTH
from frontdesk.model.sign_in import ProvenPerson
from frontdesk.model.translatable import tr

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT_SECONDS = 3600.0
# Unknown keys make us ask again, but strangers cannot make us ask all the time.
KEYS_EVERY_SECONDS = 60.0
# Signatures by keys that only the provider has: no `none`, and no secret that both sides know.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
MOST_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class OpenIdRules:
    """The settings of single sign-on. `roles` and `teams` are by the names of groups at the provider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scopes: str = "openid email profile"
    groups_claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    default_role: str = ""
    clock_skew_seconds: int = 60


class Flow(msgspec.Struct, frozen=True):
    """What a browser keeps between going to the provider and coming back."""

    state: str
    nonce: str
    verifier: str
    onward: str
    until: int


class Discovery(msgspec.Struct, frozen=True):
    """What we use of a discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class OpenId:
    """One provider."""

    def __init__(
        self, rules: OpenIdRules, connect: Callable[[str, bool], Http], clock: Clock, seconds: Callable[[], float]
    ) -> None:
        """`connect` makes the client of an address, trusted or not; `seconds` only goes forward. Raises Invalid."""
        _check(rules)
        self._rules, self._connect, self._clock, self._seconds = rules, connect, clock, seconds
        self._known = Cached[Discovery](KEPT_SECONDS, seconds)
        self._keys = Cached[KeySet](KEPT_SECONDS, seconds)
        self._keys_asked_at = float("-inf")
        self._clients: dict[str, Http] = {}

    async def begin(self, onward: str, seconds: int) -> tuple[str, Flow]:
        """Where to send a browser, and what it keeps until it comes back. Raises NoAnswer, SignInRefused."""
        found = await self._discovery()
        until = int(self._clock().timestamp()) + seconds
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = Flow(state, nonce, verifier, onward, until)
        query = {
            "response_type": "code",
            "client_id": self._rules.client_id,
            "redirect_uri": self._rules.redirect_uri,
            "scope": self._rules.scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": _unpadded(hashlib.sha256(flow.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return _with_query(found.authorization_endpoint, query), flow

    async def finish(self, flow: Flow, given: Mapping[str, str]) -> tuple[ProvenPerson, str]:
        """Whom the provider vouches for, and its token. Raises SignInRefused, NoAnswer."""
        now = self._clock()
        if not secrets.compare_digest(flow.state.encode(), given.get("state", "").encode()):
            raise SignInRefused(tr("this sign-in was not begun here: begin again"))
        if now.timestamp() > flow.until:
            raise SignInRefused(tr("this sign-in took too long: begin again"))
        found = await self._discovery()
        said = given.get("iss", "")  # RFC 9207: the answer of another provider is not mixed up with this one's
        if (said or found.authorization_response_iss_parameter_supported) and said != self._rules.issuer:
            raise SignInRefused(tr("the answer is not from the sign-on service that was asked"))
        if "error" in given or not given.get("code"):
            raise SignInRefused(tr("the sign-on service refused: {reason}", reason=given.get("error", "")[:100]))
        tokens = await self._exchange(found, given["code"], flow.verifier)
        claims = await self._claims(found, str(tokens.get("id_token", "")), flow.nonce, now)
        more = await self._userinfo(found, str(tokens.get("access_token", "")), claims)
        return self._person(more | claims), str(tokens["id_token"])

    async def sign_out_address(self, id_token: str, back: str) -> str:
        """Where to send a browser to sign out at the provider too, empty where it knows no such place
        (OpenID Connect RP-Initiated Logout 1.0)."""
        try:
            found = await self._discovery()
        except (NoAnswer, SignInRefused):
            return ""
        query = {"id_token_hint": id_token, "client_id": self._rules.client_id, "post_logout_redirect_uri": back}
        return _with_query(found.end_session_endpoint, query) if found.end_session_endpoint else ""

    async def _discovery(self) -> Discovery:
        return await self._known.get(self._discover)

    async def _discover(self) -> Discovery:
        told = await self._get(self._rules.issuer.rstrip("/") + WELL_KNOWN)
        try:
            found = msgspec.convert(told, Discovery)
        except msgspec.ValidationError as error:
            raise SignInRefused(
                tr("the sign-on service describes itself wrongly: {reason}", reason=str(error))
            ) from None
        if found.issuer != self._rules.issuer:
            raise SignInRefused(tr("the sign-on service says that it is another: {issuer}", issuer=found.issuer[:200]))
        for address in (found.authorization_endpoint, found.end_session_endpoint):
            if address and not _is_safe(address):
                raise SignInRefused(tr("the sign-on service names an address without encryption"))
        return found

    async def _exchange(self, found: Discovery, code: str, verifier: str) -> Mapping[str, Any]:
        rules = self._rules
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": rules.redirect_uri}
        form["code_verifier"] = verifier
        headers = {}
        if not rules.client_secret:
            form["client_id"] = rules.client_id
        elif "client_secret_basic" in found.token_endpoint_auth_methods_supported:
            pair = f"{quote_plus(rules.client_id)}:{quote_plus(rules.client_secret)}"  # RFC 6749, 2.3.1
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": rules.client_id, "client_secret": rules.client_secret}
        answer = await self._at(found.token_endpoint).send("POST", "", form=form, headers=headers)
        told = _object(answer.json())
        if not answer.ok or not isinstance(told.get("id_token"), str):
            raise SignInRefused(tr("the sign-on service refused: {reason}", reason=str(told.get("error", ""))[:100]))
        return told

    async def _claims(self, found: Discovery, token: str, nonce: str, now: datetime) -> dict[str, Any]:
        """What the token says, if everything about it is right (OpenID Connect Core 1.0, 3.1.3.7)."""
        if len(token) > MOST_LENGTH:
            raise SignInRefused(tr("the sign-on service sent a token that is too long"))
        rules = self._rules
        wanted = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=rules.clock_skew_seconds,
            iss={"essential": True, "value": rules.issuer},
            aud={"essential": True, "value": rules.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = dict((await self._decoded(found, token)).claims)
            wanted.validate(claims)
        except (JoseError, TypeError, ValueError) as error:
            reason = str(error)[:200]
            raise SignInRefused(tr("the token of the sign-on service is not good: {reason}", reason=reason)) from None
        audience, party = claims["aud"], claims.get("azp")
        if (isinstance(audience, list) and len(audience) > 1 and not party) or party not in (None, rules.client_id):
            raise SignInRefused(tr("the token of the sign-on service is not good: {reason}", reason="azp"))
        return claims

    async def _decoded(self, found: Discovery, token: str) -> jwt.Token:
        """Providers change their keys: where none fits, they are asked for again."""
        try:
            return jwt.decode(token, await self._keys.get(lambda: self._ask_keys(found)), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if self._seconds() - self._keys_asked_at < KEYS_EVERY_SECONDS:
                raise
            self._keys.forget()
            return jwt.decode(token, await self._keys.get(lambda: self._ask_keys(found)), algorithms=ALGORITHMS)

    async def _ask_keys(self, found: Discovery) -> KeySet:
        self._keys_asked_at = self._seconds()
        told = await self._get(found.jwks_uri)
        try:
            return KeySet.import_key_set(told)  # type: ignore[arg-type]  # it checks what it is
        except (JoseError, KeyError, TypeError, ValueError) as error:
            reason = type(error).__name__
            raise SignInRefused(tr("the keys of the sign-on service cannot be read: {reason}", reason=reason)) from None

    async def _userinfo(self, found: Discovery, token: str, claims: Mapping[str, Any]) -> dict[str, Any]:
        """What some providers tell there alone; it must be about the same person."""
        is_told = all(claims.get(name) for name in ("email", self._rules.groups_claim))
        if is_told or not (found.userinfo_endpoint and token):
            return {}
        told = await self._get(found.userinfo_endpoint, {"authorization": f"Bearer {token}"})
        if told.get("sub") != claims["sub"]:
            raise SignInRefused(tr("the sign-on service tells about another person"))
        return told

    def _person(self, claims: Mapping[str, Any]) -> ProvenPerson:
        rules, email = self._rules, claims.get("email")
        if not isinstance(email, str) or not email:
            raise SignInRefused(tr("the sign-on service does not tell your e-mail address"))
        told = claims.get(rules.groups_claim, ())
        groups = [str(each) for each in (told if isinstance(told, list) else [told] if told else ())]
        roles = [Role(rules.roles[each]) for each in groups if each in rules.roles]
        if not roles and rules.default_role:
            roles = [Role(rules.default_role)]
        if not roles:
            raise SignInRefused(tr("you are in no group that may use Frontdesk"))
        return ProvenPerson(
            rules.issuer,
            claims["sub"],
            email,
            claims.get("email_verified") is True,
            str(claims.get("name") or "")[:NAME_LENGTH],
            max(roles, key=list(Role).index),
            frozenset(rules.teams[each] for each in groups if each in rules.teams),
        )

    async def _get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        answer = await self._at(address).send("GET", "", headers=headers)
        if not answer.ok:
            raise NoAnswer(f"the sign-on service answered {answer.status}", may_be_done=False)
        return _object(answer.json())

    def _at(self, address: str) -> Http:
        """A client of this address; the host of the issuer is trusted, as the operator named it."""
        if not _is_safe(address):
            raise SignInRefused(tr("the sign-on service names an address without encryption"))
        if address not in self._clients:
            is_trusted = urlsplit(address).netloc == urlsplit(self._rules.issuer).netloc
            self._clients[address] = self._connect(address, is_trusted)
        return self._clients[address]


def _check(rules: OpenIdRules) -> None:
    """Raises Invalid that names a setting."""
    if not _is_safe(rules.issuer):
        raise Invalid("security.openid.issuer must be an https address", "security.openid.issuer")
    if not rules.client_id:
        raise Invalid("security.openid.client_id is missing", "security.openid.client_id")
    if not rules.redirect_uri.startswith(("https://", "http://")):
        raise Invalid("security.openid needs server.public_url: people come back to it", "server.public_url")
    known = [role.value for role in Role if role is not Role.ANYONE]
    for role in (*rules.roles.values(), *filter(None, [rules.default_role])):
        if role not in known:
            raise Invalid(f"security.openid: {role!r} is no role: use {', '.join(known)}", "security.openid.roles")


def _is_safe(address: str) -> bool:
    """By https; without encryption on this machine alone."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback_name(host)))


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode({k: v for k, v in query.items() if v})}"


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _object(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise NoAnswer("the sign-on service sent no object", may_be_done=True)
    return told
