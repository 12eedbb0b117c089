"""Mailboxes that take access tokens instead of passwords (OAuth 2), against stand-ins on loopback."""

import asyncio
import base64
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from frontdesk.channels.email.signing_in import mailbox_token
from frontdesk.interfaces.mail import MailFailed, MailServer, OutgoingMail
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.serving import Asked, Told, serving, told
from tests.channels.email.mails import raw
from tests.smtp_server import smtp_server

FORM = {"grant_type": "client_credentials", "client_id": "desk", "client_secret": "s3cret", "scope": "mail"}


class TokenService:
    """Gives numbered tokens that last an hour to whoever knows the secret."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []

    async def __call__(self, asked: Asked) -> Told:
        form = parse_qs(asked.body.decode())
        self.asked.append(form)
        if form.get("client_secret") != ["s3cret"]:
            return told({"error": "invalid_client"}, 401)
        return told({"access_token": f"token{len(self.asked)}", "expires_in": 3600})


class Watch:
    """Seconds that are moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_token_is_asked_for_once_and_again_before_it_ends() -> None:
    service, watch = TokenService(), Watch()
    async with serving(service) as url:
        tokens = mailbox_token(Outgoing().client(url), "/token", FORM, watch)
        assert await asyncio.gather(tokens.value(), tokens.value()) == ["token1", "token1"]
        watch.now = 3550
        assert await tokens.value() == "token2"
    assert service.asked[0]["grant_type"] == ["client_credentials"]


async def test_a_refused_secret_is_said_without_the_secret() -> None:
    async with serving(TokenService()) as url:
        tokens = mailbox_token(Outgoing().client(url), "/token", FORM | {"client_secret": "wrong"}, Watch())
        with pytest.raises(MailFailed, match="401 invalid_client") as caught:
            await tokens.value()
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("good", [True, False])
async def test_mails_are_sent_with_a_token(good: bool) -> None:
    shown: list[bytes] = []

    async def token() -> str:
        return "abc" if good else "old"

    async def check(_handler: Any, server: SMTP, args: list[str]) -> AuthResult:
        shown.append(base64.b64decode(args[1]))
        if b"Bearer abc" in shown[-1]:
            return AuthResult(success=True)
        await server.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
        await server._reader.readline()  # type: ignore[union-attr]
        return AuthResult(success=False, handled=False)

    with smtp_server(auth=True, more_ways={"auth_XOAUTH2": check}) as taken:
        there = MailServer("127.0.0.1", taken.port, "none", "desk", token=token, seconds=60)
        post = OutgoingMail("support@desk.example", "kim@customer.example", raw("Hi."))
        if good:
            await Outgoing().post(there, post)
        else:
            with pytest.raises(MailFailed, match="signing in was refused") as caught:
                await Outgoing().post(there, post)
            assert caught.value.is_ours
    assert shown[0].startswith(b"user=desk\x01auth=Bearer ")
    assert len(taken.mails) == good


@pytest.mark.parametrize("good", [True, False])
async def test_mailboxes_are_opened_with_a_token(good: bool) -> None:
    shown: list[bytes] = []

    async def token() -> str:
        return "abc" if good else "old"

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """As little IMAP as signing in and selecting takes."""
        writer.write(b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n")
        while line := await reader.readline():
            tag, command, *_ = line.split()
            if command == b"AUTHENTICATE":
                writer.write(b"+ \r\n")
                shown.append(base64.b64decode(await reader.readline()))
                writer.write(
                    tag + (b" OK in\r\n" if b"Bearer abc" in shown[-1] else b" NO [AUTHENTICATIONFAILED] no\r\n")
                )
            elif command == b"SELECT":
                writer.write(
                    b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n" + tag + b" OK selected\r\n"
                )
            elif command == b"CAPABILITY":
                writer.write(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + tag + b" OK x\r\n")
            else:
                writer.write(b"* BYE bye\r\n" + tag + b" OK bye\r\n")
        writer.close()

    listening = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    there = MailServer("127.0.0.1", port, "none", "desk", token=token, seconds=60)
    async with listening:
        if good:
            async with Outgoing().mailbox(there, "INBOX") as box:
                assert (box.validity, box.next_uid) == (7, 1)
        else:
            with pytest.raises(MailFailed, match="signing in was refused"):
                async with Outgoing().mailbox(there, "INBOX"):
                    pass
    assert shown[0].startswith(b"user=desk\x01auth=Bearer ")
