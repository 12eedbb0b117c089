"""Keys of ours go to a vendor's own hosts over https and nowhere else, whatever address an event names."""

import contextlib
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from frontdesk.channels.kind import ChannelTools
from frontdesk.channels.media import may_have_key
from frontdesk.channels.phone import Phone, PhoneSettings
from frontdesk.channels.slack import Slack, SlackSettings
from frontdesk.channels.sms import Sms, SmsSettings
from frontdesk.channels.teams import Teams, TeamsSettings
from frontdesk.channels.whatsapp import WhatsApp, WhatsAppSettings
from frontdesk.interfaces import DeliveryFailed, HttpAnswer
from frontdesk.interfaces.channels import Forged
from frontdesk.model.channels import DeliveryPart


class Network:
    """Notes which host was asked with which key."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def reach(self, url: str, *, trusted: bool = True, most_bytes: int = 0) -> Any:
        return SimpleNamespace(send=lambda *a, **how: self._send(url, how.get("headers") or {}))

    async def _send(self, url: str, headers: dict[str, str]) -> HttpAnswer:
        self.asked.append((url, headers.get("authorization", "")))
        return HttpAnswer(200, {"content-type": "application/json"}, b'{"access_token": "word", "expires_in": 60}')

    def tools(self) -> ChannelTools:
        return ChannelTools(self.reach, lambda: datetime.now(UTC), lambda: 0.0, None)  # type: ignore[arg-type]


MAKERS: dict[str, tuple[Any, str]] = {
    "slack": (lambda tools: Slack(SlackSettings("s", "xoxb"), tools), "files.slack.com"),
    "sms": (lambda tools: Sms(SmsSettings("AC1", "word", "+1"), tools), "api.twilio.com"),
    "phone": (lambda tools: Phone(PhoneSettings("AC1", "word"), tools), "api.dublin.ie1.twilio.com"),
    "teams": (lambda tools: Teams(TeamsSettings("app", "word"), tools), "smba.trafficmanager.net"),
}
EVIL = (
    "http://HOST/x",
    "https://HOST.evil/x",
    "https://HOST@evil.example/x",
    "https://evil.example\\@HOST/x",
    "https://evil.example/HOST",
    "https://eviltwilio.com/x",
    "https://evilslack.com/x",
    "https://HOST:8443/x",
    "https://evil.example?HOST",
    "https://HOST%2eevil.example/x",
)


@pytest.mark.parametrize("name", MAKERS)
async def test_media_of_the_vendor_are_fetched_with_our_key(name: str) -> None:
    network, (make, host) = Network(), MAKERS[name]
    await make(network.tools()).fetch({"url": f"https://{host}/x"}, 1000)
    assert network.asked[-1][0] == f"https://{host}"
    assert network.asked[-1][1].startswith(("Bearer ", "Basic "))


@pytest.mark.parametrize("url", EVIL)
@pytest.mark.parametrize("name", MAKERS)
async def test_no_other_address_is_told_our_key(name: str, url: str) -> None:
    network, (make, host) = Network(), MAKERS[name]
    with contextlib.suppress(DeliveryFailed):
        await make(network.tools()).fetch({"url": url.replace("HOST", host)}, 1000)
    assert not any(key for asked, key in network.asked if asked != "https://login.microsoftonline.com")


async def test_whatsapps_key_goes_to_metas_hosts_alone() -> None:
    assert not may_have_key(
        "https://lookaside.fbsbx.com.evil/x", "https://graph.facebook.com/v26.0", ("lookaside.fbsbx.com",)
    )
    network = Network()
    channel = WhatsApp(WhatsAppSettings("1", "word", "s", "v"), network.tools())
    with pytest.raises(DeliveryFailed):  # the answer of this network names no address
        await channel.fetch({"id": "../me"}, 1000)


@pytest.mark.parametrize("url", [*EVIL, "nowhere", ""])
async def test_teams_answers_to_microsofts_hosts_alone(url: str) -> None:
    network = Network()
    channel = Teams(TeamsSettings("app", "word"), network.tools())
    address = url.replace("HOST", "smba.trafficmanager.net")
    part = DeliveryPart("k", "m", "kim", "Hello", context={"service_url": address, "conversation": "c"})
    with pytest.raises(DeliveryFailed):
        await channel.send(part)
    with pytest.raises(Forged):
        channel._check_service(address)
    assert network.asked == []


def test_what_is_configured_is_trusted_with_its_scheme_and_port() -> None:
    assert may_have_key("http://127.0.0.1:8123/files/1", "http://127.0.0.1:8123/api", ())
    assert not may_have_key("http://127.0.0.1:8124/files/1", "http://127.0.0.1:8123/api", ())
    assert not may_have_key("http://slack.com/files/1", "https://slack.com/api", ())
