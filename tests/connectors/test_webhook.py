"""Signed webhooks as their receiver sees them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from frontdesk.connectors.webhook import Webhook
from frontdesk.interfaces import Failed, Http, Invalid
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.serving import Asked, Server, Told
from tests.connectors.conftest import AT, case, effect

KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Receiver:
    """Keeps what it gets; answers with `status`."""

    def __init__(self) -> None:
        self.got: list[Asked] = []
        self.status = 204

    async def answer(self, asked: Asked) -> Told:
        self.got.append(asked)
        return Told(self.status)


@pytest.fixture
async def receiver() -> Any:
    receiver = Receiver()
    server = Server(receiver.answer)
    receiver.url = await server.start()  # type: ignore[attr-defined]  # for the test only
    yield receiver
    await server.close()


def reaching(outgoing: Outgoing) -> Callable[[str], Http]:
    return lambda origin: outgoing.client(origin, trusted=False)


def webhook(outgoing: Outgoing, targets: str = "") -> Webhook:
    return Webhook(reaching(outgoing), targets, SECRET, lambda: AT)


async def test_an_event_is_signed_over_id_time_and_body(outgoing: Outgoing, receiver: Any) -> None:
    await webhook(outgoing).perform(effect("notify_webhook", url=f"{receiver.url}/hook?a=1"), case())
    [asked] = receiver.got
    content = f"{asked.headers['webhook-id']}.{int(AT.timestamp())}.".encode() + asked.body
    expected = base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    assert asked.headers["webhook-signature"] == f"v1,{expected}"
    assert (asked.path, asked.query) == ("/hook", {"a": "1"})
    assert json.loads(asked.body)["data"]["reference"] == "ABCD2345"


async def test_the_event_holds_no_words_and_no_address_of_the_customer(outgoing: Outgoing, receiver: Any) -> None:
    await webhook(outgoing).perform(effect("notify_webhook", url=receiver.url), case())
    assert b"Kim" not in receiver.got[0].body
    assert b"oven" not in receiver.got[0].body


async def test_the_id_stays_over_retries_and_differs_between_effects(outgoing: Outgoing, receiver: Any) -> None:
    notifying = webhook(outgoing, f"crm={receiver.url}/crm")
    for key in ("a:1", "a:1", "a:2"):
        await notifying.perform(effect("notify_webhook", key, target="crm"), case())
    first, again, other = (asked.headers["webhook-id"] for asked in receiver.got)
    assert first == again != other


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (404, False), (302, False), (410, True)])
async def test_only_a_receiver_that_is_gone_is_given_up(
    outgoing: Outgoing, receiver: Any, status: int, permanent: bool
) -> None:
    receiver.status = status
    with pytest.raises(Failed) as error:
        await webhook(outgoing).perform(effect("notify_webhook", url=receiver.url), case())
    assert error.value.permanent is permanent


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://169.254.169.254/latest", "http://[::1]/"])
async def test_addresses_inside_the_network_are_refused(url: str) -> None:
    guarded = Outgoing()
    with pytest.raises(Failed, match="internal") as error:
        await webhook(guarded).perform(effect("notify_webhook", url=url), case())
    assert error.value.permanent
    await guarded.close()


@pytest.mark.parametrize("url", ["ftp://x.example/", "https://me:pw@x.example/", "nothing"])
async def test_addresses_that_are_none_are_refused(url: str, outgoing: Outgoing) -> None:
    with pytest.raises(Failed, match="not an address"):
        await webhook(outgoing).perform(effect("notify_webhook", url=url), case())


async def test_a_target_that_is_not_configured_is_refused(outgoing: Outgoing) -> None:
    with pytest.raises(Failed, match="names no 'crm'"):
        await webhook(outgoing).perform(effect("notify_webhook", target="crm"), case())


@pytest.mark.parametrize("secret", ["", "whsec_c2hvcnQ=", "whsec_&&&"])
def test_a_secret_that_is_none_is_refused(secret: str, outgoing: Outgoing) -> None:
    with pytest.raises(Invalid, match=r"connectors\.webhook\.secret"):
        Webhook(reaching(outgoing), "", secret, lambda: AT)
