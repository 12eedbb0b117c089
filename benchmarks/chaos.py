"""`bin/chaos`: messages arrive while server and workers are killed; afterwards every promise is counted."""

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.field import FieldService, field_service
from benchmarks.servers import Client, Process, free_port, new_key, postgres_database, wait_until_ready
from benchmarks.texts import message
from frontdesk.settings.loading import load
from frontdesk.wiring.container import Container, open_container

CLIENTS = 8
# Each customer writes so many messages of a matter, one after the other without waiting for an answer.
MESSAGES_OF_A_MATTER = 5
PAUSE = (0.3, 1.2)

# Each counts rows that break a promise: all must be nought.
BROKEN_PROMISES = {
    "lost": (
        "SELECT count(*) FROM inbound_message m WHERE NOT EXISTS (SELECT 1 FROM decision d WHERE d.message_id = m.id)"
    ),
    "unfinished": "SELECT count(*) FROM work WHERE state <> 'done'",
    "analysed_twice": "SELECT count(*) FROM (SELECT 1 FROM analysis GROUP BY message_id HAVING count(*) > 1) x",
    "stored_twice": (
        "SELECT count(*) FROM (SELECT 1 FROM inbox_event GROUP BY channel, provider_id HAVING count(*) > 1) x"
    ),
    "effects_not_done": "SELECT count(*) FROM effect WHERE state <> 'done'",
    "service_calls_missing": (
        "SELECT count(*) FROM effect e WHERE e.kind = 'create_service_call' "
        "AND NOT EXISTS (SELECT 1 FROM service_call s WHERE s.key = e.key)"
    ),
    "service_calls_twice": (
        "SELECT (SELECT count(*) FROM service_call) - (SELECT count(*) FROM effect WHERE kind = 'create_service_call')"
    ),
    "messages_with_two_calls": (
        "SELECT count(*) FROM (SELECT 1 FROM effect WHERE kind = 'create_service_call' "
        "GROUP BY message_id HAVING count(*) > 1) x"
    ),
    "replies_missing": (
        "SELECT count(*) FROM inbound_message m WHERE NOT EXISTS "
        "(SELECT 1 FROM outbound_message o WHERE o.reply_to = m.id AND o.state = 'sent')"
    ),
    "overtaken": (
        "SELECT count(*) FROM inbound_message a "
        "JOIN inbound_message b ON b.interaction_id = a.interaction_id AND b.sequence > a.sequence "
        "JOIN journal first ON first.message_id = a.id AND first.kind = 'decided' "
        "JOIN journal later ON later.message_id = b.id AND later.kind = 'decided' AND later.id < first.id"
    ),
    "replies_twice": "SELECT count(*) FROM (SELECT 1 FROM outbound_message GROUP BY reply_to HAVING count(*) > 1) x",
}


@dataclass
class Outcome:
    """What happened, and how many promises were broken."""

    messages: int = 0
    accepted: int = 0
    duplicates_sent: int = 0
    kills: int = 0
    seconds: float = 0
    accepted_but_not_stored: int = 0
    service_calls: int = 0
    requests: int = 0
    broken: dict[str, int] | None = None

    def holds(self) -> bool:
        """Whether every promise was kept."""
        return (
            self.accepted == self.messages
            and not self.accepted_but_not_stored
            and not any((self.broken or {}).values())
        )


async def run(messages: int, kills: int, url: str | None, seed: int, field: FieldService | None = None) -> Outcome:
    """Send `messages` from several clients while a process is killed `kills` times, then wait and count.

    With `field` service calls go to that simulated FSM, and every message is sent at least twice.
    """
    outcome, chance, began = Outcome(messages), random.Random(seed), time.perf_counter()
    environment = {
        "FRONTDESK_WORK_LEASE_SECONDS": "3",
        "FRONTDESK_RULES_LEAST_HIGH": "0",  # nothing waits for a person
        "FRONTDESK_RULES_LEAST_MEDIUM": "0",
        "FRONTDESK_LOGGING_LEVEL": "WARNING",
        **({"FRONTDESK_STORAGE_URL": url} if url else {}),
        **(field.environment if field else {}),
    }
    duplicates = 1.0 if field else 0.1
    with tempfile.TemporaryDirectory(prefix="frontdesk-chaos-") as folder:
        data, port = Path(folder), free_port()
        key = new_key(data, environment)
        processes = [Process(["serve", "--port", str(port)], data, environment)]
        processes += [Process(["worker"], data, environment) for _ in range(2 if url else 0)]
        try:
            for process in processes:
                process.start()
            await wait_until_ready(port)
            accepted: set[str] = set()
            sending = asyncio.create_task(_send_all(port, key, messages, accepted, outcome, chance, duplicates))
            await _kill(processes, kills, chance, outcome, sending)
            await sending
            async with open_container(load(data=data, environment=environment)) as container:
                await _until_handled(container)
                await _count(container, accepted, outcome, field)
        finally:
            for process in processes:
                process.stop()
    outcome.seconds = round(time.perf_counter() - began, 1)
    return outcome


async def _send_all(
    port: int, key: str, count: int, accepted: set[str], outcome: Outcome, chance: random.Random, duplicates: float
) -> None:
    """Like a careful channel: send until it is accepted; send a share of what was accepted once more."""
    numbers = iter(range(count))

    async def client() -> None:
        connection, matter = Client(port, key), ""
        for written, number in enumerate(numbers):
            body = {"text": message(number), "channel": "WEB", "provider_id": f"chaos-{number}"}
            body["interaction"] = matter if written % MESSAGES_OF_A_MATTER else ""
            matter = await _accepted(connection, body)
            accepted.add(body["provider_id"])
            outcome.accepted += 1
            if chance.random() < duplicates:
                await _accepted(connection, body)
                outcome.duplicates_sent += 1
        await connection.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def _accepted(connection: Client, body: Mapping[str, str]) -> str:
    """The reference under which it was accepted, however often it takes."""
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError, IndexError):
            status, answer = await asyncio.wait_for(connection.post("/api/v1/messages", body), 20)
            if status in (200, 202):
                return str(answer["reference"])
            if status != 503:
                raise RuntimeError(f"the server answered {status}: {answer}")
        await asyncio.sleep(0.1)


async def _kill(
    processes: list[Process], kills: int, chance: random.Random, outcome: Outcome, sending: asyncio.Task[None]
) -> None:
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(*PAUSE))
        if sending.done() and sending.exception():
            return
        victim = chance.choice(processes)
        victim.kill()
        outcome.kills += 1
        await asyncio.sleep(chance.uniform(0, 0.3))
        victim.start()


async def _until_handled(container: Container, seconds: float = 600) -> None:
    ends = time.perf_counter() + seconds
    while (await container.work.queue.counts())["open"]:
        if time.perf_counter() > ends:
            return
        await asyncio.sleep(0.2)


async def _count(container: Container, accepted: set[str], outcome: Outcome, field: FieldService | None) -> None:
    def counted(connection: Connection) -> dict[str, int]:
        return {name: int(connection.execute(text(sql)).scalar_one()) for name, sql in BROKEN_PROMISES.items()}

    def stored(connection: Connection) -> set[str]:
        return set(connection.execute(text("SELECT provider_id FROM inbox_event")).scalars())

    def opened(connection: Connection) -> dict[str, str]:
        calls = text("SELECT key, reference FROM effect WHERE kind = 'create_service_call'")
        return {row.key: row.reference for row in connection.execute(calls)}

    outcome.broken = await container.database.read(counted)
    if field is not None:
        outcome.broken |= field.broken_promises(await container.database.read(opened))
        outcome.service_calls, outcome.requests = len(field.calls), field.requests
    outcome.accepted_but_not_stored = len(accepted - await container.database.read(stored))


async def chaos(messages: int, kills: int, database: str, seed: int, *, with_fsm: bool = False) -> Outcome:
    """One run on the named database. Raises RuntimeError where PostgreSQL is asked for and does not run."""
    async with contextlib.AsyncExitStack() as stack:
        field = await stack.enter_async_context(field_service(seed)) if with_fsm else None
        url = await stack.enter_async_context(postgres_database()) if database == "postgresql" else None
        if database == "postgresql" and url is None:
            raise RuntimeError("no PostgreSQL server answers")
        return await run(messages, kills, url, seed, field)


def main() -> None:
    """Read the arguments, run, print, and exit with 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1, help="the same seed kills in the same rhythm")
    parser.add_argument(
        "--fsm", action="store_true", help="with a field service that fails (30 %%) and cuts answers (10 %%)"
    )
    given = parser.parse_args()
    outcome = asyncio.run(chaos(given.messages, given.kills, given.database, given.seed, with_fsm=given.fsm))
    for name, value in asdict(outcome).items():
        if name != "broken":
            print(f"{name}: {value}")
    for name, value in (outcome.broken or {}).items():
        print(f"{name}: {value}")
    print("all promises kept" if outcome.holds() else "PROMISES BROKEN")
    sys.exit(0 if outcome.holds() else 1)


if __name__ == "__main__":
    main()
