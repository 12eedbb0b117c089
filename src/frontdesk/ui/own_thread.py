"""What one customer may see of an interaction in which others write too, or which was merged with another."""

from dataclasses import replace

from frontdesk.model import InboundMessage, Interaction
from frontdesk.model.thread import Thread
from frontdesk.ui.services import WEB


def opening_of(thread: Thread) -> InboundMessage:
    """The message that opened it; the thread must have one."""
    return min(thread.messages, key=lambda each: each.sequence)


def own_thread(thread: Thread, written_in: int) -> Thread | None:
    """What whoever opened the interaction `written_in` wrote there, and what belongs to that; None where nothing does.

    Title and summary are made of everybody's words, so they are left out where somebody else wrote too.
    """
    here = [each for each in thread.messages if each.written_in == written_in]
    if not here:
        return None
    opening = min(here, key=lambda each: each.sequence)
    messages = tuple(each for each in here if _is_same_writer(each, opening))
    ids = {each.id for each in messages}
    is_alone = len(ids) == len(thread.messages)
    return replace(
        thread,
        interaction=thread.interaction if is_alone else _without_words(thread.interaction),
        messages=messages,
        answers=tuple(a for a in thread.answers if a.reply_to in ids or (is_alone and a.reply_to is None)),
        analyses=tuple(each for each in thread.analyses if each.message_id in ids),
        decisions=tuple(each for each in thread.decisions if each.message_id in ids),
        effects=tuple(each for each in thread.effects if each.message_id in ids),
        audit_events=tuple(each for each in thread.audit_events if each.message_id in ids),
        work={number: each for number, each in thread.work.items() if number in ids},
    )


def _is_same_writer(message: InboundMessage, opening: InboundMessage) -> bool:
    """By address and channel, or through the page itself: an address that is only told is nobody's elsewhere.

    Of a message that was erased nobody knows any more who wrote it.
    """
    if message.erased_at or opening.erased_at:
        return message.id == opening.id
    same = message.sender.address.casefold() == opening.sender.address.casefold()
    return same and message.channel in (opening.channel, WEB)


def _without_words(interaction: Interaction) -> Interaction:
    return replace(interaction, title="", summary="")
