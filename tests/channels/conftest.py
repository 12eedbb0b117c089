"""A container with channels set up against fake vendors, and customers who use them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import open_container
from tests.channels.channel_house import ChannelHouse, with_channel
from tests.web_client import web_client

Opening = Callable[..., Any]


@pytest.fixture
async def open_channels(settings: Settings, builtin: Builtin) -> AsyncIterator[Opening]:
    """Opens a container with these channels: `await open_channels(whatsapp={"app_secret": "…"})`."""
    async with AsyncExitStack() as stack:

        async def opening(rules: dict[str, Any] | None = None, **channels: dict[str, Any]) -> ChannelHouse:
            chosen = settings
            for name, section in channels.items():
                chosen = with_channel(chosen, name, section)
            if rules:
                shared = msgspec.structs.replace(chosen.channels, **rules)
                chosen = msgspec.structs.replace(chosen, channels=shared)
            container = await stack.enter_async_context(open_container(chosen, builtin))
            client = await stack.enter_async_context(web_client(container, "192.0.2.7"))
            return ChannelHouse(container, client)

        yield opening
