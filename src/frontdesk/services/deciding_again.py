"""Deciding a message again: put together for the doors out of what is stored and the rules in force."""

from frontdesk.model import Interaction
from frontdesk.orchestrator.deciding_again import DecidedAgain
from frontdesk.services.parts import Services


async def decided_again(services: Services, message_id: str) -> tuple[DecidedAgain, Interaction]:
    """What the rules would say with the corrections, and the interaction as it is. Raises NotFound."""
    reading = await services.messages.readings.message(message_id)
    interaction = await services.interactions.records.get(reading.reference)
    found = await services.configuration.rules.again(message_id, reading.corrections, interaction)
    return found, interaction
