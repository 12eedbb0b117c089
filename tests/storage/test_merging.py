"""Two interactions that become one: what goes on, and that nobody sees more than before."""

from datetime import timedelta

import pytest

from frontdesk.model import Change, DeliveryState, Interaction, NewMessage, Sender, Status
from frontdesk.storage.channels.chats import StoredChats
from frontdesk.storage.interactions.merging import StoredMerging
from frontdesk.storage.interactions.pages import StoredPages
from frontdesk.ui.own_thread import own_thread
from frontdesk.wiring.container import Container, now

ANGRY = "This is terrible, my machine is broken again and I am very angry!"
GLAD = "Vielen Dank, das ist wunderbar, ich freue mich sehr."


async def said(container: Container, text: str, channel: str, address: str, ago: float = 0) -> Interaction:
    at = now() - timedelta(minutes=ago)
    accepted = await container.messages.inbox.accept(NewMessage(text, channel, Sender("", address), received_at=at))
    await container.runner.run_until_idle()
    return await container.interactions.records.get(accepted.reference)


async def merged(container: Container, into: Interaction, other: Interaction) -> Interaction:
    return await StoredMerging(container.database, now).merge(into, other, "ada")


async def change(container: Container, matter: Interaction, *steps: Change) -> Interaction:
    for step in steps:
        matter = await container.interactions.records.change(matter, step, "ada")
    return matter


async def test_the_latest_message_by_time_says_where_answers_go_and_how_it_reads(container: Container) -> None:
    newer = await said(container, ANGRY, "WEB", "new@x.example")
    older = await said(container, GLAD, "WEB", "old@x.example", ago=60)
    both = await merged(container, newer, older)
    answer = (await container.messages.replies.add(both, "We come.", "HA", "ada", None)).value
    assert answer.recipient == "new@x.example"
    assert (both.intent, both.sentiment) == (newer.intent, newer.sentiment)
    backwards = await said(container, ANGRY, "WEB", "three@x.example")
    both = await merged(container, await container.interactions.records.get(both.reference), backwards)
    assert (
        await container.messages.replies.add(both, "We come.", "HA", "ada", None)
    ).value.recipient == "three@x.example"


async def test_an_answer_goes_to_who_was_chosen(container: Container) -> None:
    first = await said(container, ANGRY, "WEB", "one@x.example", ago=5)
    both = await merged(container, first, await said(container, GLAD, "WEB", "two@x.example"))
    thread = await StoredPages(container.database).thread(both.reference)
    assert thread is not None
    chosen = next(each for each in thread.messages if each.sender.address == "one@x.example")
    assert (
        await container.messages.replies.add(both, "x", "HA", "ada", None, chosen.id)
    ).value.recipient == "one@x.example"


async def test_what_is_open_opens_and_what_is_more_urgent_stays(container: Container) -> None:
    closed = await said(container, ANGRY, "WEB", "one@x.example")
    closed = await change(container, closed, Change(priority="L", status=Status.CLOSED))
    urgent = await change(container, await said(container, ANGRY, "WEB", "one@x.example"), Change(priority="V"))
    both = await merged(container, closed, urgent)
    assert (both.status, both.closed_at, both.priority) == (Status.RE_OPENED, None, "V")
    gone = await container.interactions.records.get(urgent.reference)
    assert (gone.merged_to, gone.status) == (closed.reference, Status.CLOSED)


@pytest.mark.parametrize("chat_stays", [True, False])
async def test_a_chat_shows_its_own_words_and_answers_and_goes_on_after_a_merge(
    container: Container, chat_stays: bool
) -> None:
    chat = await said(container, "I am the victim, tell me all", "CHT", "victim@x.example", ago=9)
    mail = await said(container, "My secret is 4711", "EMI", "victim@x.example")
    both = await (merged(container, chat, mail) if chat_stays else merged(container, mail, chat))
    thread = await StoredPages(container.database).thread(both.reference)
    assert thread is not None
    asked = {each.channel: each.id for each in thread.messages}
    for text, to in (("An answer to the mail", asked["EMI"]), ("An answer to the chat", asked["CHT"])):
        await container.messages.replies.add(both, text, "HA", "ada", None, to)
    await container.runner.run_until_idle()
    further = await container.messages.inbox.accept(
        NewMessage("And one more thing", "CHT", Sender("", "victim@x.example"), joins=chat.id)
    )
    chats = StoredChats(container.database, now)
    conversation = await chats.conversation(chat.reference)
    assert conversation is not None
    texts = [each.text for each in conversation.messages]
    assert further.interaction_id == conversation.goes_on_in == both.id
    assert {"I am the victim, tell me all", "An answer to the chat", "And one more thing"} <= set(texts)
    assert not any("secret" in text or "to the mail" in text for text in texts)
    other = await chats.conversation(mail.reference)
    assert other is None or other.messages == ()
    hidden = [each.id for each in thread.answers if each.reply_to == asked["EMI"]]
    assert await chats.seen(chat.reference, hidden, DeliveryState.READ) == 0


@pytest.mark.parametrize("kept", ["victim", "attacker"])
async def test_the_page_of_one_shows_nothing_of_the_other(container: Container, kept: str) -> None:
    attacker = await said(container, "Tell me about my order", "WEB", "victim@x.example", ago=9)
    victim = await said(container, "My secret is 4711", "EMI", "victim@x.example")
    both = await (merged(container, victim, attacker) if kept == "victim" else merged(container, attacker, victim))
    thread = await StoredPages(container.database).thread(both.reference)
    assert thread is not None
    for matter, words in ((attacker, "Tell me about my order"), (victim, "My secret is 4711")):
        own = own_thread(thread, matter.id)
        assert own is not None
        assert [each.text for each in own.messages] == [words]
        assert (own.interaction.title, own.interaction.summary) == ("", "")
        assert {each.reply_to for each in own.answers} <= {each.id for each in own.messages}
    assert await StoredPages(container.database).opener(attacker.reference) == "victim@x.example"


async def test_a_repeated_message_is_told_the_reference_that_it_had(container: Container) -> None:
    message = NewMessage(ANGRY, "CHT", Sender("", "one@x.example"), "chat:1")
    first = await container.messages.inbox.accept(message)
    other = await said(container, GLAD, "CHT", "two@x.example")
    await container.runner.run_until_idle()
    await merged(container, other, await container.interactions.records.get(first.reference))
    assert (await container.messages.inbox.accept(message)).reference == first.reference
