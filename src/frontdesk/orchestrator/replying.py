"""Carries out the action `reply`: renders the template of the decision and sends it through the message's channel."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from typing_extensions import override

from frontdesk.interfaces import ActionHandler, Clock, DeliveryFailed, NewId, Outbox, Outlet, OwnRows, PickedUp
from frontdesk.model import ENTITY_FIELDS, Action, Case, DeliveryState, Effect, EffectState, OutboundMessage, Receipt
from frontdesk.orchestrator.actions import STATED
from frontdesk.orchestrator.templates import AUTO_REPLY, FALLBACK_LANGUAGE, ReplyTemplate, ReplyTemplates, needs_of_text

PROCESSED_BY = "Frontdesk"

# Sent in place of a rule's own text if that states a receipt which is not there.
OTHERWISE = "received"
# Fields of a delivery that people should see with the effect; other fields are the channel's own.
TOLD = ("withheld", "parts")


class Replying(ActionHandler):
    """The performer of `reply`."""

    def __init__(
        self,
        templates: ReplyTemplates,
        outbox: Outbox,
        channels: Mapping[str, Outlet],
        clock: Clock,
        new_id: NewId,
        emergency_number: str = "112",
    ) -> None:
        """Send through `channels`, by the channel's code; texts may name the `emergency_number`."""
        self._templates, self._outbox, self._channels = templates, outbox, channels
        self._clock, self._new_id, self._emergency_number = clock, new_id, emergency_number

    @override
    async def find(self, key: str) -> Receipt | None:
        stored = await self.sent(key)
        return receipt_of(stored, Receipt(stored.provider_id)) if stored else None

    async def sent(self, key: str) -> OutboundMessage | None:
        """What was sent for the effect of this key."""
        stored = await self._outbox.by_effect(key)
        unsent = stored is None or stored.state in (DeliveryState.PENDING, DeliveryState.FAILED)
        return None if unsent else stored

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Write the reply and send it. Raises DeliveryFailed."""
        return await self.send(self.written(effect, case))

    async def send(self, message: OutboundMessage) -> Receipt:
        """Store a message of an effect once, send it, note that it was sent. Raises DeliveryFailed."""
        stored = await self._outbox.draft(message)
        if stored.state is DeliveryState.WITHHELD:
            return receipt_of(stored, Receipt())
        channel = self._channel(stored.channel)
        try:
            receipt = await channel.send(stored)
        except DeliveryFailed as error:
            if error.permanent:
                await self._outbox.refused(stored.id, str(error))
            raise
        await self._outbox.sent(stored.id, receipt)
        return receipt_of(stored, receipt)

    def record(self, effect: Effect, case: Case, rows: OwnRows) -> Receipt | None:
        """Where the customer comes for the answer it is delivered by being stored."""
        channel = self._channel(case.message.channel)
        if not isinstance(channel, PickedUp):
            return None
        stored = rows.deliver(replace(self.written(effect, case), state=DeliveryState.SENT))
        return receipt_of(stored, channel.receipt(stored))

    def _channel(self, code: str) -> Outlet:
        return self._channels.get(code) or self._channels["*"]

    def written(self, effect: Effect, case: Case) -> OutboundMessage:
        """The message that a reply sends."""
        values = values_of(case) | {"emergency_number": self._emergency_number}
        template = self._fitting(effect.action, values)
        language = case.analysis.language if case.analysis else ""
        remark = template.render_remark(values)
        return self.message(effect, case, template.type, template.render(language, values), remark)

    def message(self, effect: Effect, case: Case, type_: str, text: str, remark: str = "") -> OutboundMessage:
        """A message of this effect to the sender, by the channel they wrote on."""
        return OutboundMessage(
            id=self._new_id(),
            interaction_id=case.interaction.id,
            sequence=0,
            type=type_,
            channel=case.message.channel,
            recipient=case.message.sender.address,
            text=text,
            processed_by=PROCESSED_BY,
            created_at=self._clock(),
            remark=remark,
            reply_to=case.message.id,
            effect_key=effect.key,
        )

    def _fitting(self, action: Action, values: Mapping[str, Any]) -> ReplyTemplate:
        """The template to use. A text that states a receipt is used only when the receipt is there."""
        if "text" in action.parameters:
            return self._own_text(action, values)
        template = self._templates.named(str(action.parameters["template"]))
        return self._templates.named(template.otherwise) if template.needs and not values[template.needs] else template

    def _own_text(self, action: Action, values: Mapping[str, Any]) -> ReplyTemplate:
        text = str(action.parameters["text"])
        if any(not values[name] for name in needs_of_text(text)):
            return self._templates.named(OTHERWISE)
        return ReplyTemplate("text", str(action.parameters.get("type", AUTO_REPLY)), {FALLBACK_LANGUAGE: text})


def receipt_of(stored: OutboundMessage, sent: Receipt) -> Receipt:
    """What is noted of a message that was sent, or kept back because a person has taken over."""
    told = {name: sent.detail[name] for name in TOLD if name in sent.detail}
    if stored.state is DeliveryState.WITHHELD:
        told["withheld"] = stored.error
    return Receipt(sent.reference, {"message": stored.id, "text": stored.text, **told})


def values_of(case: Case) -> dict[str, Any]:
    """The values that templates may use; see templates.SAMPLE_VALUES."""
    interaction, analysis = case.interaction, case.analysis
    found: dict[str, list[str]] = {field: [] for field in ENTITY_FIELDS}
    for entity in analysis.entities if analysis else ():
        found.setdefault(entity.field, []).append(entity.value)
    return {
        "reference": interaction.reference,
        "name": case.message.sender.name,
        "title": interaction.title,
        "summary": interaction.summary,
        "language": analysis.language if analysis else "",
        "priority": interaction.priority,
        "team": interaction.team,
        "sentiment": interaction.sentiment or "",
        "intent": interaction.intent or "",
        "route": interaction.route,
        "customer": interaction.customer_id or "",
        "channel": case.message.channel,
        "entities": found,
        **{name: _stated(case, kind) for name, kind in STATED.items()},
    }


def _stated(case: Case, kind: str) -> dict[str, Any]:
    """The receipt of the last effect of this kind; empty where none was carried out."""
    effects = [e for e in case.effects if e.action.kind == kind and e.state is EffectState.DONE]
    if not effects:
        return {}
    return {"code": effects[-1].reference, "status": ""} | dict(effects[-1].detail)
