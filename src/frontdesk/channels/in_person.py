"""Talks in person: an agent types what was said, and tells the answer. The agent's pages and REST hand them in.

An event is one JSON object: `id`, `text`, and `name`, `email`, `phone`, `customer_no`, `at` (ISO 8601) where known.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from frontdesk.channels import parts
from frontdesk.channels.kind import Kind, Tools, about
from frontdesk.interfaces.channels import Forged, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model.channels import CustomerMessage, Found, Letter, Limits, RawEvent, Unread


class InPersonKnobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of talks in person."""

    enabled: Annotated[bool, about("Whether there are any.")] = True


class InPerson:
    """See interfaces.channels.Channel."""

    limits = Limits(picked_up=True)

    def __init__(self, knobs: InPersonKnobs, tools: Tools) -> None:
        """Nothing is needed."""

    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """See interfaces.channels.Channel: agents sign in, nobody calls."""
        raise Forged("talks in person are handed in by who is signed in")

    def read(self, event: RawEvent) -> Sequence[Found]:
        """See interfaces.channels.Channel."""
        try:
            whole = parts.document(event.body)
            fields = {name: parts.text(whole, name) for name in ("name", "email", "phone", "customer_no")}
            sender = Sender(fields["name"], fields["email"], fields["phone"], fields["customer_no"])
            text, at = parts.needed(whole, "text"), parts.iso_moment(whole.get("at"))
            return [CustomerMessage(parts.needed(whole, "id"), text, sender, at)]
        except parts.Unfit as error:
            return [Unread(str(error))]

    async def send(self, letter: Letter) -> Receipt:
        """See interfaces.channels.Channel: the agent tells it."""
        return Receipt(detail={"told_by": "the agent"})


KIND = Kind("in_person", "IPC", "In-Person Conversation", InPersonKnobs, InPerson, has_webhook=False)
