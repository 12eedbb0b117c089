"""What holds for everyone who carries out effects: interfaces.ActionHandler."""

import base64
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.connectors.fsm import Fsm
from frontdesk.connectors.order_status import OrderStatus
from frontdesk.connectors.registry import known
from frontdesk.connectors.s4 import NAME as S4_NAME
from frontdesk.connectors.s4 import S4Orders
from frontdesk.connectors.service_cloud import Cases
from frontdesk.connectors.service_desk import ServiceDesk
from frontdesk.connectors.webhook import Webhook
from frontdesk.interfaces import ActionHandler, Failed, NoAnswer
from frontdesk.model import Case, Effect, Lease, NewMessage, WorkState
from frontdesk.orchestrator.actions import REPLY
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.fsm import Fsm as SimulatedFsm
from frontdesk.simulators.s4 import S4
from frontdesk.simulators.service_cloud import ServiceCloud
from frontdesk.simulators.serving import Asked, Told
from frontdesk.simulators.tokens import Tokens
from frontdesk.wiring.container import Container, now
from tests.connectors.conftest import PATIENT, Running, effect
from tests.connectors.test_fsm import ACCOUNT

PAGES = Path(__file__).parent.parent.parent / "docs" / "reference" / "connectors"


@dataclass
class Other:
    """A performer, an effect for it, and the other side where there is one on the network."""

    action_handler: ActionHandler
    effect: Effect
    running: Running | None = None
    looks: bool = True


class Sink:
    """A receiver of webhooks."""

    name = "sink"

    def state(self) -> dict[str, Any]:
        return {}

    async def answer(self, asked: Asked) -> Told:
        return Told(204)


ON_THE_NETWORK = ("fsm", "s4", "service_cloud", "webhook")


@pytest.fixture(params=["service_desk", "reply", *ON_THE_NETWORK])
async def other(
    request: pytest.FixtureRequest, container: Container, serve: Any, outgoing: Outgoing
) -> AsyncIterator[Other]:
    if request.param == "service_desk":
        yield Other(ServiceDesk(container.work.calls, now), effect("create_service_call"))
    elif request.param == "reply":
        yield Other(container.pipeline.action_handlers[REPLY], effect(REPLY, template="received"))
    else:
        yield await _on_the_network(request.param, serve, outgoing)


async def _on_the_network(name: str, serve: Any, outgoing: Outgoing) -> Other:
    if name == "fsm":
        running = await serve(SimulatedFsm(Tokens("frontdesk", "secret")))
        fsm = Fsm(outgoing.client(running.url, limits=PATIENT), ACCOUNT, time.monotonic)
        return Other(fsm, effect("create_service_call"), running)
    if name == "s4":
        running = await serve(S4("me", "secret"))
        orders = OrderStatus(S4Orders(outgoing.client(running.url, limits=PATIENT), "me", "secret"), S4_NAME)
        return Other(orders, effect("order_status", order_no="4711001"), running, looks=False)
    if name == "service_cloud":
        running = await serve(ServiceCloud("me", "secret"))
        cases = Cases(outgoing.client(running.url, limits=PATIENT), "me", "secret")
        return Other(cases, effect("update_case"), running, looks=False)
    running = await serve(Sink())
    secret = base64.b64encode(b"k" * 32).decode()
    webhook = Webhook(lambda origin: outgoing.client(origin, limits=PATIENT, trusted=False), "", secret, now)
    return Other(webhook, effect("notify_webhook", url=f"{running.url}/hook"), running, looks=False)


@pytest.fixture
async def case(container: Container) -> Case:
    """A case as the pipeline has it when it acts."""
    await container.messages.inbox.accept(NewMessage("The oven stays cold. Order 4711001.", "WEB"))
    await container.runner.run_until_idle()
    [row] = await container.work.queue.list(WorkState.DONE)
    loaded = await container.pipeline.cases.load(row, Lease(row.id, "", now()))
    return replace(loaded, proven_customer="100042")


async def test_nothing_is_found_before_it_was_done(other: Other) -> None:
    assert await other.action_handler.find(other.effect.key) is None


async def test_done_once_more_it_is_done_once_and_says_the_same(other: Other, case: Case) -> None:
    first = await other.action_handler.perform(other.effect, case)
    assert await other.action_handler.perform(other.effect, case) == first


async def test_what_was_done_is_found_where_that_can_be_asked(other: Other, case: Case) -> None:
    first = await other.action_handler.perform(other.effect, case)
    found = await other.action_handler.find(other.effect.key)
    assert (found == first) if other.looks else (found is None)


@pytest.mark.parametrize("other", ON_THE_NETWORK, indirect=True)
@pytest.mark.parametrize("fault", ["fail_share", "cut_share"])
async def test_no_answer_is_an_error_of_ours_that_is_worth_another_try(other: Other, case: Case, fault: str) -> None:
    assert other.running is not None
    other.running.fault(**{fault: 1.0})
    with pytest.raises(Failed) as error:
        await other.action_handler.perform(other.effect, case)
    assert not error.value.permanent


async def test_nobody_there_is_known_to_have_done_nothing(outgoing: Outgoing, case: Case) -> None:
    fsm = Fsm(outgoing.client("http://127.0.0.1:9", limits=PATIENT), ACCOUNT, time.monotonic)
    with pytest.raises(NoAnswer) as error:
        await fsm.perform(effect("create_service_call"), case)
    assert not error.value.may_be_done


def test_every_connector_has_a_page() -> None:
    assert {page.stem for page in PAGES.glob("[a-z]*.md")} == set(known())
    for page in PAGES.glob("[a-z]*.md"):
        assert re.match(r"# .+", page.read_text("utf-8")), page.name
