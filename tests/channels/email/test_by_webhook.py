"""E-mail by a mail service: mails come in by its webhook, answers leave by SMTP, news of them come by webhook."""

import json
from collections.abc import Callable
from typing import Any

from tests.channels.channel_house import BROKEN, ChannelHouse
from tests.channels.email.conftest import section
from tests.channels.email.mails import raw
from tests.channels.email.sample import PASSWORD, SAMPLE
from tests.channels.email.test_webhooks import FORM, form
from tests.channels.sample import recorded
from tests.dovecot import Dovecot
from tests.smtp_server import Taken

Opening = Callable[..., Any]
SHOWN = dict(SAMPLE.sign(b"").headers)
HEADERS = (
    "Message-ID: <m1@customer.example>\nFrom: Kim Doe <kim@customer.example>\nTo: support@desk.example\nSubject: Leak\n"
)


async def opened(open_channels: Opening, out: Taken, service: str) -> ChannelHouse:
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": out.port, "smtp_security": "none"}
    both = {"address": "support@desk.example", "inbound": service, "inbound_password": PASSWORD, **smtp}
    channels: ChannelHouse = await open_channels(email=both)
    return channels


async def test_postmark_brings_the_mail_and_tells_what_became_of_the_answer(
    open_channels: Opening, post_office: Taken
) -> None:
    desk = await opened(open_channels, post_office, "postmark")
    await desk.hand_in("email", recorded("email", "text"), SHOWN)
    [answer] = post_office.mails
    assert (answer["To"], answer["In-Reply-To"]) == ("kim@customer.example", "<m1@customer.example>")
    key = answer["X-PM-Metadata-frontdesk"]
    for kind, state in (("Delivery", "delivered"), ("Open", "read")):
        await desk.hand_in("email", json.dumps({"RecordType": kind, "Metadata": {"frontdesk": key}}).encode(), SHOWN)
        assert [row.state for row in await desk.answers()] == [state]


async def test_sendgrid_brings_the_mail_and_tells_what_became_of_the_answer(
    open_channels: Opening, post_office: Taken
) -> None:
    desk = await opened(open_channels, post_office, "sendgrid")
    body = form({"headers": HEADERS.encode(), "text": BROKEN.encode()}, {"leak.png": b"\x89PNG\r\n\x1a\n"})
    for _ in range(2):
        assert (await desk.hand_in("email", body, {**SHOWN, "content-type": FORM})).status_code == 200
    [answer] = post_office.mails
    assert [each.name for each in await desk.attachments()] == ["leak.png"]
    bounced = [{"event": "bounce", "smtp-id": answer["Message-ID"], "reason": "550 no such user"}]
    await desk.hand_in("email", json.dumps(bounced).encode(), SHOWN)
    [stored] = await desk.answers()
    assert (stored.state, stored.error) == ("failed", "550 no such user")


async def test_nobody_may_call_where_no_service_is_set_up(
    open_channels: Opening, post_office: Taken, mailbox: Dovecot
) -> None:
    desk = await open_channels(email=section(mailbox, post_office))
    assert (await desk.hand_in("email", raw(BROKEN), SHOWN)).status_code == 401
    assert await desk.events() == []
