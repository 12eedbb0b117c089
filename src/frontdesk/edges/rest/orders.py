"""Orders: read from the system that is set up for them, written in the embedded order book."""

from datetime import date
from typing import Annotated

import msgspec
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta, field

from frontdesk.edges.rest.answers import Listed, show, show_page
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.edges.rest.bodies import Address, Body, Name, Phone
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Cursor, Limit, RouteGroup
from frontdesk.interfaces import NotFound
from frontdesk.knowledge.checking import check_order
from frontdesk.model import Role
from frontdesk.model.knowledge import Order, OrderLine, OrderState
from frontdesk.model.translatable import tr
from frontdesk.ticketing.submission import storable

OrderNumber = Annotated[str, PathParameter(max_length=40, description="The number of an order.")]
Text = Annotated[
    str, QueryParameter(max_length=320, description="A number, a customer number or an e-mail address, whole.")
]


class LineBody(Body, frozen=True, forbid_unknown_fields=True):
    """A line of an order."""

    product: Annotated[str, Meta(min_length=1, max_length=40)]
    name: Annotated[str, Meta(max_length=200)] = ""
    quantity: Annotated[int, Meta(ge=1, le=999_999)] = 1


class OrderBody(Body, frozen=True, forbid_unknown_fields=True):
    """An order as it stands."""

    state: OrderState = OrderState.RECEIVED
    customer_id: Annotated[str, Meta(max_length=10)] = ""
    name: Name = ""
    email: Address = ""
    phone: Phone = ""
    postal_code: Annotated[str, Meta(max_length=20)] = ""
    lines: Annotated[list[LineBody], Meta(max_length=200)] = field(default_factory=list)
    ordered_on: date | None = None
    expected_on: date | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None
    carrier: Annotated[str, Meta(max_length=100)] = ""
    tracking: Annotated[str, Meta(max_length=100)] = ""
    tracking_url: Annotated[str, Meta(max_length=2000)] = ""
    blocked: bool = False


@shows(OrderLine)
class LineAnswer(ApiAnswer, frozen=True):
    """A line of an order."""


@shows(Order)
class OrderAnswer(ApiAnswer, frozen=True):
    """An order as it stands; `blocked`: its delivery is on hold."""


class OrderRoutes(RouteGroup):
    """Orders of customers."""

    path = "/orders"
    tags = ("Orders",)

    @route("GET", "/", Role.AGENT, "List the order book")
    async def list_all(self, text: Text = "", limit: Limit = 50, cursor: Cursor = "") -> Listed[OrderAnswer]:
        """Orders of the embedded order book, the highest number first."""
        return show_page(await self.services.knowledge.order_book.page(limit, cursor, storable(text)), OrderAnswer)

    @route("GET", "/{number:str}", Role.AGENT, "One order", "From the system that is set up for orders.", also=(503,))
    async def read(self, number: OrderNumber) -> OrderAnswer:
        """The order of this number."""
        found = await self.services.knowledge.orders.order(number)
        if found is None:
            raise NotFound(tr("there is no order {number}", number=number))
        return show(found, OrderAnswer)

    @route("PUT", "/{number:str}", Role.SUPERVISOR, "Store an order in the order book")
    async def store(self, number: OrderNumber, data: JSONBody[OrderBody]) -> OrderAnswer:
        """The order as it is stored; what was there under this number is replaced."""
        given = msgspec.structs.asdict(data)
        lines = tuple(OrderLine(each.product, each.name, each.quantity) for each in data.lines)
        order = check_order(Order(number=number, **{**given, "lines": lines}))
        await self.services.knowledge.order_book.put_all([order])
        return show(order, OrderAnswer)

    @route("DELETE", "/{number:str}", Role.SUPERVISOR, "Delete an order from the order book")
    async def remove(self, number: OrderNumber) -> None:
        """Delete it."""
        await self.services.knowledge.order_book.remove(number)
