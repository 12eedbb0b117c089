"""Who shows no password gets nothing read; what is read is put together once, however many pieces it comes in."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from frontdesk.edges.webhooks.channels import _body
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import open_container
from tests.channels.channel_house import with_channel
from tests.channels.email.sample import SAMPLE
from tests.web_client import web_client

SECTIONS: dict[str, dict[str, Any]] = {
    "telegram": {"bot_token": "1:a", "secret_token": "s3cret_token"},
    "email": {**SAMPLE.section, "inbound_password": "s3cret_word"},
}


@pytest.mark.parametrize("name", SECTIONS)
async def test_a_body_is_not_read_before_the_caller_has_shown_the_password(
    name: str, settings: Settings, builtin: Builtin
) -> None:
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"x")
        yield b"x"

    async with (
        open_container(with_channel(settings, name, SECTIONS[name]), builtin) as container,
        web_client(container, "192.0.2.7") as client,
    ):
        answer = await client.post(f"/webhooks/channels/{name}", content=body(), headers={"content-type": "text/plain"})
    assert (answer.status_code, read) == (401, [])


async def test_reading_a_body_of_many_pieces_takes_time_with_its_size_alone() -> None:
    async def seconds(pieces: int) -> float:
        left = iter(range(pieces, 0, -1))

        async def receive() -> Any:
            return {"type": "http.request", "body": b"x" * 1000, "more_body": next(left) > 1}

        began = time.process_time()
        assert len(await _body(receive, 100_000_000)) == pieces * 1000
        return time.process_time() - began

    few = min([await seconds(1_000) for _ in range(3)])
    assert min([await seconds(20_000) for _ in range(3)]) < few * 100  # joined again with each piece: 400 times
