"""Any HTTP service that answers with an order as JSON. See docs/reference/connectors/order_service.md.

The settings say how its address is made and under which names an answer holds the fields of an order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

from typing_extensions import override

from frontdesk.connectors.answers import refusal
from frontdesk.connectors.settings import pairs
from frontdesk.interfaces import ConnectorFailed, Http, Invalid
from frontdesk.interfaces.knowledge import Orders
from frontdesk.knowledge.entries import ORDER_FIELDS, order_of
from frontdesk.model.knowledge import Order, OrderLine, OrderState

NAME = "order_service"
ABSENT = 404
LINE_FIELDS = tuple(f"lines.{name}" for name in OrderLine.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class OrderTemplate:
    """How a service is asked and what its answers mean.

    `path` holds {number}, `list_path` (empty: it cannot list) {customer}. `fields` maps our names to paths in the
    answer with dots between their steps, `states` the service's words to ours.
    """

    path: str
    list_path: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)


def template_of(path: str, list_path: str, fields: str, states: str) -> OrderTemplate:
    """The template that settings say. Raises Invalid that names the setting."""
    if "{number}" not in path:
        raise Invalid("connectors.order_service.path must contain {number}", f"connectors.{NAME}.path")
    if list_path and "{customer}" not in list_path:
        raise Invalid("connectors.order_service.list_path must contain {customer}", f"connectors.{NAME}.list_path")
    named = pairs(fields, f"connectors.{NAME}.fields", str)
    meant = pairs(states, f"connectors.{NAME}.states", str)
    _check_names("fields", "field", named, sorted({*ORDER_FIELDS, *LINE_FIELDS}))
    _check_names("states", "state", meant.values(), list(OrderState))
    return OrderTemplate(path, list_path, named, meant)


def _check_names(setting: str, what: str, names: Iterable[str], known: Sequence[str]) -> None:
    if strange := set(names) - set(known):
        wrong = f"connectors.{NAME}.{setting}: {min(strange)} is no {what}: use {', '.join(known)}"
        raise Invalid(wrong, f"connectors.{NAME}.{setting}")


class ServedOrders(Orders):
    """Orders of an HTTP service."""

    def __init__(self, http: Http, template: OrderTemplate, token: str) -> None:
        """`http` leads to the service; a token is sent as bearer."""
        self._http, self._template = http, template
        self._headers = {"accept": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}

    @override
    async def order(self, number: str) -> Order | None:
        answer = await self._get(self._template.path.replace("{number}", quote(number, safe="")))
        return _order(answer, self._template) if answer is not None else None

    @override
    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        if not self._template.list_path:
            return ()
        answer = await self._get(self._template.list_path.replace("{customer}", quote(customer_id, safe="")))
        rows = _at(answer, "items") if isinstance(answer, Mapping) else answer
        return [_order(each, self._template) for each in rows] if isinstance(rows, list) else ()

    async def _get(self, path: str) -> Any:
        place, _, query = path.partition("?")
        answer = await self._http.send("GET", place, params=dict(parse_qsl(query)), headers=self._headers)
        if answer.status == ABSENT:
            return None
        if not answer.ok:
            raise refusal(NAME, answer)
        return answer.json()


def _order(answer: Any, template: OrderTemplate) -> Order:
    """Raises ConnectorFailed for an answer that makes no order."""
    found = {name: _at(answer, template.fields.get(name, name)) for name in ORDER_FIELDS}
    if isinstance(state := found["state"], str | int):
        found["state"] = template.states.get(str(state), str(state))
    if isinstance(lines := found["lines"], list):
        names = [(name, template.fields.get(f"lines.{name}", name)) for name in OrderLine.__dataclass_fields__]
        found["lines"] = [{name: _at(line, path) for name, path in names} for line in lines]
    try:
        return order_of(found)
    except Invalid as error:
        raise ConnectorFailed(f"{NAME} gave an order that makes no sense: {error}", permanent=True) from None


def _at(value: Any, path: str) -> Any:
    """What an answer holds at a path, None where there is nothing."""
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
