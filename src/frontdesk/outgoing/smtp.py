"""Hands mails to an SMTP server (RFC 5321), over TLS unless it is told otherwise; asks for reports (RFC 3461)."""

import asyncio
import base64
import ssl

from aiosmtplib import SMTP, errors

from frontdesk.interfaces import NoAnswer
from frontdesk.interfaces.mail import MailFailed, MailRefused, MailServer, OutgoingMail

# The server is full or the mail too large for it: said to the sender's address, but meant for this mail (RFC 1870).
TOO_LARGE = 552
_LEAVING: set[asyncio.Task[None]] = set()


async def post(server: MailServer, mail: OutgoingMail, tls: ssl.SSLContext) -> str:
    """As MailReach.post."""
    where = f"{server.host}:{server.port}"
    client = _client(server, tls, mail.sender.rpartition("@")[2])
    try:
        await _sign_in(client, server, where)
        await _address(client, mail)
        return await _hand_over(client, mail, where)
    finally:
        # QUIT is not awaited: nothing may take time between the server's acceptance and our storing of it.
        leaving = asyncio.create_task(_leave(client))
        _LEAVING.add(leaving)
        leaving.add_done_callback(_LEAVING.discard)


async def sign_in(server: MailServer, tls: ssl.SSLContext) -> None:
    """Sign in, and leave again. Raises MailFailed."""
    client = _client(server, tls)
    try:
        await _sign_in(client, server, f"{server.host}:{server.port}")
    finally:
        await _leave(client)


def _client(server: MailServer, tls: ssl.SSLContext, name: str = "") -> SMTP:
    return SMTP(
        hostname=server.host,
        port=server.port,
        timeout=server.seconds,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=None if server.security == "none" else tls,
        local_hostname=name or None,
    )


async def _sign_in(client: SMTP, server: MailServer, where: str) -> None:
    """Connect, start TLS, sign in. An error here concerns every mail, and a person may correct it."""
    try:
        await client.connect()
        await _greet(client)
        if server.user:
            await _show_who(client, server)
    except errors.SMTPAuthenticationError as error:
        failed = MailFailed(f"{where}: signing in was refused: {error.code} {_line(error.message)}")
        failed.is_ours = True
        raise failed from None
    except ssl.SSLCertVerificationError as error:
        raise MailFailed(f"{where}: the certificate is not valid: {error.verify_message}") from None
    except (errors.SMTPException, OSError, ValueError) as error:
        raise MailFailed(f"{where}: no connection: {_line(str(error))}") from None


async def _greet(client: SMTP) -> None:
    """Ask for the server's extensions; old servers have none."""
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except errors.SMTPHeloError:
        await client.helo()


async def _show_who(client: SMTP, server: MailServer) -> None:
    if server.token is None:
        await client.login(server.user, server.password)
        return
    word = f"user={server.user}\x01auth=Bearer {await server.token()}\x01\x01".encode()
    answer = await client.execute_command(b"AUTH", b"XOAUTH2", base64.b64encode(word))
    if answer.code == 334:  # the server sends details, and expects an empty line before it refuses
        answer = await client.execute_command(b"")
    if answer.code != 235:
        raise errors.SMTPAuthenticationError(answer.code, answer.message)


async def _address(client: SMTP, mail: OutgoingMail) -> None:
    """MAIL and RCPT. A refused recipient is final where the server says so; a person corrects a refused sender."""
    wants_report = bool(mail.envelope_id) and client.supports_extension("dsn")
    options = [f"SIZE={len(mail.content)}"] if client.supports_extension("size") else []
    about = [f"NOTIFY={','.join(mail.notify)}"] if wants_report and mail.notify else []
    options += ["RET=HDRS", f"ENVID={_xtext(mail.envelope_id)}"] if wants_report else []
    try:
        await _from(client, mail, options)
        await client.rcpt(mail.recipient, options=about)
    except errors.SMTPSenderRefused as error:
        raise MailRefused(_said(error), permanent=error.code == TOO_LARGE, code=error.code) from None
    except errors.SMTPRecipientRefused as error:
        raise MailRefused(_said(error), permanent=error.code >= 500, code=error.code) from None
    except errors.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        raise MailRefused(_said(first), permanent=first.code >= 500, code=first.code) from None
    except errors.SMTPResponseException as error:
        raise MailRefused(_said(error), permanent=False, code=error.code) from None
    except (errors.SMTPNotSupported, ValueError) as error:  # an address that cannot be sent to this server
        raise MailRefused(_line(str(error)), permanent=True) from None
    except (errors.SMTPException, OSError) as error:
        raise MailFailed(f"the connection broke off: {_line(str(error))}") from None


async def _from(client: SMTP, mail: OutgoingMail, options: list[str]) -> None:
    """MAIL. Servers that take mails of their users alone may refuse one without a sender: it then has ours."""
    if mail.is_automatic:
        try:
            await client.mail("", options=options)
            return
        except errors.SMTPSenderRefused as error:
            if error.code < 500:
                raise
    await client.mail(mail.sender, options=options)


async def _hand_over(client: SMTP, mail: OutgoingMail, where: str) -> str:
    """DATA. If its answer is lost, it is unknown whether the mail was accepted."""
    try:
        answer = await client.data(mail.content)
    except errors.SMTPDataError as error:
        raise MailRefused(_said(error), permanent=error.code >= 500, code=error.code) from None
    except (errors.SMTPServerDisconnected, errors.SMTPReadTimeoutError, errors.SMTPTimeoutError, OSError) as error:
        raise NoAnswer(f"{where}: no answer to the mail: {_line(str(error))}", may_be_done=True) from None
    except errors.SMTPException as error:
        raise MailFailed(f"{where}: {_line(str(error))}") from None
    return _line(answer.message)


async def _leave(client: SMTP) -> None:
    """Send QUIT if the connection still works; it does not matter for the mail."""
    try:
        if client.is_connected:
            await asyncio.wait_for(client.quit(), 2)
    except (errors.SMTPException, OSError, TimeoutError):
        pass
    finally:
        client.close()


def _said(error: errors.SMTPResponseException) -> str:
    return f"the mail server said {error.code} {_line(error.message)}"


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]


def _xtext(text: str) -> str:
    """A value of an option (RFC 3461, section 4)."""
    return "".join(
        c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c) & 0xFF:02X}"
        for c in text.encode("ascii", "replace").decode()
    )[:100]
