"""Orders: what holds for every system that keeps them, and who is told about one."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from frontdesk.connectors.order_service import OrderTemplate, ServedOrders, template_of
from frontdesk.connectors.order_status import OrderStatus
from frontdesk.connectors.s4 import S4Orders
from frontdesk.interfaces import ConnectorFailed, Invalid
from frontdesk.interfaces.knowledge import Orders
from frontdesk.model import Identity, Sender
from frontdesk.model.knowledge import Order, OrderLine, OrderState
from frontdesk.outgoing import Outgoing
from frontdesk.simulators.s4 import S4
from frontdesk.simulators.serving import Asked, Server, Told
from frontdesk.wiring.container import Container
from tests.connectors.conftest import PATIENT, case, effect

SHIPPED = Order(
    "4711001",
    OrderState.SHIPPED,
    "100042",
    email="kim@x.example",
    lines=(OrderLine("LS-8", "LavaStar 8", 2),),
    expected_on=date(2026, 3, 5),
    shipped_on=date(2026, 3, 3),
    tracking="FD00340434161",
)
THEIRS = {
    "id": 4711001,
    "status": {"code": "SENT"},
    "buyer": {"no": "100042", "mail": "kim@x.example"},
    "items": [{"sku": "LS-8", "name": "LavaStar 8", "count": 2}],
    "dates": ["2026-03-05T00:00:00Z", "2026-03-03"],
    "tracking": "FD00340434161",
}
TEMPLATE = template_of(
    "/v2/orders/{number}",
    "/v2/orders?buyer={customer}",
    "number=id state=status.code customer_id=buyer.no email=buyer.mail lines=items lines.product=sku"
    " lines.quantity=count expected_on=dates.0 shipped_on=dates.1",
    "SENT=shipped",
)


async def shop(asked: Asked) -> Told:
    """A shop's own interface."""
    if asked.headers.get("authorization") != "Bearer letmein":
        return Told(401)
    if asked.path == "/v2/orders":
        return Told(200, json.dumps({"items": [THEIRS]}).encode())
    if asked.path == "/v2/orders/odd":
        return Told(200, json.dumps({"id": 1, "status": {"code": "LOST"}}).encode())
    return Told(200, json.dumps(THEIRS).encode()) if asked.path == "/v2/orders/4711001" else Told(404)


@pytest.fixture
async def shop_url() -> AsyncIterator[str]:
    server = Server(shop)
    yield await server.start()
    await server.close()


@pytest.fixture(params=["book", "s4", "service"])
async def orders(
    request: pytest.FixtureRequest, container: Container, serve: Any, outgoing: Outgoing, shop_url: str
) -> Orders:
    """Each system, with order 4711001 in it."""
    if request.param == "s4":
        return S4Orders(outgoing.client((await serve(S4("me", "secret"))).url, limits=PATIENT), "me", "secret")
    if request.param == "service":
        return ServedOrders(outgoing.client(shop_url, limits=PATIENT), TEMPLATE, "letmein")
    await container.knowledge.order_book.put_all([SHIPPED])
    return container.knowledge.orders


async def test_an_order_that_is_there_is_told_and_another_is_none(orders: Orders) -> None:
    found = await orders.order("4711001")
    assert found is not None
    known = {name: getattr(found, name) for name in ("number", "state", "customer_id", "expected_on", "tracking")}
    assert known == {name: getattr(SHIPPED, name) for name in known}
    for number in ("9999999", "", "../1", "a b", "ü"):
        assert await orders.order(number) is None
    assert [each.number for each in await orders.orders_of("100042")] in (["4711001"], [])


async def test_the_fields_of_a_service_become_ours(outgoing: Outgoing, shop_url: str) -> None:
    service = ServedOrders(outgoing.client(shop_url, limits=PATIENT), TEMPLATE, "letmein")
    assert await service.order("4711001") == SHIPPED
    assert await service.orders_of("100042") == [SHIPPED]
    with pytest.raises(ConnectorFailed, match="state is one of") as error:
        await service.order("odd")
    assert error.value.permanent
    with pytest.raises(ConnectorFailed, match="401"):
        await ServedOrders(outgoing.client(shop_url, limits=PATIENT), OrderTemplate("/v2/orders/{number}"), "").order(
            "1"
        )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("/orders", "", "", ""), "path"),
        (("/{number}", "/orders", "", ""), "list_path"),
        (("/{number}", "", "colour=c", ""), "fields"),
        (("/{number}", "", "", "SENT=gone"), "states"),
    ],
)
def test_a_template_that_cannot_work_is_refused_by_its_setting(given: tuple[str, str, str, str], named: str) -> None:
    with pytest.raises(Invalid) as error:
        template_of(*given)
    assert error.value.field == f"connectors.order_service.{named}"


@pytest.mark.parametrize(
    ("address", "identity", "is_told"),
    [
        ("KIM@x.example", Identity.MAIL_AUTHENTICATED, True),
        ("kim@x.example", Identity.UNPROVEN, False),
        ("other@x.example", Identity.MAIL_AUTHENTICATED, False),
        ("", Identity.CHANNEL, False),
    ],
)
async def test_an_order_is_told_to_who_is_proven_to_write_from_its_address(
    container: Container, address: str, identity: Identity, is_told: bool
) -> None:
    await container.knowledge.order_book.put_all([SHIPPED])
    status = OrderStatus(container.knowledge.orders, "order_book")
    asked = case()
    asked = replace(asked, message=replace(asked.message, sender=Sender("Kim", address, identity=identity)))
    if is_told:
        receipt = await status.perform(effect("order_status", order_no="4711001"), asked)
        assert (receipt.detail["state"], receipt.detail["delivery_date"]) == ("shipped", "2026-03-05")
    else:
        with pytest.raises(ConnectorFailed):
            await status.perform(effect("order_status", order_no="4711001"), asked)
