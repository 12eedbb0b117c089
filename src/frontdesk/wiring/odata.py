"""Builds the OData server over an open container."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.operations.handling import Handling
from frontdesk.edges.odata.operations.language import Language
from frontdesk.edges.odata.operations.operations import Operations
from frontdesk.edges.odata.reads import Reads
from frontdesk.edges.odata.serving import ODataServer
from frontdesk.edges.odata.writes import Writes
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
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, REPLY
from frontdesk.orchestrator.replying import values_of
from frontdesk.storage.odata.interaction_facts import InteractionFacts
from frontdesk.storage.odata.reading import StoredEntities
from frontdesk.storage.odata.waiting import StoredHandled
from frontdesk.storage.odata.writing import StoredWrites
from frontdesk.wiring.container import Container, new_id, now

ORDER_STATUS = "order_status"
NOBODY = Lease("", "", datetime.fromtimestamp(0, UTC))


def odata_server(container: Container, wake: Callable[[], None]) -> ODataServer:
    """The room; `wake` is told when there is new work."""
    entities, handled = StoredEntities(container.database), StoredHandled(container.database)
    writer = StoredWrites(container.database, now, new_id)
    seconds = container.settings.odata.wait_seconds
    reads = Reads(entities)
    writes = Writes(reads, writer, handled, wake, seconds)
    language = Language(container.llm.room.use_cases, now)
    office = BackOffice(container)
    handling = Handling(entities, writer, writes, handled, language, container.pipeline.analyst, office, wake, seconds)

    async def locate(*given: Any) -> Mapping[str, Any]:
        return await room.key(*given)

    operations = Operations({**language.handlers(), **handling.handlers()}, locate)
    room = ODataServer(reads, writes, operations, container.settings.server.max_body_bytes)
    return room


class BackOffice:
    """See edges.odata.handling.BackOffice."""

    def __init__(self, container: Container) -> None:
        """Ask this container."""
        self._container = container
        self._facts = InteractionFacts(container.database)

    async def outcome(self, message_id: str) -> Mapping[str, Any]:
        """See edges.odata.handling.BackOffice."""
        reading = await self._container.readings.message(message_id)
        made = {each.action.kind: each for each in reading.effects if each.state is EffectState.DONE}
        call, reply = made.get(CREATE_SERVICE_CALL), made.get(REPLY)
        read = reading.analysis
        return {
            "type": (read.intent or read.message_type) if read else None,
            "route": reading.decision.route if reading.decision else None,
            "fsmcode": call.reference if call else None,
            "replyMessage": reply.detail.get("text") if reply else None,
        }

    async def order(self, number: str) -> Receipt:
        """See edges.odata.handling.BackOffice."""
        action_handler = self._container.back_ends.action_handlers.get(ORDER_STATUS)
        if action_handler is None:
            raise ODataError("no S/4HANA is set up to ask for orders: fill in connectors.s4.url (see settings)", 503)
        case = _case_of(_nobodys_interaction(), _nobodys_message())
        try:
            return await action_handler.perform(_effect(ORDER_STATUS, {"order_no": number}, case), case)
        except Failed as error:
            if error.permanent:
                raise ODataError(f"order {number[:20]}: {error}", 404, "orderNo") from None
            raise

    async def ticket(self, interaction_id: int, by: str) -> Receipt:
        """See edges.odata.handling.BackOffice."""
        interaction, message = await self._facts.of(interaction_id)
        case = _case_of(interaction, message or replace(_nobodys_message(), interaction_id=interaction.id))
        effect = _effect(CREATE_SERVICE_CALL, {}, case)
        receipt = await self._container.back_ends.action_handlers[CREATE_SERVICE_CALL].perform(effect, case)
        await self._facts.note_ticket(interaction_id, receipt.reference, by, now())
        return receipt

    async def stock_answer(self, interaction_id: int) -> str:
        """See edges.odata.handling.BackOffice."""
        interaction, message = await self._facts.of(interaction_id)
        if message is None:
            raise Stale("the message has gone meanwhile")
        template = self._container.pipeline.templates.named("received")
        language = await self._facts.language(message)
        return template.render(language, values_of(_case_of(interaction, message)))


def _case_of(interaction: Interaction, message: InboundMessage) -> Case:
    return Case(message, interaction, NOBODY, repeated=False)


def _effect(kind: str, parameters: Mapping[str, Any], case: Case) -> Effect:
    """An effect that no decision asked for: a caller did."""
    key = f"odata:{new_id()}"
    return Effect(
        key, case.message.id, case.interaction.id, "", 0, Action(kind, parameters), EffectState.PENDING, 0, now()
    )


def _nobodys_interaction() -> Interaction:
    at = now()
    return Interaction(0, "", "", "", "", "", Status.NEW, "", at, at, 1)


def _nobodys_message() -> InboundMessage:
    return InboundMessage("", 0, 0, "", "", Sender(), now())
