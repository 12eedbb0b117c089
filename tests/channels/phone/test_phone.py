"""Telephone calls: fetched, written down by the speech use case, their numbers not believed at once."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from frontdesk.model import Role
from frontdesk.providers.builtin import Builtin
from frontdesk.providers.options import ServiceOptions
from frontdesk.settings.sections import Settings
from frontdesk.simulators.serving import Asked, Told, serving, told
from frontdesk.storage.schema.interactions import interaction
from frontdesk.wiring.container import open_container
from tests.channels.channel_house import ChannelHouse, with_channel
from tests.channels.sample import recorded, sample_of
from tests.channels.sms.vendor import Twilio
from tests.channels.vendor import running
from tests.web_client import key_of, web_client

WORDS = "My washing machine leaks. My customer number is 0000012345. Please help."


async def hear(asked: Asked) -> Told:
    """A speech service that hears the same words in everything."""
    assert asked.path.endswith("/audio/transcriptions")
    assert b"ID3" in asked.body
    return told({"text": WORDS, "language": "en", "usage": {"type": "duration", "seconds": 3}})


@pytest.fixture
async def desk(settings: Settings, builtin: Builtin) -> AsyncIterator[ChannelHouse]:
    async with running(Twilio()) as twilio, serving(hear) as speech:
        section = {**sample_of("phone").section, "api_url": twilio}
        options = {"kind": "openai", "base_url": f"{speech}/v1", "key": "k", "speech_model": "ears"}
        llm = msgspec.structs.replace(
            settings.llm,
            services={"ears": msgspec.convert(options, ServiceOptions)},
            chains={"speech-transcription": ["ears"]},
            masking_of={"ears": "off"},
        )
        chosen = with_channel(msgspec.structs.replace(settings, llm=llm), "phone", section)
        async with open_container(chosen, builtin) as container, web_client(container, "192.0.2.7") as client:
            opened = ChannelHouse(container, client)
            opened.vendor_url = twilio  # type: ignore[attr-defined]
            yield opened


async def call(desk: ChannelHouse) -> Any:
    body = recorded("phone", "text").replace(b"VENDOR", desk.vendor_url.encode())  # type: ignore[attr-defined]
    sample = sample_of("phone")
    answer = await desk.hand_in("phone", body, {"content-type": sample.content_type, **sample.sign(body).headers})
    assert answer.status_code == 200
    [message] = await desk.messages()
    return message


async def test_what_was_said_is_written_down_and_kept_with_the_recording(desk: ChannelHouse) -> None:
    message = await call(desk)
    assert (message.text, message.sender_phone, message.channel) == (WORDS, "+15550002222", "PHC")
    [recording] = await desk.attachments()
    assert (recording.state, recording.media_type, recording.content[:3]) == ("stored", "audio/mpeg", b"ID3")
    assert [answer.state for answer in await desk.answers()] == ["sent"]  # it waits for the agent who calls back


async def test_a_customer_number_that_was_heard_counts_when_an_agent_has_confirmed_it(desk: ChannelHouse) -> None:
    await desk.container.people.customers.add("0000012345", "Doe Ltd", None)
    message = await call(desk)
    customer = select(interaction.c.customer_id)
    assert await desk.container.database.read(lambda c: c.execute(customer).scalar()) is None
    agent = await key_of(desk.container, Role.AGENT)
    path = f"/api/v1/messages/{message.id}/confirm-numbers"
    assert (await desk.client.post(path, headers=agent)).status_code == 204
    assert await desk.container.database.read(lambda c: c.execute(customer).scalar()) == "0000012345"
