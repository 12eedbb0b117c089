"""Turns POST, PATCH, PUT and DELETE into writes of storage, and answers them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.protocol.addressing import Address, Hop, address_of
from frontdesk.edges.odata.protocol.bodies import DELTA, KEY, Names, Purpose, bound, object_of, value_of_json, values_of
from frontdesk.edges.odata.protocol.exchange import ODataRequest, ODataResponse, message_header
from frontdesk.edges.odata.protocol.options import options_of
from frontdesk.edges.odata.protocol.presenting import HIDDEN, key_of, key_text
from frontdesk.edges.odata.reads import ACTIVE, ONE_ROW, Reads
from frontdesk.interfaces import Stale
from frontdesk.model import Role
from frontdesk.model.entities import EdmType, Entity, Written
from frontdesk.model.querying import Done, Result, Version, Write
from frontdesk.storage.odata.waiting import StoredHandled
from frontdesk.storage.odata.writing import StoredWrites

MESSAGES = frozenset({"CustomerInteraction", "InboundCustomerMessage", "AudioMessage"})
PEOPLE = frozenset({"OutboundServiceMessage", "Contact", "Customer"})
Vector = Callable[[str, ODataRequest], Awaitable[str | None]]
ALLOWED = {"POST": "creates", "PATCH": "changes", "PUT": "changes", "DELETE": "removes"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change that is ready to be written; `depth` of its URL, and the status of its answer."""

    request: ODataRequest
    write: Write
    entity: Entity
    depth: int
    status: int
    more: tuple[Write, ...] = ()  # nested rows
    nested: tuple[str, ...] = ()  # the navigations that led to them
    member: str = ""


class Writes:
    """Answers requests that change entities."""

    def __init__(
        self, reads: Reads, writer: StoredWrites, handled: StoredHandled, vector: Vector, wake: Any, seconds: float
    ) -> None:
        """`seconds` is how long an answer waits for what was accepted to be handled; `vector` is that of a text."""
        self._reads, self._writer, self._handled, self._vector = reads, writer, handled, vector
        self._wake, self._seconds = wake, seconds

    async def answer(self, request: ODataRequest, address: Address) -> ODataResponse:
        """Carry one change out. Raises ODataError, Invalid, NotFound, Conflict, Stale."""
        [answer] = await self.write([await self.prepare(request, address, {})])
        return answer

    async def write(self, prepared: list[Prepared]) -> list[ODataResponse]:
        """Carry several changes out, all or none."""
        writes = [each.write for each in prepared]
        done = list(await self._writer.write([*writes, *(inner for each in prepared for inner in each.more)]))
        answers, later = [], done[len(writes) :]
        for each, one in zip(prepared, done, strict=False):
            accepted = tuple(key for inner in later[: len(each.more)] for key in inner.accepted)
            later = later[len(each.more) :]
            answers.append(await self.finish(each, replace(one, accepted=one.accepted + accepted)))
        return answers

    async def prepare(self, request: ODataRequest, address: Address, names: Names) -> Prepared:
        """What a request changes, checked as far as that can be told without writing."""
        entity = address.last.entity
        if address.end == "$ref" and address.last.way is not None:
            return await self._link(request, address, names)
        self._check_may(request, address, entity)
        if other := sorted(set(options_of(request.query).system) - ONE_ROW):
            raise ODataError(f"{other[0]} makes no sense for a change", target=other[0])
        if request.method == "POST":
            return await self._creation(request, address, names)
        key, version = await self._key(request, address)
        if request.method == "DELETE" and not address.member:
            return Prepared(
                request, Write("remove", entity.name, key, {}, version, request.by), entity, address.depth, 204
            )
        values = self._member(request, address) if address.member else self._values(request, entity, names)
        more, nested = await self._nested(request, entity, key, values)
        write = await self.with_vector(Write("change", entity.name, key, values, version, request.by), request)
        bare = request.method == "DELETE" or (
            address.member and entity.properties[address.member].kind is EdmType.BINARY
        )
        status = HTTPStatus.NO_CONTENT if bare else HTTPStatus.OK
        return Prepared(request, write, entity, address.depth, status, more, nested, address.member)

    async def _nested(
        self, request: ODataRequest, entity: Entity, key: Mapping[str, Any], values: dict[str, Any]
    ) -> tuple[tuple[Write, ...], tuple[str, ...]]:
        """The changes of nested rows, taken out of the values: those that are there are changed, new ones are made, and
        those that are left out removed, unless only a delta is told (OData Protocol 4.01, 11.4.3.1)."""
        more: list[Write] = []
        lists = [(entity.navigations[name], values.pop(name)) for name in list(values) if name in entity.navigations]
        only_these = not values.pop(DELTA, False)
        if lists and any(isinstance(value, Result) for value in key.values()):
            raise ODataError("what a change set makes is not changed deep within the same set", 501)
        for way, rows in lists:
            target = request.service.target(way)
            request.need(role_for("PATCH", target))
            owner = {theirs: key[mine] for mine, theirs in way.pairs}
            found = await self._reads.keys(target, owner)
            for row in rows:
                own = {**row.pop(KEY), **owner}
                how = "change" if own in found else "create"
                if own in found:
                    found.remove(own)
                    row = {name: value for name, value in row.items() if name not in target.keys}
                told = row if how == "change" else {**row, **owner}
                more.append(Write(how, target.name, own if how == "change" else {}, told, None, request.by))
            if found and only_these:
                request.need(role_for("DELETE", target))
                more += [Write("remove", target.name, each, {}, None, request.by) for each in found]
        return tuple(more), tuple(way.name for way, _ in lists)

    async def _link(self, request: ODataRequest, address: Address, names: Names) -> Prepared:
        """A reference: PUT and DELETE of one, POST and DELETE of one of many (OData Protocol 4.0, 11.4.6)."""
        way, owner, target = address.last.way, address.hops[-2], address.last.entity
        assert way is not None
        wanted = {"DELETE"} if way.many and address.last.key else {"POST"} if way.many else {"PUT", "DELETE"}
        if request.method not in wanted or not (target if way.many else owner.entity).changes:
            allow = {"Allow": ", ".join(["GET", *sorted(wanted)])}
            raise ODataError(f"{request.method} is not possible for this $ref", 405, headers=allow)
        request.need(role_for("PATCH", target if way.many else owner.entity))
        given = None if request.method == "DELETE" else object_of(request).get("@odata.id")
        if request.method != "DELETE" and not isinstance(given, str):
            raise ODataError('say which row: {"@odata.id": "Customer(\'C1\')"}', target="@odata.id")
        at = await self._reads.located(replace(address, hops=address.hops[:-1]))
        row = await self._reads.first(owner.entity, at, tuple(dict.fromkeys((*owner.entity.keys, *dict(way.pairs)))))
        if not way.many:
            key, values, entity = (
                key_of(row, owner.entity),
                bound(way.name, given, owner.entity, request.service, names),
                owner.entity,
            )
        else:
            values, entity = {theirs: row[mine] if given else None for mine, theirs in way.pairs}, target
            last = address_of(given.strip("/"), request.service, {}).last if given else address.last
            if last.key is None or last.entity.name != target.name:
                raise ODataError(f"{str(given)[:100]} is not a {target.name}", target="@odata.id")
            key = dict(last.key)
        return Prepared(
            request, Write("change", entity.name, key, values, None, request.by), entity, 1, HTTPStatus.NO_CONTENT
        )

    async def with_vector(self, write: Write, request: ODataRequest) -> Write:
        """The write with the embedding of an intent that comes into use, or is in use and described anew."""
        told = write.values
        activated = write.how == "draftActivate" or (write.how == "create" and told.get(ACTIVE) is True)
        described = write.how == "change" and write.key.get(ACTIVE) is True and told.keys() & {"name", "descr"}
        if write.entity != "InboundCustomerMessageIntent" or not (activated or described):
            return write
        entity = request.service.entities[write.entity]
        row = await self._reads.first(entity, write.key, ("name", "descr")) if write.key else {}
        text = ". ".join(str(each) for each in (told.get(name, row.get(name)) for name in ("name", "descr")) if each)
        vector = await self._vector(text, request) if text else None
        return replace(write, values={**told, "embedding": vector})

    def _check_may(self, request: ODataRequest, address: Address, entity: Entity) -> None:
        allowed = [m for m, right in ALLOWED.items() if getattr(entity, right) and (m != "POST") == address.last.is_one]
        allow = {"Allow": ", ".join(["GET", *allowed])}
        if address.end not in ("", "$value") or (address.end == "$value" and not address.member):
            raise ODataError(f"{request.method} is not possible for {address.end}", 405, headers={"Allow": "GET"})
        if request.method == "POST" and address.last.is_one:
            raise ODataError("POST goes to a list; one row is changed with PATCH", 405, headers=allow)
        if request.method != "POST" and not address.last.is_one:
            raise ODataError(f"{request.method} needs the key of a row", 405, headers=allow)
        if not getattr(entity, ALLOWED[request.method]):
            raise ODataError(f"{entity.name} is read-only here", 405, headers=allow)
        role = role_for(request.method, entity)
        if role is Role.ADMIN:
            request.need_editor()
        else:
            request.need(role)

    async def _creation(self, request: ODataRequest, address: Address, names: Names) -> Prepared:
        entity = address.last.entity
        values = values_of(object_of(request), entity, request.service, Purpose(creates=True), names)
        if address.last.way is not None:
            values |= await self._owner(address.hops[-2], address)
        write = await self.with_vector(Write("create", entity.name, {}, values, None, request.by), request)
        nested = tuple(name for name, value in values.items() if name in entity.navigations and isinstance(value, list))
        return Prepared(request, write, entity, address.depth, HTTPStatus.CREATED, nested=nested)

    async def _owner(self, owner: Hop, address: Address) -> dict[str, Any]:
        """What a new row refers to, by where it is posted."""
        way = address.last.way
        assert way is not None
        if owner.key and any(isinstance(value, Result) for value in owner.key.values()):
            return {theirs: owner.key[mine] for mine, theirs in way.pairs}
        at = await self._reads.located(replace(address, hops=address.hops[:-1]))
        row = await self._reads.first(owner.entity, at, tuple(mine for mine, _ in way.pairs))
        return {theirs: row[mine] for mine, theirs in way.pairs}

    async def _key(self, request: ODataRequest, address: Address) -> tuple[Mapping[str, Any], Version | None]:
        """The key of the row that is meant, and the version that If-Match asks for. Raises ODataError, Stale."""
        given = address.last.key
        if given and any(isinstance(value, Result) for value in given.values()):
            return given, None
        entity = address.last.entity
        row = await self._reads.first(entity, await self._reads.located(address), entity.keys)
        return key_of(row, entity), expected(request, entity, row.get(HIDDEN + "version"))

    def _values(self, request: ODataRequest, entity: Entity, names: Names) -> dict[str, Any]:
        purpose = Purpose(whole=request.method == "PUT")
        return values_of(object_of(request), entity, request.service, purpose, names)

    def _member(self, request: ODataRequest, address: Address) -> dict[str, Any]:
        """One property, as {"value": …}, as a plain text or as bytes."""
        each = address.last.entity.properties[address.member]
        if each.written is Written.BY_SERVER or each.name in address.last.entity.keys:
            raise ODataError(f"{each.name} cannot be changed", 405, each.name, {"Allow": "GET"})
        if request.method == "DELETE":
            return {each.name: value_of_json(None, each)}
        if each.kind is EdmType.BINARY:
            kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip()
            if kind != "application/json":
                return {each.name: request.body, "@type": kind[:100]}
        if address.end == "$value":
            return {each.name: value_of_json(_decoded(request.body), each)}
        return {each.name: value_of_json(object_of(request).get("value"), each)}

    async def finish(self, prepared: Prepared, done: Done) -> ODataResponse:
        """The answer to a change that was written. By default it waits until messages are handled."""
        request = prepared.request
        if done.accepted:
            self._wake()
        if prepared.status == HTTPStatus.NO_CONTENT:
            return ODataResponse(204)
        headers: dict[str, str] = {}
        status = prepared.status
        if done.accepted:
            status, headers = await self._wait(request, done, status)
        location = f"{prepared.entity.name}{key_text(dict(done.key), prepared.entity)}"
        if prepared.status == HTTPStatus.CREATED:
            headers["Location"] = location
        if request.prefers.minimal:
            headers |= {"OData-EntityId": location, "Preference-Applied": "return=minimal"}
            return ODataResponse(204 if status != HTTPStatus.ACCEPTED else 202, headers=headers)
        if request.prefers.representation:
            headers.setdefault("Preference-Applied", "return=representation")
        if prepared.member:
            hop = Hop(prepared.entity, None, done.key)
            return await self._reads.member(request, Address((hop,), prepared.member, depth=prepared.depth), done.key)
        if prepared.nested and "$expand" not in options_of(request.query).system:
            query = "&".join(part for part in (request.query, f"$expand={','.join(prepared.nested)}") if part)
            request = replace(request, query=query)  # what was sent deep is answered deep
        return await self.represent(request, prepared.entity, done.key, status, headers, prepared.depth)

    async def represent(
        self,
        request: ODataRequest,
        entity: Entity,
        key: Mapping[str, Any],
        status: int,
        headers: Mapping[str, str],
        depth: int,
    ) -> ODataResponse:
        """A row as it is now, with what the URL's $select and $expand want of it."""
        query, _ = self._reads.plan(request, entity)
        row = await self._reads.one(query, key)
        answer = self._reads.represent(request, row, query, depth, status)
        return ODataResponse(answer.status, answer.body, {**answer.headers, **headers})

    async def _wait(self, request: ODataRequest, done: Done, status: int) -> tuple[int, dict[str, str]]:
        prefers = request.prefers
        if prefers.no_wait:
            words = "The message is stored; it is being read and answered."
            return HTTPStatus.ACCEPTED, {"Preference-Applied": "respond-async", **message_header("STORED", words, 2)}
        seconds = self._seconds if prefers.seconds is None else min(prefers.seconds, self._seconds)
        await self._handled.wait(done.accepted, seconds)
        return status, {}


def role_for(method: str, entity: Entity) -> Role:
    """The role that a change requires: programs hand in messages, agents answer, admins edit lists."""
    if entity.name not in MESSAGES | PEOPLE:
        return Role.ADMIN
    if method == "DELETE":
        return Role.SUPERVISOR
    return Role.SERVICE if method == "POST" and entity.name in MESSAGES else Role.AGENT


def expected(request: ODataRequest, entity: Entity, now: Version | None) -> Version | None:
    """The version that a change may be made at, None for any. Raises Stale, Refused (412)."""
    wanted, unwanted = (request.headers.get(name, "").strip() for name in ("if-match", "if-none-match"))
    if unwanted and (unwanted == "*" or str(now) in _tags(unwanted)):
        raise ODataError("it is there already, and If-None-Match asks for the opposite", 412)
    if not wanted or wanted == "*":
        return None
    if now is None:
        raise ODataError(f"{entity.name} has no ETags: leave the header If-Match away", 412)
    if str(now) not in _tags(wanted):
        raise Stale("it was changed since you read it: read it again")
    return now


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise ODataError("the body is not UTF-8") from None
