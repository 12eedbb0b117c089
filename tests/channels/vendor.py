"""A vendor on loopback: as strict as the real one, with a memory of what it was sent, and able to fail as scripted."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from frontdesk.simulators.serving import Asked, Told, serving, told

Answering = Callable[[Asked], Awaitable[Told] | Told]


@dataclass
class Vendor:
    """What was asked, and what comes next instead of a right answer. `sent` is what the vendor took from us."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    failures: list[Told] = field(default_factory=list)
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    url: str = ""
    busy_after: int | None = None

    def answer(self, asked: Asked) -> Told:
        """The right answer of a strict vendor; subclasses say."""
        raise NotImplementedError

    async def __call__(self, asked: Asked) -> Told:
        self.asked.append(asked)
        if self.busy_after is not None and len(self.sent) >= self.busy_after:
            return BUSY
        if self.failures:
            failure = self.failures.pop(0)
            if failure.status == 200 and failure.cut_after is not None:  # it is done, but nobody hears of it
                self.answer(asked)
            return failure
        return self.answer(asked)


@asynccontextmanager
async def running(vendor: Vendor) -> AsyncIterator[str]:
    """The vendor, served; its address."""
    async with serving(vendor) as address:
        vendor.url = address
        yield address


LOST = Told(200, b"", cut_after=0)
REFUSED = told({"error": "no"}, 400)
BUSY = told({"error": "busy"}, 503, {"retry-after": "1"})
