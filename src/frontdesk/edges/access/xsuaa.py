"""Tokens of SAP's authorisation service (XSUAA): a signed JWT says who calls, its scopes say what they may.

Checked by SAP's own library `sap-xssec` (extra `sap`): signature, expiry and audience. It fetches the service's keys
by itself where a token names one (`kid`), else it uses the `verificationkey` of the binding.
"""

import asyncio
import base64
import importlib
import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.interfaces import Invalid
from frontdesk.model import Caller, Role

log = logging.getLogger(__name__)

# Scopes of deploy/cloud-foundry/xs-security.json, the mightiest first.
SCOPES = {
    "Admin": Role.ADMIN,
    "Supervisor": Role.SUPERVISOR,
    "Agent": Role.AGENT,
    "Service": Role.SERVICE,
    "Customer": Role.CUSTOMER,
}
MOST_LENGTH = 16_000
NAME_LENGTH = 100


class _Claims(msgspec.Struct):
    """Whose a token is. Addresses and log-on names can be given to somebody else later, this cannot."""

    sub: str


class Xsuaa:
    """Knows callers by signed tokens of an authorisation service elsewhere."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        """`credentials` as the binding gives them. Raises Invalid where they or the library are missing."""
        missing = [name for name in ("clientid", "clientsecret", "url", "xsappname") if not credentials.get(name)]
        if missing:
            raise Invalid(f"security.xsuaa has no {', '.join(missing)}", "security.xsuaa")
        try:
            library: Any = importlib.import_module("sap.xssec")
        except ImportError:
            raise Invalid(
                "security.xsuaa needs the package sap-xssec: install frontdesk[sap]", "security.xsuaa"
            ) from None
        self._check = library.create_security_context_xsuaa
        self._credentials = dict(credentials)

    async def caller(self, token: str) -> Caller | None:
        """Who a token was given to and what they may do, None where it is not good now.

        The library blocks while it fetches keys, so it runs in a thread.
        """
        if len(token) > MOST_LENGTH:
            return None
        return await asyncio.to_thread(self._caller, token)

    def _caller(self, token: str) -> Caller | None:
        try:
            context = self._check(token, self._credentials)
            payload = token.split(".")[1]  # the library checked it, but does not tell whose it is
            subject = msgspec.json.decode(base64.urlsafe_b64decode(f"{payload}=="), type=_Claims).sub
        except Exception as error:  # it raises many kinds for a token that is not good, or keys that it cannot get
            log.info("a token was refused: %s", type(error).__name__)
            return None
        if not subject:
            return None
        return Caller(f"xsuaa:{subject}"[:NAME_LENGTH], subject[:NAME_LENGTH], _role(context))


def _role(context: Any) -> Role:
    return next((role for scope, role in SCOPES.items() if context.check_local_scope(scope)), Role.ANYONE)


def looks_like_token(secret: str) -> bool:
    """Whether this is a JWT by its looks (RFC 7519: three parts), not one of our own keys."""
    return secret.count(".") == 2 and secret.startswith("ey")
