"""Replying: renders the template a decision named and sends it by the channel the message came in by."""

from collections.abc import Mapping
from typing import Any

from frontdesk.interfaces import Channel, Clock, DeliveryFailed, NewId, Outbox
from frontdesk.model import Case, DeliveryState, Effect, EffectState, OutboundMessage, Receipt
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.orchestrator.templates import ReplyTemplate, ReplyTemplates

PROCESSED_BY = "Frontdesk"


class Replying:
    """The performer of `reply`; see interfaces.Performer."""

    def __init__(
        self,
        templates: ReplyTemplates,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        clock: Clock,
        new_id: NewId,
    ) -> None:
        """Send through `channels`, by the channel's code."""
        self._templates, self._outbox, self._channels = templates, outbox, channels
        self._clock, self._new_id = clock, new_id

    async def find(self, key: str) -> Receipt | None:
        """See interfaces.Performer."""
        stored = await self._outbox.by_effect(key)
        if stored is None or stored.state is DeliveryState.PENDING:
            return None
        return Receipt(stored.provider_id, {"message": stored.id})

    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Store the reply, send it, note that it was sent. Raises DeliveryFailed."""
        stored = await self._outbox.draft(self._written(effect, case))
        channel = self._channels.get(stored.channel) or self._channels["*"]
        try:
            receipt = await channel.send(stored)
        except DeliveryFailed as error:
            if error.permanent:
                await self._outbox.refused(stored.id, str(error))
            raise
        await self._outbox.sent(stored.id, receipt)
        return Receipt(receipt.reference, {"message": stored.id, "text": stored.text})

    def _written(self, effect: Effect, case: Case) -> OutboundMessage:
        values = _values(case)
        template = self._fitting(str(effect.action.parameters["template"]), values)
        language = case.analysis.language if case.analysis else ""
        return OutboundMessage(
            id=self._new_id(),
            interaction_id=case.interaction.id,
            sequence=0,
            type=template.type,
            channel=case.message.channel,
            recipient=case.message.sender.address,
            text=template.render(language, values),
            processed_by=PROCESSED_BY,
            created_at=self._clock(),
            remark=template.render_remark(values),
            reply_to=case.message.id,
            effect_key=effect.key,
        )

    def _fitting(self, name: str, values: Mapping[str, Any]) -> ReplyTemplate:
        """Nothing false is told: a text that states a receipt is used only when the receipt is there."""
        template = self._templates.named(name)
        return self._templates.named(template.otherwise) if template.needs and not values[template.needs] else template


def _values(case: Case) -> dict[str, Any]:
    call = next(
        (e for e in case.effects if e.action.kind == CREATE_SERVICE_CALL and e.state is EffectState.DONE),
        None,
    )
    return {
        "reference": case.interaction.reference,
        "name": case.message.sender.name,
        "title": case.interaction.title,
        "service_call": {"code": call.reference} if call else {},
    }
