"""Talks in person: an agent types what was said and passes the answer on. They come in over the pages and REST.

An event is one JSON object: `id`, `text`, and `name`, `email`, `phone`, `customer_no`, `at` (ISO 8601) where known.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about
from frontdesk.interfaces.channels import Channel, Forged, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model.channels import ChannelLimits, CustomerMessage, DeliveryPart, Found, RawEvent


class InPersonSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of talks in person."""

    enabled: Annotated[bool, about("Whether there are any.")] = True


class InPerson(Channel):
    """Talks in person, typed by an agent."""

    limits = ChannelLimits(picked_up=True)

    def __init__(self, settings: InPersonSettings, tools: ChannelTools) -> None:
        """Nothing is needed."""

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """Agents sign in, nobody calls."""
        raise Forged("talks in person are handed in by who is signed in")

    @override
    @parts.readable
    def read(self, event: RawEvent) -> Sequence[Found]:
        whole = parts.document(event.body)
        fields = {name: parts.text(whole, name) for name in ("name", "email", "phone", "customer_no")}
        sender = Sender(fields["name"], fields["email"], fields["phone"], fields["customer_no"])
        text, at = parts.needed(whole, "text"), parts.iso_moment(whole.get("at"))
        return [CustomerMessage(parts.needed(whole, "id"), text, sender, at)]

    @override
    async def send(self, delivery: DeliveryPart) -> Receipt:
        """The agent tells it."""
        return Receipt(detail={"told_by": "the agent"})


KIND = ChannelKind("in_person", "IPC", "In-Person Conversation", InPersonSettings, InPerson, has_webhook=False)
