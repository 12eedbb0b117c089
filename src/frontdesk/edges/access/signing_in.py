"""Signs people in and out: by password with a second factor, at an OpenID provider, by links that set a password."""

import asyncio
import base64
import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.edges.access.authenticator import DEVICE, SESSION, AccessRules, Authenticator
from frontdesk.edges.access.openid import Flow, OpenId
from frontdesk.edges.access.rate_limits import TokenBuckets
from frontdesk.interfaces import (
    AuthContext,
    AuthMethod,
    Clock,
    CookieChange,
    FrontdeskError,
    NotFound,
    SignIn,
    SignInRefused,
)
from frontdesk.interfaces.access import Letter, SignInStep, SignOut
from frontdesk.model import Account
from frontdesk.model.sign_in import LinkKind
from frontdesk.model.translatable import tr
from frontdesk.services.parts import PeopleServices

log = logging.getLogger(__name__)

DEVICE_SECONDS = 180 * 86_400
FLOW, FLOW_SECONDS = "frontdesk_single_sign_on", 600
PENDING_SECONDS = 300
# Codes have six digits: so many tries a minute for an account keep guessing hopeless.
CODES_PER_MINUTE = 5
RESETS_PER_MINUTE = 3
SET_PASSWORD = "/set-password"  # noqa: S105 - an address


class Mailer(Protocol):
    """Sends a mail to somebody of the team."""

    async def notify(self, recipient: str, subject: str, text: str) -> None:
        """Raises DeliveryFailed, NoAnswer."""
        ...


@dataclass(frozen=True, slots=True)
class SignInSetUp:
    """What signing in may use: a provider with the words of its button, and what sends mails; None where there is
    none."""

    openid: OpenId | None = None
    openid_name: str = ""
    mail: Mailer | None = None


class SignInService(SignIn):
    """Signing in and out over accounts."""

    def __init__(
        self,
        door: Authenticator,
        people: PeopleServices,
        rules: AccessRules,
        secret: bytes,
        clock: Clock,
        set_up: SignInSetUp | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`secret` signs what browsers keep; `seconds` only goes forward."""
        self._door, self._people, self._rules, self._secret, self._clock = door, people, rules, secret, clock
        self._set_up = set_up or SignInSetUp()
        per_minute = rules.sign_ins_per_minute
        self._by_address, self._by_account, self._by_device = (TokenBuckets(per_minute, seconds) for _ in range(3))
        self._codes, self._resets = TokenBuckets(CODES_PER_MINUTE, seconds), TokenBuckets(RESETS_PER_MINUTE, seconds)
        self._sending: set[asyncio.Task[None]] = set()
        self.single_sign_on = self._set_up.openid_name if self._set_up.openid else ""
        # A link needs an address that no request can make up.
        self.can_reset = self._set_up.mail is not None and bool(rules.public_url)

    @override
    async def sign_in(self, email: str, password: str, visit: AuthContext) -> SignInStep:
        """A browser that somebody signed in with before has attempts of its own for them, so that nobody can lock them
        out by guessing."""
        found = await self._verified(email, password, visit)
        if found is None:
            return SignInStep()
        if found.has_second_factor:
            return SignInStep(pending=self._signed("pending", f"{found.id}.{self._until(PENDING_SECONDS)}"))
        return SignInStep(await self._open(found, visit, "password"))

    async def _verified(self, email: str, password: str, visit: AuthContext) -> Account | None:
        key = email.strip().lower()[:320]
        if hmac.compare_digest(visit.device.encode(), self._device_of(key, visit.device).encode()):
            counted = [(self._by_device, visit.device)]
        else:
            counted = [(self._by_address, visit.place), (self._by_account, key)]
        for limit, of in counted:
            limit.admit(of)
        account = await self._people.accounts.verify(email, password)
        if account is None:
            await self._door.spared.note("sign_in_refused", "", visit.place, key)
            return None
        for limit, of in counted:
            limit.give_back(of)
        return account

    @override
    async def second_step(self, pending: str, code: str, visit: AuthContext) -> SignInStep:
        account_id, _, until = self._unsigned("pending", pending).partition(".")
        if not until.isdecimal() or int(until) < self._clock().timestamp():
            raise SignInRefused(tr("this sign-in took too long: begin again"))
        self._codes.admit(account_id)
        found = await self._people.accounts.account(account_id)
        if not found.active or not await self._people.second_factors.check(account_id, code):
            await self._door.spared.note("sign_in_refused", "", visit.place, found.email, factor="second")
            return SignInStep()
        return SignInStep(await self._open(found, visit, "second factor"))

    @override
    async def begin_single_sign_on(self, onward: str) -> tuple[str, CookieChange]:
        address, flow = await self._openid().begin(onward, FLOW_SECONDS)
        kept = base64.urlsafe_b64encode(msgspec.json.encode(flow)).decode().rstrip("=")
        return address, self._cookie(FLOW, self._signed("flow", kept), FLOW_SECONDS)

    @override
    async def finish_single_sign_on(
        self, given: Mapping[str, str], kept: str, visit: AuthContext
    ) -> tuple[tuple[CookieChange, ...], str]:
        self._by_address.admit(visit.place)
        try:
            text = self._unsigned("flow", kept)
            flow = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Flow)
            person, id_token = await self._openid().finish(flow, given)
            account = await self._people.single_sign_on.signed_in(person, visit.place)
        except SignInRefused as error:
            await self._door.spared.note("sign_in_refused", "", visit.place, "", factor="openid", reason=str(error))
            raise
        self._by_address.give_back(visit.place)
        cookies = await self._open(account, visit, "single sign-on", id_token)
        return (*cookies, self._cookie(FLOW, "", 0)), flow.onward

    @override
    async def sign_out(self, visit: AuthContext) -> SignOut:
        """A demo visitor stays signed out until `resume_demo`."""
        if visit.proof is AuthMethod.DEMO:
            return SignOut(self._door.leave_demo())
        address = ""
        if visit.session:
            id_token = await self._people.sessions.id_token(visit.session)
            await self._end(visit.session)
            if id_token and self._set_up.openid is not None:
                back = f"{self._rules.public_url.rstrip('/')}/"
                address = await self._set_up.openid.sign_out_address(id_token, back)
        return SignOut(self._cookie(SESSION, "", 0), address)

    @override
    async def send_reset(self, email: str, visit: AuthContext, letter: Letter) -> None:
        """Whether there is an account makes no difference to the answer, nor to its time: all of it is done later."""
        if not self.can_reset:
            raise NotFound(tr("passwords cannot be reset by mail here: ask an administrator"))
        self._resets.admit(visit.place)
        self._resets.admit(email.strip().lower()[:320])
        task = asyncio.create_task(self._reset(email, visit.place, letter))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _reset(self, email: str, place: str, letter: Letter) -> None:
        try:
            made = await self._people.links.make(email, LinkKind.RESET, f"somebody at {place}")
            if made is not None and self._set_up.mail is not None:
                account, token = made
                subject, text = letter(self._rules.public_url.rstrip("/") + link_path(LinkKind.RESET, token))
                await self._set_up.mail.notify(account.email, subject, text)
        except FrontdeskError as error:
            log.warning("a link to reset a password was not sent: %s", error)

    @override
    async def invite(self, email: str, by: str, letter: Letter) -> tuple[str, bool]:
        made = await self._people.links.make(email, LinkKind.INVITATION, by)
        if made is None:
            raise NotFound(tr("there is no active account {account}", account=email[:80]))
        account, token = made
        link = self._rules.public_url.rstrip("/") + link_path(LinkKind.INVITATION, token)
        if not self.can_reset or self._set_up.mail is None:
            return link, False
        try:
            await self._set_up.mail.notify(account.email, *letter(link))
        except FrontdeskError as error:
            log.warning("an invitation was not sent: %s", error)
            return link, False
        return link, True

    @override
    async def change_password(self, old: str, new: str, visit: AuthContext) -> SignInStep:
        account = await self._mine(visit)
        if await self._verified(account.email, old, visit) is None:
            return SignInStep()
        await self._people.accounts.set_password(account.email, new, by=account.name)
        self._door.forget()
        return SignInStep(await self._open(account, visit, "password"))

    @override
    async def confirm(self, password: str, visit: AuthContext) -> bool:
        account = await self._mine(visit)
        return await self._verified(account.email, password, visit) is not None

    @override
    def sealed(self, secret: str, visit: AuthContext) -> str:
        return self._signed(f"secret:{visit.session}", f"{secret}.{self._until(PENDING_SECONDS)}")

    @override
    def unsealed(self, sealed: str, visit: AuthContext) -> str:
        secret, _, until = self._unsigned(f"secret:{visit.session}", sealed).partition(".")
        if int(until) < self._clock().timestamp():
            raise SignInRefused(tr("this took too long: begin again"))
        return secret

    async def _mine(self, visit: AuthContext) -> Account:
        caller = await self._people.accounts.by_session(visit.session) if visit.session else None
        if caller is None:
            raise SignInRefused(tr("only who signed in with an account has this page"))
        return await self._people.accounts.account(caller.id)

    @override
    def forget(self) -> None:
        self._door.forget()

    @override
    def open_demo(self, token: str) -> CookieChange | None:
        return self._door.open_demo(token)

    @override
    def resume_demo(self, visit: AuthContext) -> CookieChange | None:
        return self._door.resume_demo(visit)

    async def _open(
        self, account: Account, visit: AuthContext, method: str, id_token: str = ""
    ) -> tuple[CookieChange, ...]:
        if visit.session:
            await self._end(visit.session)
        hours, key = self._rules.session_hours, account.email
        more = {"id_token": id_token} if id_token else {}
        token = await self._people.accounts.open_session(
            account.id, hours, method=method, place=visit.place, device=visit.agent, **more
        )
        await self._people.audit.note(
            "signed_in", account.name, place=visit.place, subject=key, detail={"method": method}
        )
        session = self._cookie(SESSION, token, int(hours * 3600))
        return session, self._cookie(DEVICE, self._device_of(key, secrets.token_hex(16)), DEVICE_SECONDS)

    async def _end(self, token: str) -> None:
        await self._people.accounts.close_session(token)
        self._door.forget(token)

    def _openid(self) -> OpenId:
        if self._set_up.openid is None:
            raise NotFound(tr("single sign-on is not set up here"))
        return self._set_up.openid

    def _until(self, seconds: int) -> int:
        return int(self._clock().timestamp()) + seconds

    def _device_of(self, account_key: str, device: str) -> str:
        """The mark of a device, made from its random part: only we can make one, and only for one account."""
        chance = device.partition(".")[0]
        return f"{chance}.{self._mac('device', f'{account_key}:{chance}')}"

    def _signed(self, purpose: str, text: str) -> str:
        return f"{text}~{self._mac(purpose, text)}"

    def _unsigned(self, purpose: str, signed: str) -> str:
        text, _, mac = signed.rpartition("~")
        if not text or not hmac.compare_digest(mac.encode(), self._mac(purpose, text).encode()):
            raise SignInRefused(tr("this sign-in was not begun here: begin again"))
        return text

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.digest(self._secret, f"{purpose}:{text}".encode("utf-8", "replace"), "sha256").hex()

    def _cookie(self, name: str, value: str, seconds: int | None) -> CookieChange:
        return CookieChange(self._rules.cookie(name), value, seconds, self._rules.https)


def link_path(kind: LinkKind, token: str) -> str:
    """The path of a link that sets a password."""
    return f"{SET_PASSWORD}?kind={kind.value}&token={quote(token)}"
