"""`bin/fuzz channels`: many hostile events per channel, signed as the vendor signs, good messages among them.

Nothing may end in an error of ours, every event must end read or failed (kept, for a person), and every good message
must be there. Events are handed in over HTTP by the whole application, on SQLite.
"""

import asyncio
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from sqlalchemy import func, select

from frontdesk.channels.registry import KINDS
from frontdesk.model import WorkState
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.storage.channels.events import EVENT_WORK
from frontdesk.storage.schema.channels import channel_event
from frontdesk.storage.schema.pipeline import inbox_event, work
from frontdesk.wiring.container import Container, open_container
from tests.channels.channel_house import ChannelHouse, with_channel
from tests.channels.hostile import hostile
from tests.channels.sample import fresh, recorded, sample_of
from tests.channels.vendor import Vendor, running
from tests.fuzzing import arguments, within
from tests.web_client import web_client

CALLED = [kind.name for kind in KINDS if kind.has_webhook]
RECORDINGS = ("text", "media", "status", "edit", "unknown_type")
AT_ONCE = 32
GOOD_EVERY = 500


async def fuzz(name: str, count: int, seconds: float, seed: int, builtin: Builtin) -> str:
    """What is wrong, empty where nothing is."""
    sample = sample_of(name)
    vendor = sample.vendor()
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(running(vendor)) if sample.vendor is not Vendor else ""
            section = {**sample.section, **(sample.urls(url) if url else {})}
            settings = with_channel(load(data=Path(folder), environment={}), name, section)
            container = await stack.enter_async_context(open_container(settings, builtin))
            client = await stack.enter_async_context(web_client(container, "192.0.2.7"))
            bodies = _bodies(name, count, seed, url.encode())
            statuses, good = await _send(ChannelHouse(container, client), name, bodies, seconds, url.encode())
            await _read_all(container)
            return await _wrong(container, name, statuses, good)


def _bodies(name: str, count: int, seed: int, vendor: bytes) -> list[bytes]:
    """Hostile events."""
    sample, dice = sample_of(name), random.Random(f"{seed} {name}")
    there = [what for what in RECORDINGS if what not in sample.without]
    sources = [recorded(name, what).replace(b"VENDOR", vendor) for what in there]
    bodies = [body for source in sources for body in hostile(source, dice, count // len(sources) + 1)][:count]
    dice.shuffle(bodies)
    return bodies


async def _send(
    desk: ChannelHouse, name: str, bodies: list[bytes], seconds: float, vendor: bytes
) -> tuple[dict[int, int], int]:
    """How often each status was answered, and how many good messages there were among them."""
    sample = sample_of(name)
    statuses: dict[int, int] = {}
    good = 0

    async def send(body: bytes) -> None:
        signed = sample.sign(body)
        headers = {"content-type": sample.content_type, **signed.headers}
        answer = await desk.hand_in(name, body, headers, signed.query, work=False)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

    for start in within(seconds, range(0, len(bodies), AT_ONCE)):
        await asyncio.gather(*(send(body) for body in bodies[start : start + AT_ONCE]))
        if start // GOOD_EVERY != (start + AT_ONCE) // GOOD_EVERY or start == 0:
            good += 1
            await send(fresh(name, good)[0].replace(b"VENDOR", vendor))
    return statuses, good


async def _read_all(container: Container) -> None:
    """Read all events; what follows from the messages is not what is tried here."""
    drop = work.update().where(work.c.kind != EVENT_WORK).values(state=WorkState.DROPPED.value)
    while True:
        claimed = await container.work.queue.claim("fuzz", 64, 60)
        events = [(row, lease) for row, lease in claimed if row.kind == EVENT_WORK]
        await asyncio.gather(*(container.runner._do(row, lease) for row, lease in events))
        await container.database.write(lambda c: c.execute(drop).rowcount)
        if not claimed:
            return


async def _wrong(container: Container, name: str, statuses: dict[int, int], good: int) -> str:
    states = select(channel_event.c.state, func.count()).group_by(channel_event.c.state)
    ids = select(inbox_event.c.provider_id)
    found = await container.database.read(lambda c: {row[0]: row[1] for row in c.execute(states)})
    there = await container.database.read(lambda c: " ".join(c.execute(ids).scalars()))
    missing = [n for n in range(1, good + 1) if fresh(name, n)[1] not in there]
    print(f"{name}: {dict(sorted(statuses.items()))}, events {found}, {good} good ones", flush=True)
    bad = [f"status {status}" for status in statuses if status >= 500]
    bad += [f"events that are {state}" for state in found if state not in ("read", "failed")]
    return ", ".join(bad + [f"good message {n} is missing" for n in missing])


def main() -> None:
    """Read the arguments and try each channel."""
    parser = arguments("channels", __doc__, 10_000)
    parser.add_argument("names", nargs="*", default=CALLED, help="channels; all that are called without any")
    given = parser.parse_args()
    builtin, wrong = Builtin(), []
    for name in given.names:
        began = time.monotonic()
        if said := asyncio.run(fuzz(name, given.count, given.seconds, given.seed, builtin)):
            wrong.append(f"{name}: {said}")
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
    builtin.close()
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
