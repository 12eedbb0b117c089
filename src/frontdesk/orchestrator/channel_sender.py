"""Sends answers through a channel: once, within the channel's limits; an answer can also wait or be withheld."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from typing_extensions import override

from frontdesk.interfaces import Clock, DeliveryFailed, Held, NoAnswer, Outlet
from frontdesk.interfaces.channel_stores import DeliveryParts, PartFact, SendingFacts
from frontdesk.interfaces.channels import Channel, Finding, Idempotent, OutsideWindow
from frontdesk.model import OutboundMessage, Receipt
from frontdesk.model.channels import ChannelLimits, DeliveryPart, LengthUnit

# How long to wait for the vendor's notice when it is unknown whether an answer arrived.
PATIENCE = timedelta(seconds=60)
# How often waiting answers are tried; a new message of the customer makes them due at once.
LOOK_AGAIN_SECONDS = 3600.0
# Where a text is cut, best first: between paragraphs, lines, sentences, words.
_BREAKS = tuple(re.compile(each) for each in (r"\n\s*\n", r"\n", r"(?<=[.!?。！？])\s", r"\s"))


@dataclass(frozen=True, slots=True)
class SendingRules:
    """A guard against mail loops: how many automatic answers one sender gets within `period`."""

    most_automatic: int = 10
    period: timedelta = timedelta(hours=1)


class ChannelSender(Outlet):
    """The outlet of one channel."""

    def __init__(
        self, code: str, title: str, channel: Channel, delivery_parts: DeliveryParts, rules: SendingRules, clock: Clock
    ) -> None:
        """`title` is what people call the channel."""
        self.code, self._title, self._channel = code, title, channel
        self._delivery_parts, self._rules, self._clock = delivery_parts, rules, clock

    @override
    async def send(self, message: OutboundMessage) -> Receipt:
        """What an earlier attempt got through is not sent again."""
        now = self._clock()
        facts = await self._delivery_parts.facts(message, now - self._rules.period)
        if reason := withheld(message, facts, self._rules):
            return Receipt(detail={"withheld": reason})
        limits = self._channel.limits
        texts = split(message.text, limits)
        refuse_what_cannot_go(self._title, message, facts, limits)
        if closed := window_closed(self._title, facts, limits, now):
            await self._delivery_parts.note_waiting(message, closed)
            raise OutsideWindow(closed, after_seconds=LOOK_AGAIN_SECONDS)
        delivery = _delivery(message, facts, len(texts))
        try:
            sent = [await self._part(message, facts, _part_of(delivery, n, text)) for n, text in enumerate(texts, 1)]
        except OutsideWindow as closed_now:
            await self._delivery_parts.note_waiting(message, str(closed_now))
            raise
        return Receipt(sent[0].reference, {"parts": len(sent), **sent[0].detail} if len(sent) > 1 else sent[0].detail)

    async def _part(self, message: OutboundMessage, facts: SendingFacts, delivery: DeliveryPart) -> Receipt:
        known = facts.parts.get(delivery.part)
        if known is not None and known.is_sent:
            return Receipt(known.provider_id)
        if known is not None:
            delivery = replace(delivery, repeated=True)
            if found := await self._look(message, delivery, known):
                return found
        await self._delivery_parts.begin(message, delivery.part, delivery.key)
        receipt = await self._hand_over(message, delivery)
        await self._delivery_parts.end(message, delivery.part, receipt)
        return receipt

    async def _look(self, message: OutboundMessage, delivery: DeliveryPart, known: PartFact) -> Receipt | None:
        """The receipt of an earlier attempt; None: it may be sent again. Raises DeliveryFailed while unknown."""
        if isinstance(self._channel, Finding):
            if found := await self._channel.find(delivery):
                await self._delivery_parts.end(message, delivery.part, found)
            return found
        if known.is_cleared or isinstance(self._channel, Idempotent):
            return None
        left = (known.begun_at + PATIENCE - self._clock()).total_seconds()
        doubt = f"nobody knows whether {self._title} took it: an earlier attempt broke off"
        if left > 0:
            raise DeliveryFailed(f"{doubt}; waiting for its notice", after_seconds=left)
        await self._delivery_parts.clear(message, delivery.part)
        raise DeliveryFailed(f"{doubt}; look there, and try again if it is missing", permanent=True)

    async def _hand_over(self, message: OutboundMessage, delivery: DeliveryPart) -> Receipt:
        try:
            return await self._channel.send(delivery)
        except NoAnswer as error:
            if not error.may_be_done:
                await self._delivery_parts.undo(message, delivery.part)
            raise DeliveryFailed(str(error), permanent=error.permanent, after_seconds=error.after_seconds) from None
        except (DeliveryFailed, Held):
            await self._delivery_parts.undo(message, delivery.part)
            raise


def withheld(message: OutboundMessage, facts: SendingFacts, rules: SendingRules) -> str:
    """The reason why an answer is withheld; empty where it is sent. Answers by people are always sent."""
    if message.effect_key is None:
        return ""
    if facts.machine:
        return f"a machine wrote the message ({facts.machine}), and machines that answer each other never stop"
    if facts.automatic_before >= rules.most_automatic:
        minutes = round(rules.period.total_seconds() / 60)
        return f"the sender has had {facts.automatic_before} automatic answers within {minutes} minutes"
    return ""


def refuse_what_cannot_go(title: str, message: OutboundMessage, facts: SendingFacts, limits: ChannelLimits) -> None:
    """Raises DeliveryFailed (permanent) for an answer that the channel can never take."""
    if not message.recipient and not limits.picked_up:
        raise DeliveryFailed(f"the message tells no address on {title} that could be answered", permanent=True)
    if limits.per_message and facts.answers_before >= limits.per_message:
        raise DeliveryFailed(f"{title} takes {limits.per_message} answer(s) to a message", permanent=True)


def window_closed(title: str, facts: SendingFacts, limits: ChannelLimits, now: datetime) -> str:
    """The reason why the answer must wait; empty where it may be sent."""
    if limits.window is None or facts.heard_at is None or now <= facts.heard_at + limits.window:
        return ""
    hours = round(limits.window.total_seconds() / 3600)
    return (
        f"{title} takes answers within {hours} hours of the customer's last message "
        f"({facts.heard_at:%Y-%m-%d %H:%M} UTC): the answer waits until the customer writes again"
    )


def split(text: str, limits: ChannelLimits) -> tuple[str, ...]:
    """The text in parts that fit, broken at paragraphs, lines, sentences or words. Raises DeliveryFailed, permanent."""
    if not limits.length or size(text, limits.measure) <= limits.length:
        return (text,)
    parts: list[str] = []
    rest = text
    while size(rest, limits.measure) > limits.length:
        head, rest = _cut(rest, limits)
        parts.append(head)
    parts = [part for part in (*parts, rest) if part]
    if len(parts) > limits.most_parts:
        raise DeliveryFailed(
            f"the answer has {size(text, limits.measure):,} {limits.measure.value}: the channel takes "
            f"{limits.length:,} in each of up to {limits.most_parts} messages; write a shorter one",
            permanent=True,
        )
    return tuple(parts)


def size(text: str, measure: LengthUnit) -> int:
    """How long the vendor says a text is."""
    if measure is LengthUnit.BYTES:
        return len(text.encode())
    return len(text.encode("utf-16-le")) // 2 if measure is LengthUnit.UTF16 else len(text)


def _cut(text: str, limits: ChannelLimits) -> tuple[str, str]:
    most = _longest_beginning(text, limits)
    found = ([m.start() for m in mark.finditer(text, 0, most + 1)] for mark in _BREAKS)
    # A break in the first half would make parts too short. Between words any break is accepted.
    best = next((places[-1] for places in found if places and places[-1] >= most // 2), most)
    return text[:best].rstrip(), text[best:].lstrip()


def _longest_beginning(text: str, limits: ChannelLimits) -> int:
    """How many characters fit, found by bisection because characters differ in size."""
    low, high = 1, min(len(text), limits.length)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle], limits.measure) <= limits.length else (low, middle - 1)
    return low


def _delivery(message: OutboundMessage, facts: SendingFacts, parts: int) -> DeliveryPart:
    return DeliveryPart(
        key=message.id,
        message_id=message.id,
        recipient=message.recipient,
        text="",
        interaction_id=message.interaction_id,
        reference=facts.reference,
        subject=facts.subject,
        thread=facts.thread,
        answers=facts.provider_id,
        context=facts.context,
        earlier=facts.earlier,
        parts=parts,
        automatic=message.effect_key is not None,
    )


def _part_of(delivery: DeliveryPart, part: int, text: str) -> DeliveryPart:
    return replace(delivery, part=part, text=text, key=delivery.key if part == 1 else f"{delivery.key}-{part}")
