"""Carries out actions and functions: checks parameters, calls the handler, returns OData JSON."""

import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.protocol.addressing import Address
from frontdesk.edges.odata.protocol.bodies import object_of, value_of_json
from frontdesk.edges.odata.protocol.exchange import ODataRequest, ODataResponse, json_answer
from frontdesk.edges.odata.protocol.presenting import Json
from frontdesk.model.entities import EdmType, Operation, Parameter, Property

MOST_NUMBERS = 100_000


@dataclass(frozen=True, slots=True)
class OperationCall:
    """A call of an operation: the request, its parameters, and the row that it is bound to."""

    request: ODataRequest
    operation: Operation
    told: Mapping[str, Any]
    key: Mapping[str, Any]
    depth: int

    def text(self, name: str) -> str:
        """A text that must be there. Raises ODataError."""
        value = self.told.get(name)
        if not isinstance(value, str) or not value.strip():
            raise ODataError(f"{name} is missing: {self.operation.name} needs a text", target=name)
        return value


Doing = Callable[[OperationCall], Awaitable[ODataResponse]]


class Operations:
    """Carries out operations by service and name."""

    def __init__(
        self, handlers: Mapping[tuple[str, str], Doing], locate: Callable[..., Awaitable[Mapping[str, Any]]]
    ) -> None:
        """`locate` finds the key of the row that an operation is bound to."""
        self._handlers, self._locate = handlers, locate

    async def answer(self, request: ODataRequest, address: Address) -> ODataResponse:
        """Carry an operation out. Raises ODataError."""
        operation = address.operation
        assert operation is not None
        wanted = "GET" if operation.is_function else "POST"
        if request.method != wanted and not (wanted == "GET" and request.method == "HEAD"):
            kind = "a function: ask for it with GET" if operation.is_function else "an action: call it with POST"
            raise ODataError(f"{operation.name} is {kind}", 405, headers={"Allow": wanted})
        told = _arguments(operation, address) if operation.is_function else _body(operation, request)
        key = await self._locate(request, address) if operation.bound else {}
        doing = self._handlers[request.service.path, operation.name]
        return await doing(OperationCall(request, operation, told, key, address.depth))


def _body(operation: Operation, request: ODataRequest) -> dict[str, Any]:
    given = object_of(request) if request.body.strip() else {}
    known = _known(operation, (name for name in given if not name.startswith("@")))
    return {name: _value(given.get(name), each, operation) for name, each in known.items()}


def _arguments(operation: Operation, address: Address) -> dict[str, Any]:
    told = {}
    for name, each in _known(operation, address.arguments).items():
        given = address.arguments.get(name)
        told[name] = _value(_listed(given, each) if each.many and given is not None else given, each, operation)
    return told


def _known(operation: Operation, given: Iterable[str]) -> dict[str, Parameter]:
    """The parameters by name. Raises ODataError for one that is given and not among them."""
    known = {each.name: each for each in operation.parameters}
    for name in given:
        if name not in known:
            takes = ", ".join(known) or "no parameters"
            raise ODataError(f"{operation.name} has no parameter {name[:60]}: it takes {takes}", target=name[:60])
    return known


def _listed(given: Any, each: Parameter) -> Any:
    try:
        return msgspec.json.decode(str(given))
    except msgspec.DecodeError:
        raise ODataError(f"{each.name} is a JSON list, for example @{each.name}=[1,2]", target=each.name) from None


def _value(given: Any, each: Parameter, operation: Operation) -> Any:
    if given is None:
        if not each.nullable:
            raise ODataError(f"{operation.name} needs {each.name}", target=each.name)
        return None
    if not each.many:
        if each.structure and isinstance(given, dict):
            return given
        return value_of_json(given, Property(each.name, each.kind))
    return numbers(given, each.name)


def numbers(given: Any, name: str) -> list[float]:
    """A list of finite numbers. Raises ODataError."""
    if not isinstance(given, list) or not given or len(given) > MOST_NUMBERS:
        raise ODataError(f"{name} is a list of 1 to {MOST_NUMBERS} numbers", target=name)
    found = []
    for each in given:
        if isinstance(each, bool) or not isinstance(each, int | float) or not math.isfinite(each) or abs(each) > 1e100:
            raise ODataError(f"{name} is a list of finite numbers", target=name)
        found.append(float(each))
    return found


def plain(asked: OperationCall, value: Any, kind: EdmType) -> ODataResponse:
    """The answer of an operation that gives a plain value."""
    context = f"{'../' * (asked.depth - 1)}$metadata#Edm.{kind}"
    return json_answer(asked.request, {"@odata.context": context, "value": value})


def structured(asked: OperationCall, value: Json) -> ODataResponse:
    """The answer of an operation that gives a structure."""
    return json_answer(asked.request, {"@odata.context": _context(asked)} | value)


def listed(asked: OperationCall, values: list[Json]) -> ODataResponse:
    """The answer of an operation that gives several structures."""
    return json_answer(asked.request, {"@odata.context": _context(asked), "value": values})


def _context(asked: OperationCall) -> str:
    namespace = asked.request.service.namespace
    name = f"{namespace}.{asked.operation.gives}"
    return f"{'../' * (asked.depth - 1)}$metadata#{f'Collection({name})' if asked.operation.gives_many else name}"
