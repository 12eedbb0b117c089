"""Deciding a message again: put together for the doors out of what is stored and the rules in force."""

from typing import Protocol

from frontdesk.model import Interaction
from frontdesk.orchestrator.deciding_again import DecidedAgain
from frontdesk.services.parts import ConfigurationServices, InteractionServices, MessageServices


class Parts(Protocol):
    """The services that are needed."""

    @property
    def messages(self) -> MessageServices:
        """Messages and corrections."""
        ...

    @property
    def interactions(self) -> InteractionServices:
        """Interactions."""
        ...

    @property
    def configuration(self) -> ConfigurationServices:
        """The rules."""
        ...


async def decided_again(parts: Parts, message_id: str) -> tuple[DecidedAgain, Interaction]:
    """What the rules would say with the corrections, and the interaction as it is. Raises NotFound."""
    reading = await parts.messages.readings.message(message_id)
    interaction = await parts.interactions.records.get(reading.reference)
    found = await parts.configuration.rules.again(message_id, reading.corrections, interaction)
    return found, interaction
