"""E-mail as a channel: mailboxes are watched over IMAP, answers leave by SMTP, mail services may call us instead."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from typing_extensions import override

from frontdesk.channels.email import postmark, sendgrid
from frontdesk.channels.email.callers import check_password
from frontdesk.channels.email.composing import Sheet, compose, message_id, notice
from frontdesk.channels.email.finding import Own, found_in
from frontdesk.channels.email.plus_address import plus_address
from frontdesk.channels.email.settings import EmailSettings, MailboxSettings
from frontdesk.channels.email.signing_in import tokens_of
from frontdesk.channels.email.watching import MEGABYTE, Watch, Watched
from frontdesk.channels.kind import ChannelTools
from frontdesk.interfaces import DeliveryFailed, Invalid
from frontdesk.interfaces.channels import (
    Admitting,
    Channel,
    Counting,
    EventSink,
    Finding,
    Forged,
    Genuine,
    Handshake,
    Trying,
    Watching,
    WebhookRequest,
)
from frontdesk.interfaces.mail import MailFailed, MailRefused, MailServer, OutgoingMail
from frontdesk.model import Receipt
from frontdesk.model.channels import ChannelLimits, DeliveryPart, Found, RawEvent, Unread

MAIL = "message/rfc822"
MOST_NAME = 80
REPORTS = ("SUCCESS", "FAILURE")


@dataclass(frozen=True, slots=True)
class MailService:
    """What a mail service that calls us does its own way."""

    check: Callable[[WebhookRequest, str, str, datetime], None]
    event_id: Callable[[WebhookRequest], str]
    read: Callable[[RawEvent, Own], Sequence[Found]]


SERVICES = {
    "sendgrid": MailService(sendgrid.check, sendgrid.event_id, sendgrid.read),
    "postmark": MailService(postmark.check, postmark.event_id, postmark.read),
}

SHORTEST_SECRET = 32


class Email(Finding, Channel, Admitting, Counting, Trying, Watching):
    """One mailbox, or mails that a mail service hands in."""

    def __init__(self, settings: EmailSettings, tools: ChannelTools) -> None:
        """Raises Invalid for an address that is none."""
        if settings.address and "@" not in settings.address.strip("@"):
            raise Invalid("channels.email.address must be like support@example.com", "channels.email.address")
        self._settings, self._tools = settings, tools
        addresses = (settings.address, *settings.aliases.split())
        servers, forms = tuple(settings.authserv_ids.split()), tuple(settings.forms.split())
        self._own = Own(addresses, _secret(settings, tools.secret), servers, forms)
        self._tokens = tokens_of(settings, tools)
        self._out = self._smtp()
        self._watches = [
            Watch(each, "email", tools.mail, tools.clock, tools.seconds) for each in _watched(settings, self._imap)
        ]
        self.limits = ChannelLimits()

    @override
    async def admit(self, request: WebhookRequest) -> None:
        """Where a key is set up, the signature is over the body."""
        if not self._settings.inbound:
            raise Forged("channels.email.inbound names no mail service that may call here")
        if not self._settings.inbound_public_key:
            check_password(request, self._settings.inbound_password)
        elif not request.headers.get(sendgrid.SIGNATURE):
            raise Forged(f"{sendgrid.SIGNATURE} is missing")

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        await self.admit(request)
        settings, now = self._settings, self._tools.clock()
        SERVICES[settings.inbound].check(request, settings.inbound_password, settings.inbound_public_key, now)
        return Genuine(SERVICES[self._settings.inbound].event_id(request))

    @override
    def read(self, event: RawEvent) -> Sequence[Found]:
        kind = event.content_type.partition(";")[0].strip().lower()
        if kind == MAIL:
            return found_in(event.body, self._own)
        service = SERVICES.get("sendgrid" if kind == "multipart/form-data" else self._settings.inbound)
        if service is None:
            return [Unread(f"no mail service is set up that sends {kind or 'this'}")]
        return service.read(event, self._own)

    @override
    async def send(self, delivery: DeliveryPart) -> Receipt:
        """Raises DeliveryFailed, NoAnswer."""
        address = self._settings.address
        reply_to = (
            plus_address(address, delivery.interaction_id, self._own.secret) if self._has_plus(delivery) else address
        )
        recipient, content = compose(delivery, self._sheet(reply_to))
        notify = REPORTS if self._settings.ask_for_reports and not delivery.automatic else ()
        try:
            said = await self._tools.mail.post(
                self._out,
                OutgoingMail(address, recipient, content, delivery.key if notify else "", notify, delivery.automatic),
            )
        except (MailRefused, MailFailed) as error:
            raise DeliveryFailed(str(error), permanent=error.permanent, after_seconds=error.after_seconds) from None
        return Receipt(message_id(delivery.key, address), {"server": said})

    async def notify(self, recipient: str, subject: str, text: str) -> None:
        """Send a mail that answers none, such as a link that resets a password. Raises DeliveryFailed, NoAnswer."""
        address = self._settings.address
        to, content = notice(recipient, subject, text, self._sheet(address))
        try:
            await self._tools.mail.post(self._out, OutgoingMail(address, to, content, is_automatic=True))
        except (MailRefused, MailFailed) as error:
            raise DeliveryFailed(str(error), permanent=error.permanent, after_seconds=error.after_seconds) from None

    @override
    async def find(self, delivery: DeliveryPart) -> Receipt | None:
        """By its Message-ID in the folder of sent mails, where there is one.

        Where there is none, a repetition has the same Message-ID, by which mail systems know it as the same.
        """
        if not self._settings.sent_folder or not self._settings.imap_host:
            return None
        ours = message_id(delivery.key, self._settings.address)
        try:
            async with self._tools.mail.mailbox(self._imap(self._settings), self._settings.sent_folder) as box:
                return Receipt(ours) if await box.named(ours) else None
        except MailFailed as error:
            raise DeliveryFailed(f"the folder of sent mails: {error}") from None

    @override
    async def watch(self, taker: EventSink) -> None:
        if not self._watches:
            await asyncio.Event().wait()  # mails come by webhook: there is nothing to look at
        async with asyncio.TaskGroup() as group:
            for each in self._watches:
                group.create_task(each.tend(taker))

    @override
    async def try_out(self, to: str) -> str:
        """Raises MailFailed."""
        await self._tools.mail.sign_in(self._out)
        if to:
            await self.notify(to, "Frontdesk", "This is a test message. / Dies ist eine Testnachricht.")
        for each in self._watches:
            await each.open_once()
        return ", ".join([f"{self._out.host}:{self._out.port}", *(each.place for each in self._watches)])

    @override
    async def count(self, taker: EventSink) -> None:
        """Raises MailFailed."""
        for each in self._watches:
            await each.count(taker)

    def _sheet(self, reply_to: str) -> Sheet:
        key_field = postmark.KEY_FIELD if self._settings.inbound == "postmark" else ""
        return Sheet(self._settings.name, self._settings.address, reply_to, self._tools.clock(), key_field)

    def _has_plus(self, delivery: DeliveryPart) -> bool:
        return bool(self._own.secret) and delivery.interaction_id > 0

    def _imap(self, box: MailboxSettings) -> MailServer:
        password, seconds = box.password, self._settings.seconds
        return MailServer(box.imap_host, box.imap_port, box.imap_security, box.user, password, self._tokens, seconds)

    def _smtp(self) -> MailServer:
        told = self._settings
        user = "" if told.smtp_user == "-" else told.smtp_user or told.user
        password, tokens = told.smtp_password or told.password, self._tokens
        return MailServer(told.smtp_host, told.smtp_port, told.smtp_security, user, password, tokens, told.seconds)


def _secret(settings: EmailSettings, ours: bytes) -> bytes:
    """What signs plus addresses, empty where there are none: a secret of its own, else this installation's.

    Never a password: everybody who gets such an address could try passwords against it. Raises Invalid for a short one.
    """
    if settings.plus_secret and len(settings.plus_secret) < SHORTEST_SECRET:
        name = "channels.email.plus_secret"
        raise Invalid(f"{name} has fewer than {SHORTEST_SECRET} characters", name)
    words = settings.plus_secret.encode() or ours
    return hashlib.sha256(b"frontdesk plus address " + words).digest() if settings.plus_addresses and words else b""


def _watched(settings: EmailSettings, server: Callable[[MailboxSettings], MailServer]) -> list[Watched]:
    """Every folder of every mailbox. The name under which its place is kept is that of the mailbox and the folder."""
    boxes = {"": settings, **settings.mailboxes}
    return [
        Watched(
            name=_short(f"{box.user}@{box.imap_host}/{folder}"),
            server=server(box),
            folder=folder,
            first_days=settings.first_days,
            mark_seen=settings.mark_seen,
            flag=settings.flag,
            move_to=settings.move_to,
            most_bytes=settings.most_megabytes * MEGABYTE,
        )
        for box in boxes.values()
        if box.imap_host
        for folder in map(unquote, box.folders.split())
    ]


def _short(name: str) -> str:
    """The name as a part of a key that has at most 100 characters."""
    return (
        name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    )
