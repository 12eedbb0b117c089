"""Order status out of S/4HANA."""

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.connectors.order_status import OrderStatus
from frontdesk.connectors.s4 import NAME, S4Orders
from frontdesk.interfaces import ConnectorFailed
from frontdesk.model import Case, Entity
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.s4 import S4
from tests.connectors.conftest import PATIENT, Running, effect, reading
from tests.connectors.conftest import case as of_anybody

MINE = "100042"


def case() -> Case:
    """A case of a sender who is proven to be the customer of the orders."""
    return replace(of_anybody(), proven_customer=MINE)


@pytest.fixture
async def running(serve: Any) -> Running:
    return await serve(S4("me", "secret"))


@pytest.fixture
def orders(running: Running, outgoing: Outgoing) -> OrderStatus:
    return OrderStatus(S4Orders(outgoing.client(running.url, limits=PATIENT), "me", "secret"), NAME)


@pytest.mark.parametrize(
    ("number", "state", "date", "blocked"),
    [
        ("4711001", "shipped", "2026-03-05", False),
        ("4711002", "in_preparation", "2026-04-03", False),
        ("4711003", "received", "2026-04-10", False),
        ("4711004", "received", "2026-04-10", True),
    ],
)
async def test_the_state_of_an_order_and_its_delivery_are_told(
    orders: OrderStatus, number: str, state: str, date: str, blocked: bool
) -> None:
    receipt = await orders.perform(effect("order_status", order_no=number), case())
    detail = receipt.detail
    assert (detail["number"], detail["state"], detail["delivery_date"]) == (number, state, date)
    assert detail["blocked"] is blocked


async def test_the_order_is_the_one_that_the_message_names(orders: OrderStatus) -> None:
    named = replace(case(), analysis=reading(Entity("order_no", "4711001", 0, 7)))
    receipt = await orders.perform(effect("order_status"), named)
    assert (receipt.reference, receipt.detail["tracking"]) == ("4711001", "FD00340434161")


@pytest.mark.parametrize("number", ["", "9999999", "1' or '1' eq '1"])
async def test_an_order_that_is_not_there_is_no_reason_to_try_again(orders: OrderStatus, number: str) -> None:
    with pytest.raises(ConnectorFailed) as error:
        await orders.perform(effect("order_status", order_no=number), case())
    assert error.value.permanent


async def test_an_order_of_another_and_one_that_is_not_there_sound_the_same(orders: OrderStatus) -> None:
    told = []
    for number, customer in (("4711001", "100043"), ("9999999", MINE)):
        with pytest.raises(ConnectorFailed) as error:
            await orders.perform(effect("order_status", order_no=number), replace(case(), proven_customer=customer))
        told.append(str(error.value))
        assert error.value.permanent
    assert told[0] == told[1]


async def test_nobody_is_told_of_an_order_on_a_claim(orders: OrderStatus, running: Running) -> None:
    with pytest.raises(ConnectorFailed, match="proven"):
        await orders.perform(effect("order_status", order_no="4711001"), of_anybody())


async def test_the_team_is_told_of_any_order(orders: OrderStatus) -> None:
    asked = replace(of_anybody(), asked_by_team=True)
    assert (await orders.perform(effect("order_status", order_no="4711001"), asked)).reference == "4711001"


async def test_a_wrong_password_is_put_right_by_a_person(running: Running, outgoing: Outgoing) -> None:
    orders = OrderStatus(S4Orders(outgoing.client(running.url), "me", "wrong"), NAME)
    with pytest.raises(ConnectorFailed, match="401") as error:
        await orders.perform(effect("order_status", order_no="4711001"), case())
    assert not error.value.permanent
