"""A desk with a real mailbox and a real server for its answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.channels.channel_house import ChannelHouse
from tests.channels.conftest import Opening
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.smtp_server import Taken, smtp_server

ADDRESS = "support@desk.example"
LONG = 240.0


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Dovecot]:
    """One Dovecot for all tests of a module: each uses a mailbox of its own."""
    with dovecot() as running:
        yield running


@pytest.fixture
def post_office() -> Iterator[Taken]:
    """Where answers arrive."""
    with smtp_server() as running:
        yield running


def section(mailbox: Dovecot, post_office: Taken, address: str = ADDRESS, **more: Any) -> dict[str, Any]:
    """Settings of e-mail over these servers."""
    settings = {
        "address": address,
        "name": "Support",
        "imap_host": "127.0.0.1",
        "imap_port": mailbox.imap,
        "imap_security": "none",
        "user": address.partition("@")[0],
        "password": PASSWORD,
        "smtp_host": "127.0.0.1",
        "smtp_port": post_office.port,
        "smtp_security": "none",
        "smtp_user": "-",
        "plus_addresses": True,
        "seconds": 60.0,
    }
    return settings | more


@dataclass
class MailDesk:
    """A desk that reads a mailbox and answers by mail."""

    channels: ChannelHouse
    mailbox: Dovecot
    out: Taken
    address: str
    watching: list[asyncio.Task[None]] = field(default_factory=list)

    def deliver(self, mail: bytes) -> None:
        """Into our mailbox, as another mail server would."""
        self.mailbox.deliver(mail, self.address)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """While the mailbox is being read."""
        watching = asyncio.create_task(self.channels.container.watch.run())
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    async def until(self, is_so: Callable[[], Any]) -> None:
        """Work until something is so; busy machines get some minutes."""
        async with asyncio.timeout(LONG):
            while not await is_so():
                await self.channels.work()
                await asyncio.sleep(0.05)

    async def until_messages(self, count: int) -> None:
        async def there() -> bool:
            return len(await self.channels.messages()) >= count

        await self.until(there)

    async def until_answers(self, count: int) -> None:
        async def gone() -> bool:
            return len(self.out.envelopes) >= count

        await self.until(gone)


@pytest.fixture
async def mail_desk(
    request: pytest.FixtureRequest, open_channels: Opening, mailbox: Dovecot, post_office: Taken
) -> Callable[..., Any]:
    """Opens a desk with a mailbox of the test's own: `await mail_desk(move_to="Done")`."""

    async def opening(rules: dict[str, Any] | None = None, **more: Any) -> MailDesk:
        user = f"box{abs(hash(request.node.nodeid)) % 10**10}"
        address = f"{user}@desk.example"
        channels = await open_channels(rules, email=section(mailbox, post_office, address, **more))
        return MailDesk(channels, mailbox, post_office, address)

    return opening
