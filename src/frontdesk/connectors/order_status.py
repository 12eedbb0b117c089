"""The status of an order for a reply, out of whatever system keeps orders. It only reads."""

import re
from typing import Any

from typing_extensions import override

from frontdesk.interfaces import ActionHandler, ConnectorFailed
from frontdesk.interfaces.knowledge import Orders
from frontdesk.model import Case, Effect, Receipt
from frontdesk.model.knowledge import Order

NOT_THEIRS = "the sender has no order of this number"
ORDER_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")


class OrderStatus(ActionHandler):
    """The handler of `order_status` over the orders of one system."""

    def __init__(self, orders: Orders, name: str) -> None:
        """`name` is that of the system."""
        self._orders, self.name = orders, name

    @override
    async def find(self, key: str) -> Receipt | None:
        """Nothing was done that could be found."""
        return None

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Look the order up. Raises ConnectorFailed, permanent where no order is named or the sender has no such.

        An order of another customer and one that does not exist are refused in the same words.
        """
        number = str(effect.action.parameters.get("order_no") or _named(case))
        if not ORDER_NUMBER.fullmatch(number):
            raise ConnectorFailed("the message names no order number", permanent=True)
        if not _is_anybody_proven(case):
            raise ConnectorFailed("it is not proven of which customer the sender is", permanent=True)
        order = await self._orders.order(number)
        if order is None or not _may_know(case, order):
            raise ConnectorFailed(NOT_THEIRS, permanent=True)
        return Receipt(number, {"connector": self.name, **told(order)})


def told(order: Order) -> dict[str, Any]:
    """The values that a reply may state; see orchestrator.templates. A date is empty where there is none."""
    delivery = order.delivered_on or order.expected_on
    return {
        "number": order.number,
        "state": order.state.value,
        "delivery_date": delivery.isoformat() if delivery else "",
        "shipped_on": order.shipped_on.isoformat() if order.shipped_on else "",
        "tracking": order.tracking,
        "blocked": order.blocked,
    }


def _named(case: Case) -> str:
    values = case.analysis.values("order_no") if case.analysis else ()
    return values[0] if values else ""


def _is_anybody_proven(case: Case) -> bool:
    sender = case.message.sender
    return case.asked_by_team or bool(case.proven_customer) or (sender.identity.is_proven and bool(sender.address))


def _may_know(case: Case, order: Order) -> bool:
    """Whether the sender is proven to be the order's customer, or the person whose address it was ordered with."""
    if case.asked_by_team:
        return True
    if case.proven_customer and _plain(order.customer_id) == _plain(case.proven_customer):
        return True
    sender = case.message.sender
    return sender.identity.is_proven and bool(order.email) and sender.address.lower() == order.email.lower()


def _plain(customer: str) -> str:
    """A customer number without the zeros that SAP fills it up with."""
    return customer.lstrip("0")
