"""`bin/fuzz mail`: mails that were changed at random, handed in by a mail service's webhook and as a mailbox is read.

Every second one comes each way. All are worked off, and answered over a real SMTP server; pages and routes that show
one are read. Nothing may answer 5xx, the reader must not fail at an event, no work ends in an error of ours, and the
good mails among them are all there.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from httpx import Response
from sqlalchemy import select

from frontdesk.model import Role
from frontdesk.model.channels import RawEvent
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.storage.schema.channels import channel_event
from frontdesk.storage.schema.interactions import inbound_message, interaction
from frontdesk.storage.schema.pipeline import inbox_event, work
from frontdesk.wiring.container import Container, open_container
from tests.channels.channel_house import ChannelHouse, with_channel
from tests.channels.email.mails import raw
from tests.channels.email.sample import PASSWORD, SAMPLE
from tests.channels.email.test_hostile import mutated, seeds
from tests.channels.email.test_webhooks import FORM, form
from tests.fuzzing import arguments, within
from tests.smtp_server import smtp_server
from tests.web_client import HTML, add_account, key_of, sign_in, web_client

GOOD_EVERY, PORTION = 50, 100
SHOWN = {**SAMPLE.sign(b"").headers, "content-type": FORM}
# Where a mail is shown: to the team on pages, to programs by REST and OData.
PAGES = (
    "/console/interactions/{reference}",
    "/console/interactions/{reference}/fragment",
    "/console/messages/{id}/why",
)
ROUTES = (
    "/api/v1/interactions/{reference}",
    "/api/v1/interactions/{reference}/timeline",
    "/api/v1/messages/{id}/analyses",
    "/api/v1/messages/{id}/attachments",
    "/admin/CustomerInteraction({interaction_id})?$expand=*",
)
LISTS = ("/console/interactions", "/console/history", "/console/interactions/export.csv", "/api/v1/channels/events")


def mails(sound: Sequence[bytes], count: int, dice: random.Random) -> Iterator[bytes]:
    """First as they are, then changed."""
    yield from sound[:count]
    for n in range(count - len(sound)):
        yield mutated(sound[n % len(sound)], dice)


async def fuzz(container: Container, changed: Iterator[bytes], seconds: float) -> list[str]:
    """What is wrong, empty where nothing is."""
    statuses, good, wrong, taken = Counter[int](), list[str](), list[str](), 0
    await add_account(container, Role.ADMIN)
    async with web_client(container, "192.0.2.7") as client:
        house = ChannelHouse(container, client)
        for n, each in enumerate(within(seconds, changed)):
            if n % 2:
                body = form({"email": each}, {})
                statuses[(await house.hand_in("email", body, SHOWN, work=False)).status_code] += 1
            else:
                await container.channels.events.take(RawEvent("email", f"box-{n}", each, "message/rfc822"))
            if n % GOOD_EVERY == 0:
                good.append(f"good-{n}@customer.example")
                whole = raw(message_id=f"<{good[-1]}>", **{"from": f"Kim <kim{n}@customer.example>"})
                await container.channels.events.take(RawEvent("email", good[-1], whole, "message/rfc822"))
            taken = n + 1
            if taken % PORTION == 0:
                await house.work()
        await house.work_all()
        await sign_in(client)
        wrong += [f"{status} for a mail" for status in statuses if status >= 500]
        wrong += await _read_all(house, await key_of(container, Role.ADMIN))
    wrong += await _left(house, good)
    print(f"{taken} mails, {dict(statuses)}", flush=True)
    return wrong


async def _read_all(house: ChannelHouse, key: dict[str, str]) -> list[str]:
    """Answer the sender of each, and read all places that show it."""
    wrong, answered = list[str](), Counter[int]()

    def look(address: str, answer: Response) -> None:
        answered[answer.status_code] += 1
        if answer.status_code >= 500:
            wrong.append(f"{address}: {answer.status_code} {answer.text[:200]}")

    references = {row.id: row.reference for row in await house.rows(interaction)}
    for row in await house.messages():
        at = {"id": row.id, "reference": references[row.interaction_id], "interaction_id": row.interaction_id}
        address = f"/api/v1/interactions/{at['reference']}/replies"
        look(address, await house.client.post(address, json={"text": "We look into it."}, headers=key))
        for template, headers in [(each, HTML) for each in PAGES] + [(each, key) for each in ROUTES]:
            look(template.format(**at), await house.client.get(template.format(**at), headers=headers))
    for each in LISTS:
        look(each, await house.client.get(each, headers=HTML if each.startswith("/console") else key))
    await house.work_all()
    print(f"read: {dict(sorted(answered.items()))}", flush=True)
    return wrong


async def _left(house: ChannelHouse, good: Sequence[str]) -> list[str]:
    """Events and work that ended as they must not, and good mails that are not there."""
    database = house.container.database
    ended = select(channel_event.c.state, channel_event.c.error)
    states = Counter(await database.read(lambda c: [(row[0], row[1]) for row in c.execute(ended)]))
    ids = set(await database.read(lambda c: list(c.execute(select(inbox_event.c.provider_id)).scalars())))
    stuck = select(work.c.kind, work.c.last_error).where(work.c.state == "failed")
    failed = await database.read(lambda c: list(c.execute(stuck).all()))
    messages = await database.read(lambda c: len(c.execute(select(inbound_message.c.id)).all()))
    print(f"events {dict(states)}, {messages} messages, work that failed: {Counter(failed)}", flush=True)
    bad = [f"event {each}" for each in states if each[0] not in ("read", "failed") or "reader" in each[1]]
    bad += [f"work {kind} failed: {error}" for kind, error in set(failed) if not error.startswith("DeliveryFailed")]
    return bad + [f"good mail {each} is missing" for each in good if each not in ids]


async def run(sound: Sequence[bytes], count: int, seconds: float, seed: int) -> list[str]:
    """Fuzz an application of its own, on SQLite."""
    builtin = Builtin()
    try:
        with tempfile.TemporaryDirectory() as folder, smtp_server() as out:
            section = SAMPLE.section | {"smtp_port": out.port, "inbound": "sendgrid", "inbound_password": PASSWORD}
            settings = with_channel(load(data=Path(folder) / "data", environment={}), "email", section)
            async with open_container(settings, builtin) as container:
                wrong = await fuzz(container, mails(sound, count, random.Random(seed)), seconds)
            print(f"{len(out.envelopes)} mails sent", flush=True)
            return wrong
    finally:
        builtin.close()


def main() -> None:
    """Read the arguments and try."""
    parser = arguments("mail", __doc__, 3_000)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of .eml files that are changed too")
    given = parser.parse_args()
    sound = seeds() + [each.read_bytes() for folder in given.folders for each in sorted(folder.glob("*.eml"))]
    began = time.monotonic()
    wrong = asyncio.run(run(sound, given.count, given.seconds, given.seed))
    print(f"{len(wrong)} wrong, {time.monotonic() - began:.0f} s", flush=True)
    sys.exit("\n".join(wrong[:40]) if wrong else 0)


if __name__ == "__main__":
    main()
