"""SAP S/4HANA: reads the status of an order and its deliveries for replies. See docs/reference/connectors/s4.md.

OData V2. Status letters: A not started, B partly, C complete (unverified; others count as not known).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from typing_extensions import override

from frontdesk.connectors.answers import basic, refusal
from frontdesk.interfaces import ActionHandler, ConnectorFailed, Http, Invalid
from frontdesk.model import Case, Effect, Receipt

NAME = "s4"
ORDERS = "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"
ITEMS = "/sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV;v=0002/A_OutbDeliveryItem"
DELIVERIES = "/sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV;v=0002/A_OutbDeliveryHeader"
ORDER_FIELDS = (
    "SalesOrder",
    "OverallSDProcessStatus",
    "OverallTotalDeliveryStatus",
    "DeliveryBlockReason",
    "RequestedDeliveryDate",
)
DELIVERY_FIELDS = (
    "DeliveryDocument",
    "OverallGoodsMovementStatus",
    "PlannedGoodsIssueDate",
    "ActualGoodsMovementDate",
    "DeliveryDate",
    "BillOfLading",
)
PARTLY, COMPLETE = "B", "C"
MOST_DELIVERIES = 5
ORDER_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
ODATA_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d+)?\)/")


class OrderStatus(ActionHandler):
    """The performer of `order_status`. It only reads."""

    def __init__(self, http: Http, user: str | None, password: str) -> None:
        """`http` leads to the system; user None: it signs in itself (a destination). Raises Invalid for settings."""
        if user == "":
            raise Invalid("connectors.s4.user is missing", "connectors.s4.user")
        self._http = http
        self._headers = {**(basic(user, password) if user else {}), "accept": "application/json"}

    @override
    async def find(self, key: str) -> Receipt | None:
        """Nothing was done that could be found."""
        return None

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Look the order up. Raises ConnectorFailed, permanent where no order is named or it does not exist."""
        number = str(effect.action.parameters.get("order_no") or _named(case))
        if not ORDER_NUMBER.fullmatch(number):
            raise ConnectorFailed("the message names no order number", permanent=True)
        order = await self._get(f"{ORDERS}('{number}')", {"$select": ",".join(ORDER_FIELDS)})
        deliveries = await self._deliveries(number)
        return Receipt(number, {"connector": NAME, **_told(number, order, deliveries)})

    async def _deliveries(self, number: str) -> list[Mapping[str, Any]]:
        """The newest deliveries of an order."""
        wanted = {"$filter": f"ReferenceSDDocument eq '{number}'", "$select": "DeliveryDocument"}
        items = (await self._get(ITEMS, wanted)).get("results", [])
        documents = sorted({str(item["DeliveryDocument"]) for item in items})[-MOST_DELIVERIES:]
        select = {"$select": ",".join(DELIVERY_FIELDS)}
        return [await self._get(f"{DELIVERIES}('{document}')", select) for document in documents]

    async def _get(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        answer = await self._http.send("GET", path, params={**params, "$format": "json"}, headers=self._headers)
        if not answer.ok:
            raise refusal(NAME, answer)
        body = answer.json()
        if not isinstance(body, dict) or not isinstance(body.get("d"), dict):
            raise ConnectorFailed("s4 gave an answer without data")
        found: Mapping[str, Any] = body["d"]
        return found


def _named(case: Case) -> str:
    values = case.analysis.values("order_no") if case.analysis else ()
    return values[0] if values else ""


def _told(number: str, order: Mapping[str, Any], deliveries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The values that a reply may state; see orchestrator.templates. A date is empty where the system has none."""
    shipped = [d for d in deliveries if d.get("OverallGoodsMovementStatus") == COMPLETE]
    latest = (shipped or deliveries or [{}])[-1]
    return {
        "number": number,
        "state": _state(order, shipped),
        "delivery_date": _date(latest.get("DeliveryDate")) or _date(order.get("RequestedDeliveryDate")),
        "shipped_on": _date(latest.get("ActualGoodsMovementDate")) if shipped else "",
        "tracking": str(latest.get("BillOfLading") or ""),
        "blocked": bool(order.get("DeliveryBlockReason")),
    }


def _state(order: Mapping[str, Any], shipped: Sequence[Mapping[str, Any]]) -> str:
    """shipped, partly_shipped, in_preparation (a delivery is being made up) or received."""
    overall = order.get("OverallTotalDeliveryStatus") or order.get("OverallSDProcessStatus")
    if overall == COMPLETE and shipped:
        return "shipped"
    if shipped or overall == PARTLY:
        return "partly_shipped" if shipped else "in_preparation"
    return "received"


def _date(value: Any) -> str:
    """An OData V2 date as 2026-01-31, empty for none."""
    found = ODATA_DATE.fullmatch(str(value or ""))
    return datetime.fromtimestamp(int(found[1]) / 1000, UTC).date().isoformat() if found else ""
