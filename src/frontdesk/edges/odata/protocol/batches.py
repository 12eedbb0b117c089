"""$batch: many requests in one, as multipart/mixed or as JSON; change sets are carried out whole or not at all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import msgspec

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.protocol.exchange import (
    Inner,
    ODataRequest,
    ODataResponse,
    change_sets,
    json_answer,
    refused,
)
from frontdesk.edges.odata.protocol.multipart import read_multipart, write_multipart
from frontdesk.edges.odata.protocol.options import query_in

MOST_REQUESTS = 200
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"})


@dataclass(slots=True)
class BatchOutcome:
    """What came of the requests so far."""

    answers: list[tuple[Inner, ODataResponse]] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def add(self, inner: Inner, answer: ODataResponse) -> None:
        """Note an answer, and where what it made can be found."""
        self.answers.append((inner, answer))
        if answer.status >= 400:
            self.failed |= {inner.id, inner.group} - {""}
        elif (place := answer.headers.get("Location")) and inner.id:
            self.places[inner.id] = place


One = Callable[[ODataRequest], Awaitable[ODataResponse]]
Group = Callable[[list[tuple[str, ODataRequest]]], Awaitable[list[ODataResponse]]]


class Batches:
    """Answers $batch."""

    def __init__(self, one: One, group: Group) -> None:
        """`one` answers a request; `group` those of a change set, with their ids, and raises what refuses it."""
        self._one, self._group = one, group

    async def answer(self, request: ODataRequest) -> ODataResponse:
        """All answers in the form of the batch. Raises ODataError for a batch that cannot be read."""
        if request.depth:
            raise ODataError("a batch cannot be part of a batch")
        kind = request.headers.get("content-type", "")
        plain = kind.partition(";")[0].strip().lower()
        if plain == "multipart/mixed":
            accepted = request.headers.get("accept", "").lower()
            inner, in_parts = (
                read_multipart(request.body, kind),
                "application/json" not in accepted or "multi" in accepted,
            )
        elif plain == "application/json":
            inner, in_parts = _read_json(request.body), False
        else:
            raise ODataError(
                f"{plain[:60] or 'no content type'} is no batch: send multipart/mixed or application/json", 415
            )
        if len(inner) > MOST_REQUESTS:
            raise ODataError(f"a batch has at most {MOST_REQUESTS} requests, not {len(inner)}")
        outcome = await self._all(request, inner)
        return write_multipart(outcome.answers) if in_parts else _write_json(request, outcome.answers)

    async def _all(self, request: ODataRequest, inner: list[Inner]) -> BatchOutcome:
        """One after another; the first that fails ends it unless the client wants to go on."""
        outcome = BatchOutcome()
        for together in change_sets(inner, lambda each: each.group):
            first = together[0]
            if missing := [need for each in together for need in each.needs if need in outcome.failed]:
                failed = ODataError(f"request {missing[0]}, which this depends on, failed", 424)
                for each in together:
                    outcome.add(each, refused(failed, each.url))
            elif first.group:
                await self._change_set(request, together, outcome)
            else:
                outcome.add(first, await self._answer(request, first, outcome))
            if outcome.answers[-1][1].status >= 400 and not request.prefers.goes_on:
                break
        return outcome

    async def _answer(self, request: ODataRequest, inner: Inner, outcome: BatchOutcome) -> ODataResponse:
        try:
            return await self._one(_request(request, inner, outcome.places))
        except ODataError as error:
            return refused(error, inner.url)

    async def _change_set(self, request: ODataRequest, together: list[Inner], outcome: BatchOutcome) -> None:
        """All or none: where one is refused, that refusal is the answer of them all."""
        try:
            ids = {each.id for each in together if each.id}
            places = {key: place for key, place in outcome.places.items() if key not in ids}
            ready = [(each.id, _request(request, each, places)) for each in together]
            answers = await self._group(ready)
        except Exception as error:  # whatever refuses one of them refuses the whole change set, in words
            failed = refused(error, request.path)
            for each in together[:1] if not any(e.needs for e in together) else together:
                outcome.add(each, failed)
            return
        for each, answer in zip(together, answers, strict=True):
            outcome.add(each, answer)


def _request(outer: ODataRequest, inner: Inner, places: Mapping[str, str]) -> ODataRequest:
    """A request of a batch as one of its own; $1 at the start of its URL is what request 1 made."""
    if inner.method not in METHODS:
        raise ODataError(f"{inner.method[:20]} is not a method that is known here", 405)
    try:
        split = urlsplit(inner.url)
    except ValueError:
        raise ODataError(f"{inner.url[:60]} is not a URL") from None
    path = split.path
    root = f"/{outer.service.path}/"
    if path.startswith("/"):
        if path.lstrip("/").partition("(")[0].partition("/")[0] in outer.service.entities:
            path = root + path.lstrip("/")  # SAP's Cloud SDK writes its relative URLs so
        if not (path + "/").startswith(root):
            raise ODataError(f"{path[:60]} is not within {root}: a batch stays within its service", 404)
        path = path.removeprefix(root)
    start, slash, rest = path.partition("/")
    if start.startswith("$") and start[1:] in places:
        path = places[start[1:]] + slash + rest
    headers = {"accept": outer.headers.get("accept", ""), **inner.headers}
    return replace(
        outer,
        method=inner.method,
        path=path,
        query=query_in(inner.headers, split.query),
        headers=headers,
        body=inner.body,
        depth=outer.depth + 1,
    )


class _JsonRequest(msgspec.Struct):
    id: str
    method: str
    url: str
    headers: dict[str, str] = {}
    body: Any = msgspec.UNSET
    atomicityGroup: str = ""  # noqa: N815 - the name in OData JSON Format 19
    dependsOn: list[str] = []  # noqa: N815 - see above


class _JsonBatch(msgspec.Struct):
    requests: list[_JsonRequest]


def _read_json(body: bytes) -> list[Inner]:
    try:
        batch = msgspec.json.decode(body, type=_JsonBatch)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ODataError(f"the batch cannot be read: {error}") from None
    seen: set[str] = set()
    for each in batch.requests:
        if not each.id or each.id in seen:
            raise ODataError(f"each request of a batch has an id of its own, not {each.id[:60]!r} twice or none")
        seen.add(each.id)
    return [_of_json(each) for each in batch.requests]


def _of_json(given: _JsonRequest) -> Inner:
    headers = {name.lower(): value for name, value in given.headers.items()}
    body = b""
    if given.body is not msgspec.UNSET and given.body is not None:
        is_json = headers.setdefault("content-type", "application/json").partition(";")[0].strip() == "application/json"
        body = msgspec.json.encode(given.body) if is_json else str(given.body).encode()
    return Inner(given.id, given.method.upper(), given.url, headers, body, given.atomicityGroup, tuple(given.dependsOn))


def _write_json(request: ODataRequest, answers: list[tuple[Inner, ODataResponse]]) -> ODataResponse:
    responses = []
    for place, (inner, answer) in enumerate(answers):
        key = inner.id if inner.id and not inner.id.startswith("#") else str(place + 1)  # parts need no id
        told: dict[str, Any] = {"id": key, "status": answer.status, "headers": _lower(answer.headers)}
        if inner.group:
            told["atomicityGroup"] = inner.group
        if answer.body:
            told["body"] = _body(answer)
        responses.append(told)
    return json_answer(request, {"responses": responses})


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()} | {"odata-version": "4.0"}


def _body(answer: ODataResponse) -> Any:
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        return msgspec.Raw(answer.body)
    if answer.headers.get("Content-Type", "").startswith(("text/", "application/xml")):
        return answer.body.decode("utf-8", "replace")
    import base64

    return base64.urlsafe_b64encode(answer.body).decode()
