"""Creates clients. Certificates, proxy and address rules are set once for the process."""

import contextlib
import ssl
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import cached_property

from multidict import CIMultiDict
from typing_extensions import override

from frontdesk.interfaces import Invalid
from frontdesk.interfaces.mail import Mailbox, MailReach, MailServer, OutgoingMail
from frontdesk.outgoing import imap
from frontdesk.outgoing.addresses import AddressRules
from frontdesk.outgoing.calls import Limits
from frontdesk.outgoing.client import Client
from frontdesk.outgoing.pools import Route
from frontdesk.outgoing.proxy import HttpProxy
from frontdesk.outgoing.request import JSON, Base, checked

AGENT = "frontdesk"


class Outgoing(MailReach):
    """All connections to the outside. Nothing is taken from the environment but what OpenSSL itself reads."""

    def __init__(
        self, rules: AddressRules | None = None, proxy: HttpProxy | None = None, ca_file: str = "", agent: str = AGENT
    ) -> None:
        """`ca_file` holds certificates (PEM) to trust besides the machine's own."""
        self._rules, self._proxy, self._ca_file, self._agent = rules or AddressRules(), proxy, ca_file, agent
        self._clients: list[Client] = []
        self._guarded: frozenset[str] = frozenset()

    def guard(self, addresses: Iterable[str]) -> None:
        """From now on treat the hosts of these addresses as `trusted` False does: they were typed into a page."""
        found = set()
        for address in addresses:
            with contextlib.suppress(Invalid):
                found.add(Base.of(address).host)
        self._guarded = frozenset(found)

    def client(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        *,
        trusted: bool = True,
    ) -> Client:
        """A client of the system at `base_url`; all its requests carry `headers`. Raises Invalid.

        `trusted` False is for addresses that users give: they must not be internal, and a connection goes to exactly
        the address that was checked.
        """
        base = Base.of(base_url)
        base.url("", None)
        proxy = self._proxy if self._proxy and self._proxy.serves(base.host) else None
        tls = self._tls if base.scheme == "https" else None
        fixed = CIMultiDict({"Accept": JSON, "Accept-Encoding": "identity", "User-Agent": self._agent})
        fixed.update(checked(headers or {}), Host=base.authority)
        if proxy and tls is None:
            fixed.update(proxy.headers)
        is_free = trusted and base.host not in self._guarded
        client = Client(Route(base, fixed, tls, None if is_free else self._rules, proxy), limits or Limits())
        self._clients.append(client)
        return client

    @override
    def mailbox(self, server: MailServer, folder: str) -> AbstractAsyncContextManager[Mailbox]:
        """Goes to the server directly, also where HTTP goes through a proxy."""
        return imap.opened(server, folder, None if server.security == "none" else self._mail_tls)

    @override
    async def sign_in(self, server: MailServer) -> None:
        """Goes to the server directly, also where HTTP goes through a proxy."""
        from frontdesk.outgoing import smtp

        await smtp.sign_in(server, self._mail_tls)

    @override
    async def post(self, server: MailServer, mail: OutgoingMail) -> str:
        """Goes to the server directly, also where HTTP goes through a proxy."""
        from frontdesk.outgoing import smtp  # only who sends mails pays for loading it

        return await smtp.post(server, mail, self._mail_tls)

    def forget(self) -> None:
        """Let go of all clients, none of which was used."""
        self._clients.clear()

    async def close(self) -> None:
        """Close all connections; clients cannot be used any more."""
        for client in self._clients:
            await client.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = self._new_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    @cached_property
    def _mail_tls(self) -> ssl.SSLContext:
        return self._new_context()

    def _new_context(self) -> ssl.SSLContext:
        """A TLS context. Each is made once, because reading the certificates takes tens of milliseconds."""
        try:
            context = ssl.create_default_context()
            if self._ca_file:
                context.load_verify_locations(self._ca_file)
        except OSError as error:
            raise Invalid(f"outgoing.ca_file cannot be read: {error}", "outgoing.ca_file") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
