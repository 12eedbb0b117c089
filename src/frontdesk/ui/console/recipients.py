"""To whom an answer can go: each who wrote in an interaction, the latest first, and whether they opened it."""

from dataclasses import dataclass

from frontdesk.model import CodeList, Identity, InboundMessage
from frontdesk.model.thread import Thread
from frontdesk.ui.languages import N_
from frontdesk.ui.own_thread import opening_of
from frontdesk.ui.thread_view import CodeLabels

IDENTITIES = {
    Identity.UNPROVEN: N_("Sender not proven"),
    Identity.CHANNEL: N_("Known to the channel"),
    Identity.SIGNED: N_("Signed by the shop"),
    Identity.SIGNED_IN: N_("Signed in"),
    Identity.MAIL_AUTHENTICATED: N_("Mail authenticated"),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who wrote; `message` is the id of their latest message, which an answer to them answers."""

    message: str
    who: str
    channel_name: str
    identity: str
    is_opener: bool


def recipients_of(thread: Thread, names: CodeLabels) -> list[Recipient]:
    """Everybody who wrote, whoever wrote last first."""
    if not thread.messages:
        return []
    reachable = [each for each in thread.messages if not each.erased_at]
    home = [each for each in thread.messages if not each.merged_from]
    opener = _key(opening_of(thread) if not home else min(home, key=lambda each: each.sequence))
    latest = {_key(message): message for message in reachable}
    newest_first = sorted(latest.items(), key=lambda each: (each[1].received_at, each[1].sequence), reverse=True)
    return [_recipient(message, names, is_opener=key == opener) for key, message in newest_first]


def _key(message: InboundMessage) -> tuple[str, str]:
    return message.channel, message.sender.address.casefold()


def _recipient(message: InboundMessage, names: CodeLabels, *, is_opener: bool) -> Recipient:
    sender = message.sender
    parts = [part for part in (sender.name, sender.address or sender.phone) if part]
    who = f"{parts[0]} <{parts[1]}>" if len(parts) > 1 else "".join(parts)
    channel = names.of_code(CodeList.CHANNEL, message.channel)
    return Recipient(message.id, who or N_("Customer"), channel, IDENTITIES[sender.identity], is_opener)
