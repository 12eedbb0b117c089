"""What OData operations ask beyond entities: outcomes, orders, tickets; and the status where one is refused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.expressions.literals import LARGEST
from frontdesk.interfaces import Failed, Stale
from frontdesk.model import (
    Action,
    Case,
    Effect,
    EffectState,
    InboundMessage,
    Interaction,
    Lease,
    Receipt,
    Sender,
    Status,
)
from frontdesk.orchestrator.actions import ANSWER, CREATE_SERVICE_CALL, ORDER_STATUS, REPLY
from frontdesk.orchestrator.replying import values_of
from frontdesk.services.parts import Services

NOT_SET_UP, NOT_FOUND = 503, 404
RECEIVED = "received"
NOBODY = Lease("", "", datetime.fromtimestamp(0, UTC))


class BackOffice:
    """Asks readings, back ends and templates; what it has carried out no decision asked for, a caller did."""

    def __init__(self, services: Services) -> None:
        """Ask these services."""
        self._services, self._facts = services, services.entities.facts

    async def outcome(self, message_id: str) -> Mapping[str, Any]:
        """What became of a message: type, route, fsmcode, replyMessage; each null where it is not known yet."""
        reading = await self._services.messages.readings.message(message_id)
        made = {each.action.kind: each for each in reading.effects if each.state is EffectState.DONE}
        call = made.get(CREATE_SERVICE_CALL)
        told = [each for kind in (ANSWER, REPLY) if (each := made.get(kind)) and each.detail.get("sent", True)]
        read = reading.analysis
        return {
            "type": (read.intent or read.message_type) if read else None,
            "route": reading.decision.route if reading.decision else None,
            "fsmcode": _number(call.reference) if call else None,
            "replyMessage": "\n\n".join(str(each.detail.get("text", "")) for each in told) or None,
        }

    async def latest(self, interaction_id: int) -> InboundMessage | None:
        """What the customer wrote last in an interaction. Raises NotFound."""
        return (await self._facts.of(interaction_id))[1]

    async def order(self, number: str) -> Receipt:
        """The status of an order. Raises ODataError, Failed."""
        action_handler = self._services.connectors.action_handlers.get(ORDER_STATUS)
        if action_handler is None:
            words = "no S/4HANA is set up to ask for orders: fill in connectors.s4.url (see settings)"
            raise ODataError(words, NOT_SET_UP)
        case = replace(_case_of(self._nobodys_interaction(), self._nobodys_message()), asked_by_team=True)
        try:
            return await action_handler.perform(self._effect(ORDER_STATUS, {"order_no": number}, case), case)
        except Failed as error:
            if error.permanent:
                raise ODataError(f"order {number[:20]}: {error}", NOT_FOUND, "orderNo") from None
            raise

    async def ticket(self, interaction_id: int, by: str) -> Receipt:
        """Open a service call for an interaction. Raises Failed, NotFound."""
        interaction, message = await self._facts.of(interaction_id)
        case = _case_of(interaction, message or replace(self._nobodys_message(), interaction_id=interaction.id))
        effect = self._effect(CREATE_SERVICE_CALL, {}, case)
        receipt = await self._services.connectors.action_handlers[CREATE_SERVICE_CALL].perform(effect, case)
        await self._facts.note_ticket(interaction_id, receipt.reference, by, self._services.clock())
        return receipt

    async def stock_answer(self, interaction_id: int) -> str:
        """What is said to a customer where no model writes an answer. Raises NotFound, Stale."""
        interaction, message = await self._facts.of(interaction_id)
        if message is None:
            raise Stale("the message has gone meanwhile")
        template = self._services.configuration.templates.templates.named(RECEIVED)
        language = await self._facts.language(message)
        return template.render(language, values_of(_case_of(interaction, message)))

    def _effect(self, kind: str, parameters: Mapping[str, Any], case: Case) -> Effect:
        action, key = Action(kind, parameters), f"odata:{self._services.new_id()}"
        at = self._services.clock()
        return Effect(key, case.message.id, case.interaction.id, "", 0, action, EffectState.PENDING, 0, at)

    def _nobodys_interaction(self) -> Interaction:
        at = self._services.clock()
        return Interaction(0, "", "", "", "", "", Status.NEW, "", at, at, 1)

    def _nobodys_message(self) -> InboundMessage:
        return InboundMessage("", 0, 0, "", "", Sender(), self._services.clock())


def _number(reference: str) -> int | str:
    """The sample's clients know whole numbers; a back end that numbers otherwise is not cut to fit."""
    return int(reference) if reference.isascii() and reference.isdigit() and int(reference) <= LARGEST else reference


def _case_of(interaction: Interaction, message: InboundMessage) -> Case:
    return Case(message, interaction, NOBODY, repeated=False)
