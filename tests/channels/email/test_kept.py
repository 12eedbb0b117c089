"""What becomes of quotations, automatic answers, bounces that name no mail, and complaints, once they are stored."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from frontdesk.model import Change, DeliveryState, Interaction, Role, Status
from frontdesk.model.channels import RawEvent
from tests.channels.channel_house import BROKEN, ChannelHouse
from tests.channels.email.mails import by_hand, raw
from tests.channels.email.test_by_webhook import opened
from tests.smtp_server import Taken, smtp_server
from tests.web_client import HTML, add_account, key_of, sign_in

pytestmark = pytest.mark.both_databases

Opening = Callable[..., Any]
ANSWER = {"subject": "Re: Washing machine", "in_reply_to": "<m1@customer.example>"}


@pytest.fixture
def out() -> Any:
    with smtp_server() as running:
        yield running


@pytest.fixture
async def desk(open_channels: Opening, out: Taken) -> ChannelHouse:
    """With one mail taken and answered."""
    house = await opened(open_channels, out, "postmark")
    await take(house, raw(BROKEN))
    return house


async def take(house: ChannelHouse, data: bytes) -> None:
    """As a mailbox is read."""
    events = len(await house.events())
    await house.container.channels.events.take(RawEvent("email", f"box-{events}", data, "message/rfc822"))
    await house.work_all()


async def matter(house: ChannelHouse) -> Interaction:
    first = (await house.messages())[0]
    return await house.container.interactions.records.get(
        (await house.container.messages.readings.message(first.id)).reference
    )


async def test_what_an_answer_quotes_is_kept_beside_its_text_and_shown_folded(desk: ChannelHouse) -> None:
    await take(
        desk,
        raw(
            "It is urgent.\n\nOn 24.11.2026 10:00 Desk <s@d.example> wrote:\n> old words", message_id="<m2@x>", **ANSWER
        ),
    )
    [_, second] = await desk.messages()
    assert (second.text, second.quoted) == (
        "It is urgent.",
        "On 24.11.2026 10:00 Desk <s@d.example> wrote:\n> old words",
    )
    reference = (await matter(desk)).reference
    key = await key_of(desk.container, Role.AGENT)
    told = (await desk.client.get(f"/api/v1/messages/{second.id}", headers=key)).json()
    assert told["message"]["quoted"] == second.quoted
    line = (await desk.client.get(f"/api/v1/interactions/{reference}/timeline", headers=key)).json()
    assert [each["inbound"]["quoted"] for each in line["items"] if each["kind"] == "inbound"] == ["", second.quoted]
    await add_account(desk.container, Role.AGENT)
    await sign_in(desk.client)
    page = (await desk.client.get(f"/console/interactions/{reference}", headers=HTML)).text
    assert 'class="quoted"' in page
    assert "&gt; old words" in page


async def test_an_automatic_answer_opens_nothing_again(desk: ChannelHouse) -> None:
    closed = await matter(desk)
    await desk.container.interactions.records.change(closed, Change(status=Status.CLOSED), "Ann")
    away = ANSWER | {"subject": "Abwesenheitsnotiz: Ihre Anfrage"}
    await take(desk, raw("Ich bin im Urlaub.", message_id="<m2@x>", **away))
    assert len({each.interaction_id for each in await desk.messages()}) == 1
    after = await matter(desk)
    assert (after.status, after.waiting_since) == (Status.CLOSED, None)


async def test_a_bounce_that_names_no_mail_is_about_the_last_answer_to_its_recipient(desk: ChannelHouse) -> None:
    fields = {"from": "mailer-daemon@customer.example", "subject": "failure notice"}
    fields["date"] = format_datetime(datetime.now(UTC) + timedelta(minutes=1))
    await take(desk, raw("<kim@customer.example>:\nno mailbox here by that name", message_id="<b@x>", **fields))
    [answer] = await desk.answers()
    assert answer.state == DeliveryState.FAILED.value
    assert len(await desk.messages()) == 1


async def test_whoever_complains_of_a_mail_gets_no_automatic_ones_any_more(desk: ChannelHouse) -> None:
    [answer] = await desk.answers()
    body = (
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
        "Original-Rcpt-To: kim@customer.example\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <{answer.provider_id}>\r\n\r\nx\r\n--b--\r\n"
    )
    head = 'From: fbl@p.example\nMessage-ID: <f@p>\nContent-Type: multipart/report; boundary="b"'
    await take(desk, by_hand(head, body))
    [first, complaint] = await desk.messages()
    assert complaint.interaction_id == first.interaction_id
    assert (await desk.answers())[0].state != DeliveryState.FAILED.value
    await take(desk, raw(f"{BROKEN} Again.", message_id="<m3@customer.example>", subject="Another one"))
    states = [each.state for each in await desk.answers() if each.reply_to == (await desk.messages())[-1].id]
    assert states
    assert set(states) == {DeliveryState.WITHHELD.value}
