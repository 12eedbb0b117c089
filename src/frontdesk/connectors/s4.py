"""SAP S/4HANA: reads an order and its deliveries. See docs/reference/connectors/s4.md.

OData V2. Status letters: A not started, B partly, C complete (unverified; others count as not known).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from typing_extensions import override

from frontdesk.connectors.answers import basic, refusal
from frontdesk.interfaces import ConnectorFailed, Http, Invalid
from frontdesk.interfaces.knowledge import Orders
from frontdesk.model.knowledge import Order, OrderState

NAME = "s4"
ORDERS = "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"
ITEMS = "/sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV;v=0002/A_OutbDeliveryItem"
DELIVERIES = "/sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV;v=0002/A_OutbDeliveryHeader"
ORDER_FIELDS = (
    "SalesOrder,SoldToParty,OverallSDProcessStatus,OverallTotalDeliveryStatus,DeliveryBlockReason,RequestedDeliveryDate"
)
DELIVERY_FIELDS = (
    "DeliveryDocument,OverallGoodsMovementStatus,PlannedGoodsIssueDate,ActualGoodsMovementDate"
    ",DeliveryDate,BillOfLading"
)
ABSENT = 404
PARTLY, COMPLETE = "B", "C"
MOST_DELIVERIES = 5
ORDER_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
ODATA_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d+)?\)/")


class S4Orders(Orders):
    """Orders in S/4HANA. It cannot list those of a customer."""

    def __init__(self, http: Http, user: str | None, password: str) -> None:
        """`http` leads to the system; user None: it signs in itself (a destination). Raises Invalid for settings."""
        if user == "":
            raise Invalid("connectors.s4.user is missing", "connectors.s4.user")
        self._http = http
        self._headers = {**(basic(user, password) if user else {}), "accept": "application/json"}

    @override
    async def order(self, number: str) -> Order | None:
        if not ORDER_NUMBER.fullmatch(number):
            return None
        select = {"$select": ORDER_FIELDS}
        header = await self._get(f"{ORDERS}('{number}')", select)
        return _order(number, header, await self._deliveries(number)) if header is not None else None

    @override
    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        return ()

    async def _deliveries(self, number: str) -> list[Mapping[str, Any]]:
        """The newest deliveries of an order."""
        wanted = {"$filter": f"ReferenceSDDocument eq '{number}'", "$select": "DeliveryDocument"}
        items = (await self._get(ITEMS, wanted) or {}).get("results", [])
        documents = sorted({str(item["DeliveryDocument"]) for item in items})[-MOST_DELIVERIES:]
        select = {"$select": DELIVERY_FIELDS}
        found = [await self._get(f"{DELIVERIES}('{document}')", select) for document in documents]
        return [each for each in found if each is not None]

    async def _get(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any] | None:
        """What is there, None where nothing is. Raises ConnectorFailed."""
        answer = await self._http.send("GET", path, params={**params, "$format": "json"}, headers=self._headers)
        if answer.status == ABSENT:
            return None
        if not answer.ok:
            raise refusal(NAME, answer)
        body = answer.json()
        if not isinstance(body, dict) or not isinstance(body.get("d"), dict):
            raise ConnectorFailed("s4 gave an answer without data")
        found: Mapping[str, Any] = body["d"]
        return found


def _order(number: str, header: Mapping[str, Any], deliveries: Sequence[Mapping[str, Any]]) -> Order:
    shipped = [d for d in deliveries if d.get("OverallGoodsMovementStatus") == COMPLETE]
    latest = (shipped or deliveries or [{}])[-1]
    return Order(
        number=number,
        state=_state(header, shipped),
        customer_id=str(header.get("SoldToParty") or "").lstrip("0"),
        expected_on=_date(latest.get("DeliveryDate")) or _date(header.get("RequestedDeliveryDate")),
        shipped_on=_date(latest.get("ActualGoodsMovementDate")) if shipped else None,
        tracking=str(latest.get("BillOfLading") or ""),
        blocked=bool(header.get("DeliveryBlockReason")),
    )


def _state(header: Mapping[str, Any], shipped: Sequence[Mapping[str, Any]]) -> OrderState:
    overall = header.get("OverallTotalDeliveryStatus") or header.get("OverallSDProcessStatus")
    if overall == COMPLETE and shipped:
        return OrderState.SHIPPED
    if shipped or overall == PARTLY:
        return OrderState.PARTLY_SHIPPED if shipped else OrderState.IN_PREPARATION
    return OrderState.RECEIVED


def _date(value: Any) -> date | None:
    """An OData V2 date."""
    found = ODATA_DATE.fullmatch(str(value or ""))
    return datetime.fromtimestamp(int(found[1]) / 1000, UTC).date() if found else None
