"""Serves the OData services over HTTP; errors have OData's own format."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litestar.types import HTTPScope, Receive, Send

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.metadata.as_json import metadata_json
from frontdesk.edges.odata.metadata.as_xml import metadata_xml
from frontdesk.edges.odata.operations.operations import Operations
from frontdesk.edges.odata.protocol.addressing import Address, Hop, address_of
from frontdesk.edges.odata.protocol.batches import Batches
from frontdesk.edges.odata.protocol.bodies import Names
from frontdesk.edges.odata.protocol.exchange import VERSION, ODataRequest, ODataResponse, json_answer, refused
from frontdesk.edges.odata.protocol.options import options_of, query_in
from frontdesk.edges.odata.protocol.presenting import HIDDEN, key_of
from frontdesk.edges.odata.reads import Reads, has_already
from frontdesk.edges.odata.writes import Writes, expected
from frontdesk.model import Role
from frontdesk.model.entities import ODataService
from frontdesk.model.querying import Result

CHANGES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"
TOKEN = "x-csrf-token"  # noqa: S105 - the name of a header


class ODataServer:
    """Answers requests of all services."""

    def __init__(self, reads: Reads, writes: Writes, operations: Operations, most_bytes: int) -> None:
        """`most_bytes` is the largest body that is taken."""
        self._reads, self._writes, self._operations, self._most_bytes = reads, writes, operations, most_bytes
        self._batches = Batches(self.answer, self._change_set)

    async def serve(self, service: ODataService, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI)."""
        try:
            request = await _request_of(service, scope, receive, self._most_bytes)
        except ODataError as error:
            return await _send(send, refused(error, service.path), scope["method"])
        answer = await self.answer(request)
        if request.headers.get(TOKEN, "").lower() == "fetch":
            answer = replace(answer, headers={**answer.headers, "X-CSRF-Token": request.visit.csrf_token or "none"})
        return await _send(send, answer, request.method)

    async def answer(self, request: ODataRequest) -> ODataResponse:
        """The answer to a request; what goes wrong is an answer too."""
        try:
            _check_versions(request)
            return await self._dispatched(request)
        except Exception as error:  # the one place where all that goes wrong becomes an answer
            return refused(error, f"/{request.service.path}/{request.path}")

    async def _dispatched(self, request: ODataRequest) -> ODataResponse:
        path = request.path.strip("/")
        if request.method == "OPTIONS":
            return ODataResponse(204, headers={"Allow": METHODS})
        if path == "$batch":
            if request.method != "POST":
                raise ODataError("$batch takes POST", 405, headers={"Allow": "POST"})
            return await self._batches.answer(request)
        if path in ("", "$metadata"):
            if request.method not in ("GET", "HEAD"):
                raise ODataError("this is read with GET", 405, headers={"Allow": "GET, HEAD"})
            return _metadata(request) if path else _service_document(request)
        if request.method not in CHANGES | {"GET", "HEAD"}:
            raise ODataError(f"{request.method[:20]} is not possible here", 405, headers={"Allow": METHODS})
        address = address_of(path, request.service, options_of(request.query).aliases)
        if address.operation is not None:
            return await self._operations.answer(request, address)
        if request.method in ("GET", "HEAD"):
            request.need(Role.AGENT)
            return await self._reads.answer(request, address)
        return await self._writes.answer(request, address)

    async def key(self, request: ODataRequest, address: Address) -> Mapping[str, Any]:
        """The key of the row that an operation is bound to. Raises ODataError (404), Stale."""
        entity = address.last.entity
        row = await self._reads.first(entity, await self._reads.located(address), entity.keys)
        expected(request, entity, row.get(HIDDEN + "version"))
        return key_of(row, entity)

    async def _change_set(self, together: list[tuple[str, ODataRequest]]) -> list[ODataResponse]:
        """Changes that are carried out whole or not at all; an operation stands alone in its set."""
        names: dict[str, tuple[int, Any]] = {}
        prepared = []
        for number, (key, request) in enumerate(together):
            _check_versions(request)
            address = self._address(request, names)
            if address.operation is not None:
                if len(together) > 1:
                    raise ODataError("an operation cannot be part of a change set with others: call it by itself", 501)
                return [await self._operations.answer(request, address)]
            if request.method not in CHANGES:
                raise ODataError(f"{request.method} cannot be part of a change set")
            prepared.append(await self._writes.prepare(request, address, names))
            if key:
                names[f"${key}"] = (number, prepared[-1].entity)
        return await self._writes.write(prepared)

    def _address(self, request: ODataRequest, names: Names) -> Address:
        """The address of a change, which may begin with what an earlier change of the set makes."""
        path = request.path.strip("/")
        start, _, rest = path.partition("/")
        if start not in names:
            return address_of(path, request.service, options_of(request.query).aliases)
        number, entity = names[start]
        made = Hop(entity, None, {name: Result(number, name) for name in entity.keys})
        way = entity.navigations.get(rest)
        if not rest:
            return Address((made,))
        if way is None or not way.many:
            raise ODataError(f"{entity.name} has no list {rest[:60]} to which something can be added", 404)
        return Address((made, Hop(request.service.target(way), way)), depth=2)


async def _request_of(service: ODataService, scope: HTTPScope, receive: Receive, most: int) -> ODataRequest:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    raw = scope.get("raw_path") or scope["path"].encode()
    root = f"/{service.path}"
    path = raw.decode("latin-1").partition("?")[0]
    path = path[path.index(root) + len(root) :] if root in path else path
    return ODataRequest(
        service,
        scope["method"],
        path.removeprefix("/"),
        query_in(headers, scope.get("query_string", b"").decode("latin-1")),
        headers,
        await _body(receive, headers, most),
        scope["user"],
        scope["auth"],
    )


async def _body(receive: Receive, headers: Mapping[str, str], most: int) -> bytes:
    too_large = ODataError(f"the body is larger than {most:,} bytes, which is what is taken here", 413)
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        raise too_large
    pieces: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            break
        piece = event.get("body", b"")
        size += len(piece)
        if size > most:
            raise too_large
        pieces.append(piece)
        if not event.get("more_body"):
            break
    return b"".join(pieces)


async def _send(send: Send, answer: ODataResponse, method: str) -> None:
    headers = {"Cache-Control": "no-store", **VERSION, **answer.headers}
    raw = [(name.lower().encode("latin-1"), _line(value)) for name, value in headers.items()]
    if answer.status not in (204, 304):
        raw.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    body = b"" if method == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _line(value: str) -> bytes:
    return value.replace("\r", " ").replace("\n", " ").encode("latin-1", "replace")


def _check_versions(request: ODataRequest) -> None:
    """Raises ODataError for a client that cannot read 4.0, or wants a form that there is none of."""
    most = request.headers.get("odata-maxversion", "4.0").strip()
    if most[:1] in "123" and most:
        raise ODataError(f"this service speaks OData 4.0, which is newer than OData-MaxVersion {most[:10]}", 400)
    sent = request.headers.get("odata-version", "4.0").strip()
    if sent not in ("4.0", "4.01"):
        raise ODataError(f"OData-Version {sent[:10]} is not read here: send 4.0", 400)
    wanted = _format(request)
    if (
        wanted
        and wanted not in ("json", "application/json")
        and not (wanted in ("xml", "application/xml") and request.path.strip("/") == "$metadata")
    ):
        raise ODataError(f"there is no {wanted[:40]} here: ask for application/json", 406, target="$format")


def _format(request: ODataRequest) -> str:
    """What $format, else Accept wants; empty where anything will do."""
    if (given := options_of(request.query).get("$format")) is not None:
        return given.partition(";")[0].strip().lower()
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    if request.path.strip("/") == "$batch" or not any(accepted):
        return ""
    fine = (
        "*/*",
        "application/*",
        "application/json",
        "application/xml",
        "multipart/mixed",
        "text/plain",
        "text/*",
        "text/html",
    )
    return (
        ""
        if any(each in fine or each.startswith(("audio/", "application/octet")) for each in accepted)
        else accepted[0]
    )


def _metadata(request: ODataRequest) -> ODataResponse:
    wants_json = "json" in _format(request) or (
        "application/json" in request.headers.get("accept", "") and "xml" not in request.headers.get("accept", "")
    )
    if "$format" in options_of(request.query).system:
        wants_json = "json" in _format(request)
    path, kind = request.service.path, "json" if wants_json else "xml"
    document = metadata_json(path) if wants_json else metadata_xml(request.service).encode()
    tag = {"ETag": f'W/"{hashlib.sha256(document).hexdigest()[:20]}"'}
    if has_already(request, tag["ETag"]):
        return ODataResponse(304, headers=tag)
    return ODataResponse(200, document, {"Content-Type": f"application/{kind}", **tag})


def _service_document(request: ODataRequest) -> ODataResponse:
    service = request.service
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in service.entities if name not in service.inner]
    imports = [
        {"name": each.name, "kind": "FunctionImport", "url": each.name}
        for each in service.operations
        if each.is_function and not each.bound and not each.parameters
    ]
    return json_answer(request, {"@odata.context": "$metadata", "value": [*sets, *imports]})
