"""Builds what signing in needs beyond accounts: a provider of single sign-on, and who sends mails to the team."""

import time
from dataclasses import fields
from typing import cast

from frontdesk.edges.access.authenticator import AccessRules, Authenticator
from frontdesk.edges.access.openid import OpenId, OpenIdRules
from frontdesk.edges.access.signing_in import Mailer, SignInService, SignInSetUp
from frontdesk.interfaces import Http
from frontdesk.outgoing import Limits
from frontdesk.wiring.container import Container

CALLBACK = "/sign-in/openid/callback"
LIMITS = Limits(connect=5.0, first_byte=10.0, total=15.0, bytes=1_000_000)


def sign_in_service(container: Container, door: Authenticator, rules: AccessRules, secret: bytes) -> SignInService:
    """Signing in under these settings. Raises Invalid that names one."""
    openid = container.settings.security.openid
    set_up = SignInSetUp(_openid(container) if openid.issuer else None, openid.name, _mailer(container))
    return SignInService(door, container.people, rules, secret, container.clock, set_up)


def _openid(container: Container) -> OpenId:
    section, public_url = container.settings.security.openid, container.settings.server.public_url.rstrip("/")
    given = {each.name: getattr(section, each.name) for each in fields(OpenIdRules) if each.name != "redirect_uri"}
    rules = OpenIdRules(redirect_uri=f"{public_url}{CALLBACK}", **given)

    def connect(address: str, trusted: bool) -> Http:
        return container.outgoing.client(address, limits=LIMITS, trusted=trusted)

    return OpenId(rules, connect, container.clock, time.monotonic)


def _mailer(container: Container) -> Mailer | None:
    """The e-mail channel, where it is set up."""
    opened = container.customer_channels.open.get("email")
    return cast(Mailer, opened.channel) if opened is not None else None
