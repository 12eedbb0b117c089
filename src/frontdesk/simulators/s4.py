"""SAP S/4HANA: sales orders and outbound deliveries, read by OData V2. The orders are made up."""

import json
import re
from importlib.resources import files
from typing import Any

from typing_extensions import override

from frontdesk.simulators.faults import Simulator
from frontdesk.simulators.serving import Asked, Told, told
from frontdesk.simulators.tokens import basic

SERVICES = "/sap/opu/odata/sap/"
ORDER = re.compile(r"API_SALES_ORDER_SRV/A_SalesOrder\('(\w+)'\)")
DELIVERY = re.compile(r"API_OUTBOUND_DELIVERY_SRV;v=0002/A_OutbDeliveryHeader\('(\w+)'\)")
ITEMS = "API_OUTBOUND_DELIVERY_SRV;v=0002/A_OutbDeliveryItem"
FILTER = re.compile(r"ReferenceSDDocument eq '(\w+)'")
OPTIONS = {"$select", "$filter", "$format", "$top", "$skip", "$expand"}
# Orders of one customer, written as S/4HANA writes them: shipped, on its way in parts, just received, blocked.
_MADE_UP: dict[str, Any] = json.loads((files(__package__) / "s4.json").read_text("utf-8"))
ORDERS: dict[str, dict[str, Any]] = _MADE_UP["orders"]
DELIVERIES: dict[str, dict[str, Any]] = _MADE_UP["deliveries"]


class S4(Simulator):
    """A simulated S/4HANA."""

    name = "s4"

    def __init__(self, user: str, password: str) -> None:
        """One technical user may read."""
        self._login = (user, password)

    @override
    def state(self) -> dict[str, Any]:
        """Orders and deliveries."""
        return {"orders": ORDERS, "deliveries": DELIVERIES}

    @override
    async def answer(self, asked: Asked) -> Told:
        if basic(asked) != self._login:
            return _refused(401, "logon failed")
        if asked.method != "GET":
            return _refused(405, "this user may only read")
        if unknown := asked.query.keys() - OPTIONS:
            return _refused(400, f"unknown option {', '.join(sorted(unknown))}")
        if asked.query.get("$format") != "json" and "json" not in asked.headers.get("accept", ""):
            return Told(200, b"<?xml version='1.0'?><entry/>", {"content-type": "application/atom+xml"})
        return self._read(asked)

    def _read(self, asked: Asked) -> Told:
        path = asked.path.removeprefix(SERVICES)
        if found := ORDER.fullmatch(path):
            return _entity(asked, "SalesOrder", found[1], ORDERS.get(found[1]))
        if found := DELIVERY.fullmatch(path):
            return _entity(asked, "DeliveryDocument", found[1], DELIVERIES.get(found[1]))
        if path == ITEMS:
            order = FILTER.fullmatch(asked.query.get("$filter", ""))
            if order is None:
                return _refused(400, "only the filter ReferenceSDDocument eq '…' is known")
            rows = [{"DeliveryDocument": key} for key, row in DELIVERIES.items() if row["order"] == order[1]]
            return told({"d": {"results": rows}})
        return _refused(404, "no such resource")


def _entity(asked: Asked, key: str, value: str, row: dict[str, Any] | None) -> Told:
    if row is None:
        return _refused(404, f"{key} {value} was not found")
    whole = {key: value, "RequestedDeliveryDate": _MADE_UP["requested"], **row}
    wanted = asked.query.get("$select", "")
    names = wanted.split(",") if wanted else list(whole)
    return told({"d": {name: whole.get(name) for name in names if name != "order"}})


def _refused(status: int, message: str) -> Told:
    return told({"error": {"code": str(status), "message": {"lang": "en", "value": message}}}, status)
