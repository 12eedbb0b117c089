"""The website: chat widget, forms, and sites whose own server hands messages in. Customers come for their answers.

An event is one JSON object. `{"type": "message", "id", "session", "text"}`, with `name`, `email`, `phone`,
`customer_no`, `at` (ISO 8601) and `page` where known; `session` is the conversation. `"signed_in": true` says that the
site knows who it is: address and customer number are then no mere claims. `{"type": "seen", "message"}`: the
answer with this id was shown. Our own pages send these events directly; a site's server signs them:
`X-Frontdesk-Timestamp: <seconds>`, `X-Frontdesk-Signature: v1=<hex HMAC-SHA256(secret, "<seconds>.<body>")>`.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, may_be_secret
from frontdesk.channels.signing import check_age, compare, digest, hex_mac
from frontdesk.interfaces.channels import Channel, Forged, Genuine, Handshake, WebhookRequest
from frontdesk.model import DeliveryState, Identity, Receipt, Sender
from frontdesk.model import channels as model

TITLE = "Website"
STAMP, SIGNATURE = "x-frontdesk-timestamp", "x-frontdesk-signature"
MOST_AGE_SECONDS = 300


class WebSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the website."""

    secret: Annotated[str, may_be_secret("Signs what a site's own server hands in; empty refuses that.")] = ""


class Web(Channel):
    """The website: customers come for their answers."""

    limits = model.ChannelLimits(picked_up=True)

    def __init__(self, settings: WebSettings, tools: ChannelTools) -> None:
        """Serve one site."""
        self._secret, self._clock = settings.secret, tools.clock

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        if not self._secret:
            raise Forged("channels.web.secret is empty: nothing is taken from other servers")
        stamp = request.headers.get(STAMP, "")
        signed = hex_mac(self._secret, f"{stamp}.".encode() + request.body)
        compare(request.headers.get(SIGNATURE, ""), f"v1={signed}", "X-Frontdesk-Signature")
        check_age(stamp, self._clock(), MOST_AGE_SECONDS, "X-Frontdesk-Timestamp")
        return Genuine(digest(request.body))

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        whole = parts.document(event.body)
        if whole.get("type") == "seen":
            return [model.DeliveryNotice(DeliveryState.READ, key=parts.needed(whole, "message"))]
        if whole.get("type") != "message":
            return [model.Ignored(f"an event of type {parts.text(whole, 'type')[:40] or 'nothing'}")]
        return [_message(whole)]

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        """It is where the customer looks for it."""
        return Receipt(detail={"picked_up_from": delivery.message_id})


def _message(whole: dict[str, object]) -> model.Found:
    session = parts.text(whole, "session")
    email = parts.text(whole, "email")
    return model.CustomerMessage(
        provider_id=parts.needed(whole, "id"),
        text=parts.text(whole, "text"),
        sender=Sender(
            parts.text(whole, "name"),
            email or session,
            parts.text(whole, "phone"),
            parts.text(whole, "customer_no"),
            Identity.SIGNED_IN if whole.get("signed_in") is True else Identity.UNPROVEN,
        ),
        at=parts.iso_moment(whole.get("at")),
        thread=session,
        joins_by_sender=False,
        has_own_thread=True,
        context={"page": parts.text(whole, "page")[:500]} if whole.get("page") else {},
    )


KIND = ChannelKind("web", "WEB", TITLE, WebSettings, Web)
