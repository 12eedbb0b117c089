"""A house with channels set up against fake vendors, and the hands of customers at them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from frontdesk.app import open_house
from frontdesk.providers.builtin import Builtin
from frontdesk.settings import Settings
from tests.channels.channel_house import ChannelHouse, with_channel
from tests.web_client import web_client

Opening = Callable[..., Any]


@pytest.fixture
async def open_channels(settings: Settings, builtin: Builtin) -> AsyncIterator[Opening]:
    """Opens a house with these channels: `await open_channels(whatsapp={"app_secret": "…"})`."""
    async with AsyncExitStack() as stack:

        async def opening(rules: dict[str, Any] | None = None, **channels: dict[str, Any]) -> ChannelHouse:
            chosen = settings
            for name, knobs in channels.items():
                chosen = with_channel(chosen, name, knobs)
            if rules:
                shared = msgspec.structs.replace(chosen.channels, **rules)
                chosen = msgspec.structs.replace(chosen, channels=shared)
            house = await stack.enter_async_context(open_house(chosen, builtin))
            client = await stack.enter_async_context(web_client(house, "192.0.2.7"))
            return ChannelHouse(house, client)

        yield opening
