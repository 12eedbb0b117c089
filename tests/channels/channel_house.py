"""What tests of channels need of a container: hand in an event as the vendor does, work, look what became of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from httpx import Response
from sqlalchemy import Table, select, update

from frontdesk.settings.sections import Settings
from frontdesk.storage.schema.channels import attachment, channel_event, outbound_part
from frontdesk.storage.schema.interactions import inbound_message, outbound_message
from frontdesk.storage.schema.pipeline import effect, work
from frontdesk.wiring.container import Container
from tests.web_client import Client

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."


def with_channel(settings: Settings, name: str, section: dict[str, Any]) -> Settings:
    """The settings with one channel set up."""
    section = msgspec.structs.replace(getattr(settings.channels, name), **section)
    return msgspec.structs.replace(settings, channels=msgspec.structs.replace(settings.channels, **{name: section}))


@dataclass
class ChannelHouse:
    """A container and a client from outside."""

    container: Container
    client: Client

    async def hand_in(
        self, name: str, body: bytes, headers: dict[str, str] | None = None, query: str = "", work: bool = True
    ) -> Response:
        """Post an event as the vendor does, then work off all that is due."""
        given = {"content-type": "application/json", **(headers or {})}
        answer = await self.client.post(f"/webhooks/channels/{name}{query}", content=body, headers=given)
        if work:
            await self.work()
        return answer

    async def work(self) -> None:
        """Work off all that is due."""
        await self.container.runner.run_until_idle()

    async def work_all(self) -> None:
        """Work off all that is open, due or not."""
        for _ in range(6):
            due = update(work).where(work.c.state == "open").values(due_at=datetime.now(UTC))
            if not await self.container.database.write(lambda c, due=due: c.execute(due).rowcount):
                return
            await self.work()

    async def rows(self, table: Table) -> list[Any]:
        """All rows, in the order of their first column."""
        first = next(iter(table.c))
        return await self.container.database.read(lambda c: list(c.execute(select(table).order_by(first)).all()))

    async def messages(self) -> list[Any]:
        return await self.rows(inbound_message)

    async def answers(self) -> list[Any]:
        return await self.rows(outbound_message)

    async def parts(self) -> list[Any]:
        return await self.rows(outbound_part)

    async def events(self) -> list[Any]:
        return await self.rows(channel_event)

    async def attachments(self) -> list[Any]:
        return await self.rows(attachment)

    async def effects(self) -> list[Any]:
        return await self.rows(effect)

    async def open_work(self) -> list[Any]:
        return [row for row in await self.rows(work) if row.state in ("open", "failed")]
