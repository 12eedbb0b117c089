"""Authenticates callers, checks the role that a route declares, and refuses forged requests.

Every route handler declares `opt={"role": Role.X}`; `check_routes` refuses to start with one that does not. A route
for pages of other sites declares `"cross_site": True`; it accepts no cookies, so nothing can be forged.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, parse_qsl

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from frontdesk.edges.access.auditing import SparingAudit, shows_a_person
from frontdesk.edges.access.loopback import is_from_here, is_loopback_name
from frontdesk.edges.access.proxies import TrustedProxies
from frontdesk.edges.access.rate_limits import TokenBuckets, place
from frontdesk.edges.access.reach import Reach
from frontdesk.edges.access.xsuaa import Xsuaa, looks_like_token
from frontdesk.interfaces import AuthContext, AuthMethod, CookieChange, Invalid, Undeclared
from frontdesk.interfaces.access import CALLER
from frontdesk.interfaces.addresses import is_own_origin
from frontdesk.interfaces.cached import CachedByKey
from frontdesk.model import Caller, Role
from frontdesk.model.identity import ACCOUNT_SCOPE, API_SCOPE, NOBODY
from frontdesk.model.translatable import tr
from frontdesk.storage.people.accounts import StoredAccounts
from frontdesk.storage.pipeline.audit import StoredAudit

# What a route declares in `opt`: the least role, the scope that a narrowed key needs (`api` where it names none),
# whether pages of other sites may use it, and the kind of the line that its use leaves in the audit trail.
ROLE, SCOPE, CROSS_SITE, AUDIT = "role", "scope", "cross_site", "audit"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_FIELD, FORM_HEADER = "_csrf_token", b"x-csrftoken"
ODATA_HEADER = b"x-csrf-token"  # what OData clients send the same token in
SIMPLE_TYPES = (b"", b"text/plain", b"multipart/form-data", b"application/x-www-form-urlencoded")
DEMO = Caller("demo", "Demo Supervisor", Role.SUPERVISOR)
DEMO_OFF, DEMO_KEY = "frontdesk_demo", "frontdesk_demo_key"
SESSION, DEVICE = "frontdesk_session", "frontdesk_device"
# How long a looked-up key or session is cached: a revoked one may still be used for so long.
CACHE_SECONDS = 5.0
MOST_FIELDS, MOST_DEVICE = 100, 200


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The settings of access. `public_url` is empty where it is not known; `demo` signs loopback visitors in who show
    `demo_token`; where that is empty, all of them.
    """

    session_hours: float
    sign_ins_per_minute: int
    proxies: TrustedProxies
    demo: bool
    public_url: str = ""
    demo_token: str = field(default="", repr=False)
    agents_by_team: bool = False
    origins: frozenset[str] = frozenset()

    @property
    def https(self) -> bool:
        """Whether people reach us by https."""
        return self.public_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """What a cookie for the whole site is called: over https so that only we can have set it (RFC 6265bis)."""
        return f"__Host-{name}" if self.https else name


def demo_link(rules: AccessRules) -> str:
    """The path that lets a visitor into the demo, empty where none is needed."""
    return f"/sign-in?demo={rules.demo_token}" if rules.demo and rules.demo_token else ""


def check_demo(host: str, rules: AccessRules) -> None:
    """Raises Invalid where the demo's own sign-in could be reached by others than this machine."""
    if not rules.demo:
        return
    if not is_loopback_name(host):
        raise Invalid(
            f"security.demo_sign_in signs everybody in and needs a loopback address, but server.host is {host!r}: "
            "use 127.0.0.1, or switch security.demo_sign_in off",
            "security.demo_sign_in",
        )
    if rules.proxies:
        words = "security.demo_sign_in and security.trusted_proxies exclude each other: switch one off"
        raise Invalid(words, "security.demo_sign_in")


def check_routes(app: Litestar) -> None:
    """Raises Undeclared that names the first route whose handler declares no role.

    The answers to OPTIONS that Litestar adds by itself need the least role of their route: they only list methods.
    """
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
        ours = [handler for handler in handlers if not _is_automatic(handler)]
        for handler in ours:
            if not isinstance(handler.opt.get(ROLE), Role):
                raise Undeclared(
                    f"route {_named(route.path, handler)} declares no role: give it opt={{'role': Role.…}}"
                )
        least = min((handler.opt[ROLE] for handler in ours), key=list(Role).index)
        for handler in handlers:
            handler.opt.setdefault(ROLE, least)


def _is_automatic(handler: BaseRouteHandler) -> bool:
    return isinstance(handler, HTTPRouteHandler) and handler.fn.__module__ == HTTPRoute.__module__


def _named(path: str, handler: BaseRouteHandler) -> str:
    methods = sorted(handler.http_methods) if isinstance(handler, HTTPRouteHandler) else ["any"]
    return f"{'/'.join(methods)} {path} ({handler})"


class Authenticator:
    """Knows every caller and what to ask of them."""

    def __init__(
        self,
        accounts: StoredAccounts,
        rules: AccessRules,
        secret: bytes,
        clock: Callable[[], float] = time.monotonic,
        tokens: Xsuaa | None = None,
        audit: StoredAudit | None = None,
        reach: Reach | None = None,
    ) -> None:
        """`secret` signs the tokens of forms; `clock` tells seconds; `tokens` knows callers of other services.

        Without `reach` nobody who is narrowed gets in.
        """
        self._reach = reach
        self._audit, self.spared = audit, SparingAudit(audit, clock)
        self._tokens = tokens
        self._accounts, self._rules, self._secret, self._clock = accounts, rules, secret, clock
        self._callers = CachedByKey[tuple[AuthMethod, str], Caller | None](CACHE_SECONDS, clock)
        self._by_key: dict[int, TokenBuckets] = {}  # by how much they allow

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """In front of every route: sets scope["user"] (Caller) and scope["auth"] (Visit), then lets in or refuses."""

        async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                raise PermissionDeniedException(detail=tr("nothing but HTTP is served"))
            headers = dict(scope["headers"])
            known = self._stranger(scope) if _is_cross_site(scope) else await self.identify(scope, headers)
            scope["user"], scope["auth"] = known
            try:
                await self._admit(scope, headers, receive)
            except (NotAuthorizedException, PermissionDeniedException) as error:
                await self._note_refused(scope, headers, error.status_code)
                raise
            await self._note_used(scope)
            acting = CALLER.set(known[0])
            try:
                await app(scope, receive, send)
            finally:
                CALLER.reset(acting)

        return admitted

    async def identify(self, scope: HTTPScope, headers: Mapping[bytes, bytes]) -> tuple[Caller, AuthContext]:
        """The caller and how they authenticated: by API key, else session, else the demo's sign-in, else not."""
        address = self._rules.proxies.client_address(scope)
        where = place(address)
        if (authorization := headers.get(b"authorization")) is not None:
            scheme, _, secret = authorization.decode("latin-1").partition(" ")
            if scheme.lower() == "basic":
                if scope["method"] not in SAFE_METHODS and self._is_foreign(headers) and _is_simple(scope, headers):
                    return NOBODY, AuthContext(AuthMethod.NOTHING, where)
                return await self._by_basic(secret, where)
            if scheme.lower() == "bearer" and self._is_demo_token(secret.strip()) and is_from_here(address, headers):
                return DEMO, AuthContext(AuthMethod.DEMO, where, self._form_token(DEMO.id))
            return await self._by_key_of(secret.strip() if scheme.lower() == "bearer" else "", where)
        if (secret_alone := headers.get(b"x-api-key")) is not None:  # as Anthropic's clients send it
            return await self._by_key_of(secret_alone.decode("latin-1").strip(), where)
        cookies = _cookies(headers)
        visit = AuthContext(
            AuthMethod.NOTHING,
            where,
            device=cookies.get(self._rules.cookie(DEVICE), "")[:MOST_DEVICE],
            agent=headers.get(b"user-agent", b"").decode("latin-1")[:MOST_DEVICE],
        )
        if (token := cookies.get(self._rules.cookie(SESSION))) and (
            caller := await self._look_up(AuthMethod.SESSION, token)
        ):
            form_token = self._form_token(token)
            visit = replace(visit, proof=AuthMethod.SESSION, csrf_token=form_token, session=token)
            return self._within_teams(caller), visit
        invited = not self._rules.demo_token or self._is_demo_token(cookies.get(self._rules.cookie(DEMO_KEY), ""))
        in_demo = self._rules.demo and invited and is_from_here(address, headers)
        if in_demo and self._rules.cookie(DEMO_OFF) not in cookies:
            return DEMO, AuthContext(AuthMethod.DEMO, where, self._form_token(DEMO.id))
        return NOBODY, replace(visit, left_demo=in_demo)

    async def _by_key_of(self, secret: str, where: str) -> tuple[Caller, AuthContext]:
        """Whose API key it is."""
        caller = await self._look_up(AuthMethod.KEY, secret) if secret else None
        return caller or NOBODY, AuthContext(AuthMethod.KEY if caller else AuthMethod.NOTHING, where)

    def _within_teams(self, caller: Caller) -> Caller:
        """Agents reach the interactions of their teams, and those that no team has yet, where a setting says so."""
        if self._rules.agents_by_team and caller.role is Role.AGENT:
            return replace(caller, grant=replace(caller.grant, teams=caller.grant.teams | {""}))
        return replace(caller, grant=replace(caller.grant, teams=frozenset()))

    def _stranger(self, scope: HTTPScope) -> tuple[Caller, AuthContext]:
        return NOBODY, AuthContext(AuthMethod.NOTHING, place(self._rules.proxies.client_address(scope)))

    async def _by_basic(self, given: str, where: str) -> tuple[Caller, AuthContext]:
        """An API key as the password of HTTP Basic, with any user name, as spreadsheets and OData clients send it."""
        try:
            password = base64.b64decode(given.strip(), validate=True).decode("utf-8").partition(":")[2]
        except ValueError:
            return NOBODY, AuthContext(AuthMethod.NOTHING, where)
        return await self._by_key_of(password, where)

    def leave_demo(self) -> CookieChange:
        """What keeps a demo visitor signed out until `resume_demo`."""
        return self._set(DEMO_OFF, "off", None)

    def open_demo(self, token: str) -> CookieChange | None:
        """The cookie that lets a browser of this machine into the demo, None where the token is not the printed one."""
        return self._set(DEMO_KEY, token, None) if self._is_demo_token(token) else None

    def _is_demo_token(self, token: str) -> bool:
        wanted = self._rules.demo_token if self._rules.demo else ""
        return bool(wanted) and hmac.compare_digest(token.encode("utf-8", "replace"), wanted.encode())

    def resume_demo(self, visit: AuthContext) -> CookieChange | None:
        """What takes a demo visitor's sign-out back; None for who has not left the demo."""
        return self._set(DEMO_OFF, "", 0) if visit.left_demo else None

    async def _admit(self, scope: HTTPScope, headers: Mapping[bytes, bytes], receive: Receive) -> None:
        caller: Caller = scope["user"]
        if b"access-control-request-method" in headers and scope["method"] == "OPTIONS" and self._is_allowed(headers):
            return  # a browser asks before it sends a page's request, and shows no key with the question
        needed = scope["route_handler"].opt.get(ROLE)
        if needed is None:
            raise PermissionDeniedException(detail=tr("this route declares no role"))
        if not caller.role.covers(needed):
            if caller is NOBODY:
                raise NotAuthorizedException(
                    "sign in, or send an API key as `Authorization: Bearer fd_…`",
                    headers={"WWW-Authenticate": 'Bearer realm="frontdesk"'},
                )
            raise PermissionDeniedException(
                detail=tr(
                    "this needs the role {needed}; {name} has the role {role}",
                    needed=needed,
                    name=caller.name,
                    role=caller.role,
                )
            )
        if needed is not Role.ANYONE:
            self._check_grant(caller, scope["route_handler"].opt.get(SCOPE, API_SCOPE))
            if caller.grant.is_narrowed:
                await self._check_reach(scope, caller)
        if (
            scope["method"] not in SAFE_METHODS
            and scope["auth"].proof is not AuthMethod.KEY
            and not _is_cross_site(scope)
        ):
            await self._refuse_forgery(scope, headers, receive)

    async def _note_refused(self, scope: HTTPScope, headers: Mapping[bytes, bytes], status: int) -> None:
        """Whoever showed who they are, or tried to; a stranger without anything is led to the sign-in page."""
        caller: Caller = scope["user"]
        if caller is not NOBODY or b"authorization" in headers or b"x-api-key" in headers:
            what = f"{scope['method']} {scope['path']}"
            await self.spared.note("refused", caller.name or caller.id, scope["auth"].place, what, status=status)

    async def _note_used(self, scope: HTTPScope) -> None:
        """What a route declares to be worth a line, and reading a person's data."""
        kind, caller = scope["route_handler"].opt.get(AUDIT), scope["user"]
        if kind and self._audit is not None:
            names = dict.fromkeys(name for name, _ in parse_qsl(scope["query_string"].decode("latin-1")))
            what = f"{scope['path']}?{'&'.join(names)}"  # values may be names and addresses of people
            await self._audit.note(kind, caller.name or caller.id, place=scope["auth"].place, subject=what)
            return
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        if shows_a_person(scope["method"], path):  # a mounted service has only the end of it in `path`
            await self.spared.note_read(caller.name or caller.id, scope["auth"].place, path)

    def _check_grant(self, caller: Caller, wanted: str) -> None:
        """Whether a key reaches this route, and not too often. Raises TooMany."""
        if caller.grant.needs_second_factor and wanted != ACCOUNT_SCOPE:
            raise PermissionDeniedException(detail=tr("set up a second factor first, on the page of your account"))
        if not caller.grant.allows(wanted):
            raise PermissionDeniedException(
                detail=tr(
                    "this needs a key with the scope {wanted}; {name} has it not", wanted=wanted, name=caller.name
                )
            )
        if per_minute := caller.grant.requests_per_minute:
            limit = self._by_key.get(per_minute)
            if limit is None:
                limit = self._by_key[per_minute] = TokenBuckets(per_minute, self._clock)
            limit.admit(caller.id)

    async def _check_reach(self, scope: HTTPScope, caller: Caller) -> None:
        if self._reach is None:
            raise PermissionDeniedException(detail=tr("who is narrowed to teams or channels reaches nothing here"))
        await self._reach.check(scope, caller)

    async def _refuse_forgery(self, scope: HTTPScope, headers: Mapping[bytes, bytes], receive: Receive) -> None:
        """Refuse forged requests: another site must not make a visitor's browser send us requests.

        The browser says where a request comes from (Origin, Sec-Fetch-Site). A caller who is signed in by a cookie
        must also send the token of their pages, and so must the demo's visitor, who has no cookie. A token in a header
        is enough by itself: no other site can read it or send such a header, while behind a proxy, an approuter or a
        launchpad the origin is theirs. A program that is no browser sends none of these headers, and no other site can
        make it send a request.
        """
        visit: AuthContext = scope["auth"]
        token, given = visit.csrf_token.encode(), headers.get(FORM_HEADER) or headers.get(ODATA_HEADER) or b""
        if token and hmac.compare_digest(given, token):
            return
        if self._is_foreign(headers):
            raise PermissionDeniedException(
                detail=tr("this request was sent by another site: open the page here and send it again")
            )
        is_browser = b"origin" in headers or b"sec-fetch-site" in headers
        by_browser = visit.proof is AuthMethod.SESSION or (visit.proof is AuthMethod.DEMO and is_browser)
        if by_browser and not hmac.compare_digest(given or await _form_token(Request(scope, receive), headers), token):
            raise PermissionDeniedException(
                detail=tr(
                    "the page that sent this is out of date (its token does not fit): load it again and send it again"
                )
            )

    def _is_foreign(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a page of another site sent this, as far as the browser says, and not one that is allowed."""
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if self._is_allowed(headers):
            return False
        sent_by = (origin or b"").decode("latin-1").lower()
        is_ours = origin is None or is_own_origin(sent_by, self._rules.public_url.lower(), headers)
        return not is_ours or site in (b"cross-site", b"same-site")

    def _is_allowed(self, headers: Mapping[bytes, bytes]) -> bool:
        return headers.get(b"origin", b"").decode("latin-1").lower() in self._rules.origins

    async def _look_up(self, proof: AuthMethod, secret: str) -> Caller | None:
        ask: Callable[[str], Awaitable[Caller | None]]
        if proof is AuthMethod.KEY and self._tokens and looks_like_token(secret):
            ask = self._tokens.caller
        else:
            ask = self._accounts.by_key if proof is AuthMethod.KEY else self._accounts.by_session
        return await self._callers.get(_key(proof, secret), lambda: ask(secret))

    def forget(self, token: str = "") -> None:
        """Look up again who has this session's token; without one, all callers."""
        if token:
            self._callers.forget(_key(AuthMethod.SESSION, token))
        else:
            self._callers.clear()

    def _form_token(self, of: str) -> str:
        return hmac.digest(self._secret, b"form:" + of.encode("utf-8", "replace"), "sha256").hex()

    def _set(self, name: str, value: str, seconds: int | None) -> CookieChange:
        return CookieChange(self._rules.cookie(name), value, seconds, self._rules.https)


def _key(proof: AuthMethod, secret: str) -> tuple[AuthMethod, str]:
    """What a secret is known by here: memory holds none of them."""
    return proof, hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _is_cross_site(scope: HTTPScope) -> bool:
    return bool(scope["route_handler"].opt.get(CROSS_SITE))


def _is_simple(scope: HTTPScope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page of any site can make a browser send this, with a password that it remembers, without asking us
    first (CORS-safelisted: https://fetch.spec.whatwg.org, 2.2.2)."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return scope["method"] == "POST" and ODATA_HEADER not in headers and kind in SIMPLE_TYPES


def _cookies(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    pairs = (each.strip().partition("=") for each in headers.get(b"cookie", b"").decode("latin-1").split(";"))
    return {name: value for name, _, value in pairs}


async def _form_token(request: Request[Caller, AuthContext, State], headers: Mapping[bytes, bytes]) -> bytes:
    if not headers.get(b"content-type", b"").lower().startswith(b"application/x-www-form-urlencoded"):
        return b""
    try:
        fields = parse_qs((await request.body()).decode("latin-1"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return b""
    return fields.get(FORM_FIELD, [""])[0].encode("utf-8", "replace")
