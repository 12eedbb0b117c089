"""E-mail from end to end: over a real mailbox in, through the pipeline, by a real mail server out."""

import imaplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from frontdesk.model import DeliveryState
from tests.channels.channel_house import BROKEN
from tests.channels.email.mails import mail, raw
from tests.channels.email.test_bounces import dsn
from tests.dovecot import PASSWORD

Opening = Callable[..., Any]


def reply_to(answer: EmailMessage, text: str = "Please hurry.", **fields: str) -> bytes:
    """How the customer's program answers our mail."""
    quoted = "\n".join(f"> {line}" for line in answer.get_content().splitlines())
    chosen = {
        "subject": f"AW: {answer['Subject']}",
        "to": str(answer["Reply-To"] or answer["From"]),
        "in_reply_to": str(answer["Message-ID"]),
        "references": f"{answer['References']} {answer['Message-ID']}",
        "message_id": "<m2@customer.example>",
        **fields,
    }
    return raw(f"{text}\n\nAm 26.11.26 um 10:00 schrieb Support:\n{quoted}", **chosen)


async def test_a_mail_is_understood_decided_and_answered_in_its_thread(mail_desk: Opening) -> None:
    desk = await mail_desk()
    async with desk.reading():
        desk.deliver(raw(BROKEN, message_id="<first@customer.example>"))
        await desk.until_answers(1)
    [message] = await desk.channels.messages()
    assert (message.channel, message.sender_address, message.provider_id) == (
        "EMI",
        "kim@customer.example",
        "first@customer.example",
    )
    assert message.analysis_id
    [answer] = desk.out.mails
    assert (answer["To"], answer["In-Reply-To"]) == ("kim@customer.example", "<first@customer.example>")
    assert answer["References"] == "<first@customer.example>"
    assert (answer["Auto-Submitted"], answer["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    [sent] = await desk.channels.answers()
    assert (sent.state, f"<{sent.provider_id}>") == ("sent", answer["Message-ID"])
    assert desk.out.envelopes[0].mail_from == "<>"  # nobody is told where an automatic answer did not arrive
    assert desk.out.envelopes[0].rcpt_options == []


@pytest.mark.parametrize(
    ("action", "state"), [("delivered", DeliveryState.DELIVERED), ("failed", DeliveryState.FAILED)]
)
async def test_what_mail_servers_report_of_an_answer_is_noted_on_it(
    mail_desk: Opening, action: str, state: DeliveryState
) -> None:
    desk = await mail_desk()
    async with desk.reading():
        desk.deliver(raw(BROKEN))
        await desk.until_answers(1)
        ours = desk.out.mails[0]["Message-ID"].encode()
        desk.deliver(dsn(action).replace(b"<k1@desk.example>", ours))

        async def noted() -> bool:
            return bool((await desk.channels.answers())[0].state == state.value)

        await desk.until(noted)
    [answer] = await desk.channels.answers()
    assert ("no such user" in answer.error) == (state is DeliveryState.FAILED)
    assert len(await desk.channels.messages()) == 1
    assert len(desk.out.envelopes) == 1


async def test_an_answer_of_the_customer_joins_by_its_thread_its_plus_address_or_its_subject(
    mail_desk: Opening,
) -> None:
    desk = await mail_desk()
    async with desk.reading():
        desk.deliver(raw(BROKEN))
        await desk.until_answers(1)
        [first] = desk.out.mails
        assert "+i" in first["Reply-To"]
        nothing = {"in_reply_to": "", "references": "", "to": desk.address, "subject": "New"}
        desk.deliver(reply_to(first, message_id="<a@x>", to=desk.address, subject="Re: gone"))
        await desk.until_messages(2)
        desk.deliver(reply_to(first, message_id="<b@x>", **(nothing | {"to": str(first["Reply-To"])})))
        await desk.until_messages(3)
        desk.deliver(reply_to(first, message_id="<c@x>", **(nothing | {"subject": str(first["Subject"])})))
        await desk.until_messages(4)
        desk.deliver(reply_to(first, message_id="<d@x>", **nothing))
        await desk.until_messages(5)
    messages = {row.provider_id: row for row in await desk.channels.messages()}
    matter = messages["m1@customer.example"].interaction_id
    joined = {name: row.interaction_id == matter for name, row in messages.items()}
    assert joined == {"m1@customer.example": True, "a@x": True, "b@x": True, "c@x": True, "d@x": False}
    assert messages["a@x"].text == "Please hurry."


async def test_the_plus_address_counts_more_than_the_thread_and_the_thread_more_than_the_subject(
    mail_desk: Opening,
) -> None:
    desk = await mail_desk()
    async with desk.reading():
        for name in ("one", "two", "three"):
            desk.deliver(raw(f"{BROKEN} {name}", message_id=f"<{name}@x>", **{"from": f"{name}@customer.example"}))
        await desk.until_answers(3)
        by = {str(each["To"]).partition("@")[0]: each for each in desk.out.mails}
        two: dict[str, str] = {"from": "two@customer.example", "subject": str(by["three"]["Subject"])}
        desk.deliver(reply_to(by["two"], message_id="<p@x>", to=str(by["one"]["Reply-To"]), **two))
        desk.deliver(reply_to(by["two"], message_id="<t@x>", to=desk.address, **two))
        await desk.until_messages(5)
    where = {row.provider_id: row.interaction_id for row in await desk.channels.messages()}
    assert (where["p@x"], where["t@x"]) == (where["one@x"], where["two@x"])


async def test_a_mail_delivered_twice_is_answered_once(mail_desk: Opening) -> None:
    desk = await mail_desk()
    async with desk.reading():
        for _ in range(2):
            desk.deliver(raw(BROKEN))
            desk.deliver(raw(f"{BROKEN} No id.", message_id=""))
        desk.deliver(raw("The last one.", message_id="<last@x>"))
        await desk.until_messages(3)
        await desk.until_answers(2)
    assert len(await desk.channels.messages()) == 3
    assert [row.messages for row in await desk.channels.events()] == [1, 1, 1]


@pytest.mark.parametrize(
    "fields", [{"auto_submitted": "auto-replied"}, {"list_id": "<x.y>"}, {"precedence": "bulk"}], ids=str
)
async def test_a_mail_of_a_machine_is_stored_and_understood_but_not_answered(
    mail_desk: Opening, fields: dict[str, str]
) -> None:
    desk = await mail_desk()
    async with desk.reading():
        desk.deliver(raw(BROKEN, **fields))

        async def withheld() -> bool:
            return [row.state for row in await desk.channels.answers()] == ["withheld"]

        await desk.until(withheld)
    [message] = await desk.channels.messages()
    assert message.analysis_id
    assert message.automatic
    assert desk.out.envelopes == []


async def test_two_machines_that_answer_each_other_come_to_an_end(mail_desk: Opening) -> None:
    """A customer's machine that marks nothing answers each of our answers."""
    desk = await mail_desk(rules={"most_automatic_answers": 3})
    async with desk.reading():
        desk.deliver(raw(BROKEN, message_id="<m0@x>"))
        for n in range(1, 6):
            await desk.until_messages(n)
            desk.deliver(raw(BROKEN, message_id=f"<m{n}@x>"))
        await desk.until_messages(6)

        async def settled() -> bool:
            states = [row.state for row in await desk.channels.answers()]
            return len(states) == 6 and "pending" not in states

        await desk.until(settled)
    assert len(desk.out.envelopes) == 3


async def test_a_server_that_asks_to_come_again_gets_the_same_mail_again(mail_desk: Opening) -> None:
    desk = await mail_desk()
    desk.out.refusals["DATA"] = ["451 4.7.1 greylisted", "hang up"]
    async with desk.reading():
        desk.deliver(raw(BROKEN))
        await desk.until_messages(1)

        async def sent() -> bool:
            await desk.channels.work_all()
            return [row.state for row in await desk.channels.answers()] == ["sent"]

        await desk.until(sent)
    assert len(desk.out.mails) == 2  # nobody knew whether the first of them had been taken
    assert len({each["Message-ID"] for each in desk.out.mails}) == 1


async def test_an_address_that_does_not_exist_ends_the_answer_with_the_servers_words(mail_desk: Opening) -> None:
    desk = await mail_desk()
    desk.out.refusals["RCPT"] = ["550 5.1.1 no such user here"]
    async with desk.reading():
        desk.deliver(raw(BROKEN))

        async def failed() -> bool:
            return [row.state for row in await desk.channels.answers()] == ["failed"]

        await desk.until(failed)
    [answer] = await desk.channels.answers()
    assert "550 5.1.1 no such user here" in answer.error


async def test_files_of_twenty_megabytes_arrive_whole(mail_desk: Opening) -> None:
    desk = await mail_desk()
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * (20 * 4096 - 1)
    made = mail(BROKEN)
    made.add_attachment(content, maintype="image", subtype="png", filename="leak.png")
    async with desk.reading():
        desk.deliver(made.as_bytes())
        await desk.until_messages(1)
    [file] = await desk.channels.attachments()
    assert (file.name, file.media_type, file.state, file.size) == ("leak.png", "image/png", "stored", len(content))
    assert file.content == content


async def test_a_mail_that_nobody_can_read_is_kept_shown_and_read_again(mail_desk: Opening) -> None:
    desk = await mail_desk()
    channels = desk.channels.container.channels
    broken = b"X-Nothing: " + b"y" * 1_100_000 + b"\r\n\r\nHelp."

    async def shown() -> bool:
        return [row.state for row in await desk.channels.events()] == ["failed"]

    async with desk.reading():
        desk.deliver(broken)
        await desk.until(shown)
    [event] = await desk.channels.events()
    assert "larger than 1 MB" in event.error
    assert event.body.endswith(b"Help.\r\n")
    assert await channels.events.replay([event.id]) == 1
    await desk.until(shown)


async def test_a_mail_that_is_among_the_sent_ones_is_not_sent_again(mail_desk: Opening) -> None:
    """The server takes the mail, its provider files it, and the connection breaks before we hear of it."""
    desk = await mail_desk(sent_folder="Sent")
    desk.out.refusals["DATA"] = ["hang up"]
    async with desk.reading():
        desk.deliver(raw(BROKEN))
        await desk.until_answers(1)
        with imaplib.IMAP4("127.0.0.1", desk.mailbox.imap) as provider:
            provider.login(desk.address.partition("@")[0], PASSWORD)
            provider.create("Sent")
            provider.append("Sent", "", "", desk.out.raw[0])

        async def sent() -> bool:
            await desk.channels.work_all()
            return [row.state for row in await desk.channels.answers()] == ["sent"]

        await desk.until(sent)
    assert len(desk.out.mails) == 1
