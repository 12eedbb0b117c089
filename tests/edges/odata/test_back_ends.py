"""Operations that ask back ends and model services: the simulators run as processes of their own, asked over HTTP."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from frontdesk.model import Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import open_container
from tests.edges.odata.conftest import Odata
from tests.processes import FRONTDESK, Process
from tests.web_client import key_of, web_client

SETTINGS = """
[connectors]
service_calls = "fsm"
[connectors.fsm]
url = "{fsm}"
client_id = "frontdesk"
client_secret = "secret"
account_id = "1"
company_id = "1"
business_partner = "WALK-IN"
[connectors.s4]
url = "{s4}"
user = "frontdesk"
password = "secret"
[llm.services.main]
kind = "openai"
base_url = "{llm}/v1"
key = "k"
model = "m"
[llm.chains]
default = ["main", "builtin"]
"""


@contextlib.contextmanager
def simulators(*calls: tuple[str, ...]) -> Iterator[list[str]]:
    """Their addresses, and that of a stand-in for models; they start beside each other."""
    models = [sys.executable, "-m", "benchmarks.model_services", "--port", "0", "--key", "k"]
    processes = [
        *(Process([FRONTDESK, "simulate", *call], stdout=subprocess.PIPE, text=True) for call in calls),
        subprocess.Popen(models, stdout=subprocess.PIPE, text=True),
    ]
    try:
        yield [each.stdout.readline().removeprefix("ready ").strip() for each in processes if each.stdout]
    finally:
        for each in processes:
            each.kill()
            each.communicate()


@pytest.fixture
async def wired(migrated_file: Path, tmp_path: Path, builtin: Builtin) -> AsyncIterator[Odata]:
    """The services over a container that knows simulated back ends."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / migrated_file.name).write_bytes(migrated_file.read_bytes())
    port = ("--port", "0")
    with simulators(("s4", *port), ("fsm", *port)) as (s4, fsm, llm):
        config = tmp_path / "frontdesk.toml"
        config.write_text(SETTINGS.format(s4=s4, fsm=fsm, llm=llm), "utf-8")
        settings = load(config, data=folder, environment={"FRONTDESK_WORK_IDLE_SECONDS": "0.02"})
        async with open_container(settings, builtin) as container, web_client(container) as client:
            working = asyncio.create_task(container.runner.run())
            yield Odata(client, container, await key_of(container, Role.ADMIN))
            container.runner.stop()
            await working


# Order -> what is told of it.
ORDERS = [
    ("4711001", {"state": "shipped", "deliveryDate": "2026-03-05", "shippedOn": "2026-03-03", "tracking": "FD00340434161"}),
    ("4711002", {"state": "in_preparation", "deliveryDate": "2026-04-03", "shippedOn": None, "tracking": None}),
    ("4711003", {"state": "received", "deliveryDate": "2026-04-10", "shippedOn": None, "blocked": False}),
    ("4711004", {"state": "received", "blocked": True}),
]  # fmt: skip


async def test_what_the_sample_leaves_open_is_answered_by_the_back_ends(wired: Odata) -> None:
    for number, told in ORDERS:
        answer = await wired.ask("POST", "/erp-proxy/checkDeliveryStatus", {"orderNo": number})
        assert answer.status_code == 200, answer.text
        assert answer.json()["@odata.context"] == "$metadata#ErpProxyService.DeliveryStatus"
        assert told.items() <= answer.json().items(), answer.text
    for number, status in (("4719999", 404), ("4711/001", 404), ("", 400)):
        refused = await wired.ask("POST", "/erp-proxy/checkDeliveryStatus", {"orderNo": number})
        assert (refused.status_code, refused.json()["error"]["target"]) == (status, "orderNo")

    first = await wired.ask("POST", "/erp-proxy/createSupportTicket", {"subject": "Door", "text": "It is broken."})
    assert first.status_code == 200, first.text
    told = first.json()
    assert told["code"]
    assert (told["interaction_ID"], told["subject"]) == (1, "Door")

    await wired.say("My oven stays cold.", 1)
    reply = "InboundCustomerMessage(sequence=1,interaction_ID=1)/TicketingService.reply"
    drafted = await wired.ask("POST", reply)
    assert drafted.status_code == 200, drafted.text
    assert (drafted.json()["type_code"], drafted.json()["replyTo_sequence"]) == ("QA", 1)
    stored = await wired.get("OutboundServiceMessage?$filter=type_code eq 'QA'")
    assert stored["value"][0]["outboundTextMsg"] == drafted.json()["outboundTextMsg"] != ""
