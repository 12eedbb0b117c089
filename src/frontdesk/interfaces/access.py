"""The sockets of access control: who calls, how they came in, who keeps their accounts."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from frontdesk.interfaces.errors import FrontdeskError
from frontdesk.model.translatable import tr


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
    `device` is what this browser was given when somebody signed in with it.
    """

    proof: AuthMethod = AuthMethod.NOTHING
    place: str = ""
    csrf_token: str = ""
    left_demo: bool = False
    device: str = field(default="", repr=False)
    session: str = field(default="", repr=False)


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


class Undeclared(FrontdeskError):
    """A route or command does not say which role it needs."""


class SignIn(Protocol):
    """Signing in and out, as pages see it."""

    async def sign_in(self, email: str, password: str, visit: AuthContext) -> tuple[CookieChange, ...]:
        """The cookies of a new session, none when e-mail or password is wrong. Raises TooMany."""
        ...

    async def sign_out(self, visit: AuthContext) -> CookieChange:
        """End the session (or the demo's own sign-in) and say what to do with the cookie."""
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
