"""A real SMTP server for tests: it keeps what it takes, and refuses as it is told."""

import contextlib
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "desk", "open"


@dataclass
class Taken:
    """What a server was handed. `refusals` maps a command to the answer it gets, the first of them first."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    signed_in: list[str] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails taken, oldest first."""
        return [message_from_bytes(_content(e), policy=default) for e in self.envelopes]  # type: ignore[misc]

    @property
    def raw(self) -> list[bytes]:
        """Their bytes."""
        return [_content(e) for e in self.envelopes]

    def refusal(self, command: str) -> str | None:
        waiting = self.refusals.get(command, [])
        return waiting.pop(0) if waiting else None


class _Handler:
    def __init__(self, taken: Taken) -> None:
        self.taken = taken

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname  # type: ignore[assignment]
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.taken.refusal("MAIL"):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.taken.refusal("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        refusal = self.taken.refusal("DATA")
        if refusal == "hang up":
            self.taken.envelopes.append(envelope)
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
            return "250 nobody hears this"
        if refusal:
            return refusal
        self.taken.envelopes.append(envelope)
        return "250 2.0.0 taken"


class _Server(SMTP):
    """aiosmtpd takes no options of MAIL and RCPT but its own; servers with DSN do."""

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        kept, self.dsn_of_mail = _without_dsn(arg)
        await super().smtp_MAIL(kept)
        if self.envelope is not None and self.envelope.mail_from:
            self.envelope.mail_options.extend(self.dsn_of_mail)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        kept, more = _without_dsn(arg)
        before = len(self.envelope.rcpt_tos) if self.envelope else 0
        await super().smtp_RCPT(kept)
        if self.envelope is not None and len(self.envelope.rcpt_tos) > before:
            self.envelope.rcpt_options.extend(more)


class _Controller(Controller):
    def __init__(self, handler: _Handler, **more: object) -> None:
        self._more = more
        super().__init__(handler, hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        return _Server(self.handler, hostname="mx.test.example", **self._more)  # type: ignore[arg-type]

    def _trigger_server(self) -> None:  # port 0: the one it got is known once it listens
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@contextlib.contextmanager
def smtp_server(
    *,
    tls: ssl.SSLContext | None = None,
    auth: bool = False,
    size: int = 40_000_000,
    more_ways: Mapping[str, Callable[..., Any]] | None = None,
) -> Iterator[Taken]:
    """A running server. `tls` offers STARTTLS, `auth` wants USER and PASSWORD, `more_ways` are ways to sign in."""
    taken = Taken()

    def authenticate(_s: SMTP, _session: Session, _e: Envelope, _mechanism: str, data: object) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if good:
            taken.signed_in.append(USER)
        return AuthResult(success=good, handled=good)

    more = {
        "tls_context": tls,
        "require_starttls": tls is not None,
        "auth_required": auth,
        "auth_require_tls": False,
        "authenticator": authenticate if auth else None,
        "data_size_limit": size,
    }
    handler = type("Handler", (_Handler,), dict(more_ways or {}))(taken)
    controller = _Controller(handler, **more)
    controller.start()
    taken.port = controller.port
    try:
        yield taken
    finally:
        controller.stop()


def _content(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content


def _without_dsn(arg: str | None) -> tuple[str | None, list[str]]:
    words = (arg or "").split(" ")
    dsn = [word for word in words if word.upper().startswith(("RET=", "ENVID=", "NOTIFY=", "ORCPT="))]
    return (" ".join(word for word in words if word not in dsn) if arg is not None else None), dsn
