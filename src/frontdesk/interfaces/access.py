"""The sockets of access control: who calls, how they came in, who keeps their accounts."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from frontdesk.interfaces.errors import FrontdeskError
from frontdesk.model.identity import NOBODY, Caller
from frontdesk.model.translatable import tr

# The caller of this request: lists and look-ups of interactions keep to their grant, changes are noted with their name.
CALLER: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
COMMAND_LINE = "command line"


def acting() -> str:
    """Who acts now, as it is noted with what they do; outside of requests that is the command line."""
    caller = CALLER.get()
    return caller.name or caller.id or COMMAND_LINE


class AuthMethod(StrEnum):
    """By what a request showed who calls."""

    NOTHING = "nothing"
    SESSION = "session"
    KEY = "key"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class AuthContext:
    """How a request came in: by which proof and from where.

    `place` is the network address, for limits. `csrf_token` goes into every form and into the header x-csrftoken; it
    is empty where none is needed. `left_demo`: the demo would sign this visitor in, but they have signed out.
    `device` is what this browser was given when somebody signed in with it, `agent` what it says that it is.
    """

    proof: AuthMethod = AuthMethod.NOTHING
    place: str = ""
    csrf_token: str = ""
    left_demo: bool = False
    device: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    agent: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CookieChange:
    """A cookie to set, out of the reach of scripts; `seconds` 0 takes it away, None keeps it while the browser runs."""

    name: str
    value: str = field(repr=False)
    seconds: int | None
    secure: bool
    path: str = "/"


class TooMany(FrontdeskError):
    """Too many attempts from one place; `seconds` is when the next may be made."""

    permanent = False

    def __init__(self, seconds: int) -> None:
        """Say when to come back."""
        super().__init__(tr("too many attempts: try again in {seconds} seconds", seconds=seconds))
        self.seconds = seconds


class SignInRefused(FrontdeskError):
    """Somebody may not sign in, for a reason that they may know."""


class Undeclared(FrontdeskError):
    """A route or command does not say which role it needs."""


@dataclass(frozen=True, slots=True)
class SignInStep:
    """What came of a step of signing in: cookies of a session, or what a second step needs (`pending`), or neither."""

    cookies: tuple[CookieChange, ...] = ()
    pending: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignOut:
    """What signing out does: a cookie, and where the browser goes to sign out at the provider too (or empty)."""

    cookie: CookieChange
    address: str = ""


Letter = Callable[[str], tuple[str, str]]


class SignIn(Protocol):
    """Signing in and out, as pages see it. `single_sign_on` is what its button says, empty where there is none."""

    single_sign_on: str
    can_reset: bool

    async def sign_in(self, email: str, password: str, visit: AuthContext) -> SignInStep:
        """Nothing where e-mail or password is wrong. Raises TooMany."""
        ...

    async def second_step(self, pending: str, code: str, visit: AuthContext) -> SignInStep:
        """The same with the code of a second factor. Raises TooMany, SignInRefused where it took too long."""
        ...

    async def begin_single_sign_on(self, onward: str) -> tuple[str, CookieChange]:
        """Where a browser goes, and what it keeps until it comes back. Raises NotFound, NoAnswer, SignInRefused."""
        ...

    async def finish_single_sign_on(
        self, given: Mapping[str, str], kept: str, visit: AuthContext
    ) -> tuple[tuple[CookieChange, ...], str]:
        """The cookies of a new session, and where the person wanted to go. Raises SignInRefused, NoAnswer, TooMany."""
        ...

    async def sign_out(self, visit: AuthContext) -> SignOut:
        """End the session (or the demo's own sign-in)."""
        ...

    async def send_reset(self, email: str, visit: AuthContext, letter: Letter) -> None:
        """Mail a link that sets a new password, where this address has an account; nobody is told whether it has.

        `letter` makes subject and text around a link. Raises TooMany.
        """
        ...

    async def invite(self, email: str, by: str, letter: Letter) -> tuple[str, bool]:
        """A link by which somebody sets their first password, and whether it was mailed to them. Raises NotFound."""
        ...

    async def change_password(self, old: str, new: str, visit: AuthContext) -> SignInStep:
        """Nothing where the old one is wrong; else all sessions end but a new one. Raises TooMany, Invalid."""
        ...

    async def confirm(self, password: str, visit: AuthContext) -> bool:
        """Whether it is the password of who is signed in; asked for before what matters. Raises TooMany."""
        ...

    def sealed(self, secret: str, visit: AuthContext) -> str:
        """A secret as a form carries it from the step that asked for the password to the next."""
        ...

    def unsealed(self, sealed: str, visit: AuthContext) -> str:
        """Take `sealed` back. Raises SignInRefused for what was sealed elsewhere, or long ago."""
        ...

    def forget(self) -> None:
        """Sessions or keys were changed: look each up again."""
        ...

    def open_demo(self, token: str) -> CookieChange | None:
        """The cookie that lets a browser of this machine into the demo, None where the token is not the printed one."""
        ...

    def resume_demo(self, visit: AuthContext) -> CookieChange | None:
        """What takes a demo visitor's sign-out back; None for who has not left the demo."""
        ...


class RateLimiter(Protocol):
    """Lets only so many through in a time."""

    def admit(self, key: str) -> None:
        """Count one attempt. Raises TooMany."""
        ...
