"""Channels where customers or systems pick the answer up: storing it delivers it.

The web page shows answers under the reference; whoever hands in messages by REST (for a channel that no adapter
serves yet) reads them there. So nothing is sent, and nothing can be lost on the way.
"""

from typing_extensions import override

from frontdesk.interfaces import PickedUp
from frontdesk.model import OutboundMessage, Receipt


class Pickup(PickedUp):
    """A channel without a wire."""

    def __init__(self, code: str) -> None:
        """Serve the channel with this code; "*" serves all that have no adapter of their own."""
        self.code = code

    async def send(self, message: OutboundMessage) -> Receipt:
        """The message is where the customer looks for it."""
        return self.receipt(message)

    @override
    def receipt(self, message: OutboundMessage) -> Receipt:
        return Receipt(detail={"picked_up_from": message.id})
