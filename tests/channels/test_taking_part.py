"""Who joins a conversation: who takes part in it already. Whoever only names it opens one of their own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.model import Identity, Interaction, NewMessage, Role, Sender
from tests.channels.channel_house import BROKEN, ChannelHouse
from tests.channels.email.sample import PASSWORD
from tests.channels.email.test_by_webhook import SHOWN, opened
from tests.channels.email.test_webhooks import inbound
from tests.smtp_server import Taken, smtp_server
from tests.web_client import HTML, key_of

pytestmark = pytest.mark.both_databases

Opening = Callable[..., Any]
EVIL = "mallory@evil.example"


@pytest.fixture
def out() -> Any:
    with smtp_server() as running:
        yield running


@pytest.fixture
async def desk(open_channels: Opening, out: Taken) -> ChannelHouse:
    return await opened(open_channels, out, "postmark")


async def mail(
    desk: ChannelHouse, id: str, subject: str = "Leak", sender: str = "kim@customer.example", **f: str
) -> Any:
    """A mail comes in; the stored message."""
    headers = [{"Name": "Message-ID", "Value": f"<{id}>"}]
    headers += [{"Name": name.replace("_", "-"), "Value": value} for name, value in f.items()]
    body = inbound(From=sender, Subject=subject, TextBody=f"{BROKEN} {id}", Headers=headers, Attachments=[])
    assert (await desk.hand_in("email", body, SHOWN)).status_code == 200
    return next(each for each in await desk.messages() if each.provider_id == id)


async def matter_of(desk: ChannelHouse, message: Any) -> Interaction:
    return await desk.container.interactions.records.get(
        (await desk.container.messages.readings.message(message.id)).reference
    )


@pytest.mark.parametrize("way", ["subject", "In_Reply_To", "References"])
async def test_a_stranger_who_names_a_conversation_opens_one_that_tells_where_it_may_belong(
    desk: ChannelHouse, way: str
) -> None:
    first = await mail(desk, "one@x")
    matter = await matter_of(desk, first)
    fields = {"subject": f"Re: [{matter.reference}]"} if way == "subject" else {way: "<one@x>"}
    strange = await mail(desk, "two@x", sender=EVIL, **fields)
    assert strange.interaction_id != first.interaction_id
    assert (await matter_of(desk, strange)).may_belong_to == matter.reference
    assert [each.recipient for each in await desk.answers()] == ["kim@customer.example", EVIL]
    assert [each.interaction_id for each in await desk.answers()] == [first.interaction_id, strange.interaction_id]
    looked_up = await desk.client.get(
        "/track", params={"reference": matter.reference, "email": EVIL}, headers=HTML, follow_redirects=False
    )
    assert looked_up.status_code == 404


async def test_who_wrote_or_was_written_to_joins(desk: ChannelHouse) -> None:
    first = await mail(desk, "one@x", Reply_To="kim@home.example")
    matter = await matter_of(desk, first)
    again = await mail(desk, "two@x", subject=f"[{matter.reference}]")
    from_home = await mail(desk, "three@x", sender="Kim@home.example", In_Reply_To="<one@x>")
    assert {again.interaction_id, from_home.interaction_id} == {first.interaction_id}


async def test_an_answer_is_not_led_elsewhere_in_the_name_of_who_takes_part(desk: ChannelHouse, out: Taken) -> None:
    await mail(desk, "one@x")
    forged = await mail(desk, "two@x", In_Reply_To="<one@x>", Reply_To=EVIL)
    assert "reply_to" not in forged.context
    assert EVIL not in {str(each["To"]) for each in out.mails}


async def test_a_mail_that_our_server_disproves_joins_nothing(open_channels: Opening, out: Taken) -> None:
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": out.port, "smtp_security": "none", "authserv_ids": "mx.desk.example"}
    both = {"address": "support@desk.example", "inbound": "postmark", "inbound_password": PASSWORD, **smtp}
    desk: ChannelHouse = await open_channels(email=both)
    told = "mx.desk.example; dmarc={} header.from=customer.example"
    first = await mail(desk, "one@x", Authentication_Results=told.format("pass"))
    forged = await mail(desk, "two@x", In_Reply_To="<one@x>", Authentication_Results=told.format("fail"))
    assert (first.identity, forged.identity) == ("mail_authenticated", "unproven")
    assert first.interaction_id != forged.interaction_id


@pytest.mark.parametrize(
    ("role", "address", "joins"),
    [
        (Role.SERVICE, "kim@customer.example", True),
        (Role.SERVICE, EVIL, False),
        (Role.SERVICE, "", False),
        (Role.AGENT, EVIL, True),
    ],
)
async def test_a_program_joins_only_who_takes_part(desk: ChannelHouse, role: Role, address: str, joins: bool) -> None:
    first = await mail(desk, "one@x")
    matter = await matter_of(desk, first)
    headers = await key_of(desk.container, role)
    body = {"text": BROKEN, "interaction": matter.reference, "sender": {"address": address}}
    answer = (await desk.client.post("/api/v1/messages", json=body, headers=headers)).json()
    assert (answer["reference"] == matter.reference) is joins
    told = (await desk.client.get(f"/api/v1/interactions/{answer['reference']}", headers=headers)).json()
    assert told["may_belong_to"] == ("" if joins else matter.reference)


async def test_a_claim_teaches_a_contact_nothing(desk: ChannelHouse) -> None:
    inbox, contacts = desk.container.messages.inbox, desk.container.people.contacts
    await desk.container.people.customers.add("10002", "Kim Doe Ltd", None)
    claim = Sender("Mallory", "kim@customer.example", "+15550001111", "10002")
    await inbox.accept(NewMessage(BROKEN, "WEB", claim, "w1"))
    await desk.work()
    [contact] = (await contacts.page(10)).rows
    assert (contact.customer_id, contact.identities) == (None, {"EMI": "kim@customer.example"})
    [message] = await desk.messages()
    matter = await matter_of(desk, message)
    assert (matter.customer_id, matter.customer_proven) == ("10002", False)
    signed = replace(claim, address="kim@home.example", identity=Identity.SIGNED_IN)
    await inbox.accept(NewMessage(BROKEN, "WEB", signed, "w2"))
    await desk.work()
    known = {each.email: each for each in (await contacts.page(10)).rows}["kim@home.example"]
    assert (known.customer_id, known.identities["PHC"]) == ("10002", "+15550001111")


async def test_a_sender_that_the_channel_knows_is_a_fact_for_rules_and_shown(desk: ChannelHouse) -> None:
    first = await mail(desk, "one@x")
    reading = await desk.container.messages.readings.message(first.id)
    assert reading.decision is not None
    assert reading.decision.facts["identity"] == "unproven"
    headers = await key_of(desk.container, Role.AGENT)
    told = (await desk.client.get(f"/api/v1/messages/{first.id}", headers=headers)).json()
    assert told["message"]["sender"]["identity"] == "unproven"
