"""Reading: lists with pages, single rows, properties, counts, references."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.protocol.addressing import Address, Hop
from frontdesk.edges.odata.protocol.exchange import ODataRequest, ODataResponse, json_answer
from frontdesk.edges.odata.protocol.options import Options, options_of, whole
from frontdesk.edges.odata.protocol.presenting import VERSION, context_of, etag_of, key_of, link_of, shown
from frontdesk.edges.odata.queries.query import query_of
from frontdesk.model import Role
from frontdesk.model.entities import EdmType, Entity
from frontdesk.model.querying import Call, Field, Filtering, Found, Literal, Query
from frontdesk.storage.odata.reading import StoredEntities

PAGE = 1000
ACTIVE = "IsActiveEntity"
PLANS = 512
ONE_ROW = frozenset({"$select", "$expand", "$format", "$compute"})
Values = Mapping[str, Any]
COUNTS = frozenset({"$filter", "$search", "$apply", "$format", "$compute"})


class NothingThere(Exception):
    """A to-one navigation has no target, which is answered with 204 and is no error."""


class Reads:
    """Answers GET; remembers how the queries of URLs are bound, which is most of the work of a read."""

    def __init__(self, entities: StoredEntities) -> None:
        """Read from here."""
        self._entities = entities
        self._plans: dict[tuple[str, str, str, bool], Query] = {}
        self._small: dict[tuple[int, tuple[str, ...]], Query] = {}

    async def answer(self, request: ODataRequest, address: Address) -> ODataResponse:
        """The answer to a GET of entities. Raises ODataError, Invalid."""
        try:
            at = await self.located(address)
        except NothingThere:
            return ODataResponse(204)
        last = address.last
        if address.end == "$count":
            return await self._count(request, last.entity, at)
        if address.member:
            return await self.member(request, address, at)
        if last.is_one:
            return await self._one(request, address, at)
        return await self._list(request, address, at)

    async def located(self, address: Address) -> Values:
        """What the last rows of an address have. Raises ODataError (404) where a row on the way is missing."""
        at: Values = {}
        for place, hop in enumerate(address.hops):
            if hop.way is not None:
                at = await self._behind(address.hops[place - 1], hop, at)
            if hop.key is not None:
                at = {**at, **hop.key}
        return at

    async def _behind(self, before: Hop, hop: Hop, at: Values) -> Values:
        assert hop.way is not None
        row = await self.first(before.entity, at, tuple(name for name, _ in hop.way.pairs))
        found = {theirs: row[name] for name, theirs in hop.way.pairs}
        if None in found.values() and not hop.way.many:
            raise NothingThere
        return {**found, **dict(hop.way.fixed)}

    async def first(self, entity: Entity, at: Values, columns: tuple[str, ...]) -> dict[str, Any]:
        """Some columns of the one row. Raises ODataError (404)."""
        return await self.one(self._few(entity, columns), at)

    def _few(self, entity: Entity, columns: tuple[str, ...]) -> Query:
        return self._small.setdefault((id(entity), columns), Query(entity, columns=columns))

    async def keys(self, entity: Entity, at: Values) -> list[dict[str, Any]]:
        """The keys of all rows that have these values."""
        found = await self._entities.read(self._few(entity, entity.keys), at)
        return [key_of(row, entity) for row in found.rows]

    async def one(self, query: Query, at: Values) -> dict[str, Any]:
        """The one row. Raises ODataError (404)."""
        found = await self._entities.read(query, at, 1)
        if not found.rows:
            raise ODataError(f"there is no such {query.entity.name}", 404)
        return found.rows[0]

    def plan(self, request: ODataRequest, entity: Entity, *, listed: bool = False) -> tuple[Query, Options]:
        """The query of a URL, bound once for all requests with the same options.

        A list has drafts only where it is asked for them.
        """
        options = options_of(request.query)
        key = (request.service.path, entity.name, request.query, listed)
        query = self._plans.get(key)
        if query is None:
            query = query_of(options, request.service, entity)
            if listed and entity.drafted and not any(ACTIVE in (options.get(n) or "") for n in ("$filter", "$apply")):
                query = _in_use(query)
            if len(self._plans) >= PLANS:
                self._plans.clear()
            self._plans[key] = query
        return query, options

    async def _list(self, request: ODataRequest, address: Address, at: Values) -> ODataResponse:
        query, options = self.plan(request, address.last.entity, listed=True)
        page, skipped = min(request.prefers.page or PAGE, PAGE), whole(options, "$skiptoken") or 0
        left = None if query.top is None else max(0, query.top - skipped)
        size = page if left is None else min(page, left)
        if address.end == "$ref":
            query = replace(query, columns=address.last.entity.keys, expands=())
        found = await self._entities.read(query, at, size, query.skip + skipped)
        more = found.more and (left is None or left > size)
        return json_answer(
            request, self._listed(request, address, query, found, more, skipped + size), headers=_paged(request)
        )

    def _listed(
        self, request: ODataRequest, address: Address, query: Query, found: Found, more: bool, next_at: int
    ) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if address.end == "$ref":
            rows = [{"@odata.id": link_of(row, query.entity)} for row in found.rows]
            context = f"{'../' * (address.depth - 1)}$metadata#Collection($ref)"
        else:
            rows = [shown(row, query, request) for row in found.rows]
            context = context_of(query, address.depth)
        if not request.bare:
            content["@odata.context"] = context
        if found.count is not None:
            content["@odata.count"] = str(found.count) if request.as_text else found.count
        content["value"] = rows
        if more:
            content["@odata.nextLink"] = _next_link(request, address, next_at)
        return content

    async def _one(self, request: ODataRequest, address: Address, at: Values) -> ODataResponse:
        entity = address.last.entity
        query, options = self.plan(request, entity)
        _only(options, ONE_ROW, "one row")
        found = await self._entities.read(query, at, 1)
        if not found.rows:
            if address.last.way is not None and not address.last.way.many:
                return ODataResponse(204)
            raise ODataError(f"there is no such {entity.name}", 404)
        return self.represent(request, found.rows[0], query, address.depth, only_key=address.end == "$ref")

    def represent(
        self,
        request: ODataRequest,
        row: dict[str, Any],
        query: Query,
        depth: int,
        status: int = 200,
        only_key: bool = False,
    ) -> ODataResponse:
        """One row as an answer, with its ETag; 304 where the client has it already."""
        headers = _tag(row)
        if status == 200 and request.method in ("GET", "HEAD") and has_already(request, headers.get("ETag", "")):
            return ODataResponse(304, headers=headers)
        if only_key:
            content = {
                "@odata.context": f"{'../' * (depth - 1)}$metadata#$ref",
                "@odata.id": link_of(row, query.entity),
            }
            return json_answer(request, content, status, headers)
        content = {} if request.bare else {"@odata.context": context_of(query, depth, "/$entity")}
        return json_answer(request, content | shown(row, query, request), status, headers)

    async def _count(self, request: ODataRequest, entity: Entity, at: Values) -> ODataResponse:
        query, options = self.plan(request, entity, listed=True)
        _only(options, COUNTS, "a count")
        count = await self._entities.count(query, at)
        return ODataResponse(200, str(count).encode(), {"Content-Type": "text/plain"})

    async def member(self, request: ODataRequest, address: Address, at: Values) -> ODataResponse:
        """One property of the one row. Raises ODataError (404)."""
        entity, name = address.last.entity, address.member
        known = entity.properties[name]
        if known.kind is EdmType.BINARY:
            request.need(Role.AGENT)
        _only(options_of(request.query), frozenset({"$format"}), "a property")
        row = await self.first(entity, at, (name,))
        value, tag = row[name], _tag(row)
        if has_already(request, tag.get("ETag", "")):
            return ODataResponse(304, headers=tag)
        if value is None:
            return ODataResponse(204, headers=tag)
        if isinstance(value, bytes):
            headers = {"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", **tag}
            return ODataResponse(200, value, {**headers, "Content-Disposition": "attachment"})
        if address.end == "$value":
            text = str(value).lower() if isinstance(value, bool) else str(value)
            headers = {"Content-Type": "text/plain;charset=utf-8", "X-Content-Type-Options": "nosniff", **tag}
            return ODataResponse(200, text.encode(), headers)
        context = f"{'../' * (address.depth - 1)}$metadata#{link_of(row, entity)}/{name}"
        return json_answer(request, {"@odata.context": context, "value": value}, headers=tag)


def _in_use(query: Query) -> Query:
    """The query without drafts."""
    active = Call("eq", (Field(ACTIVE, EdmType.BOOLEAN), Literal(True, EdmType.BOOLEAN)), EdmType.BOOLEAN)
    if query.pipeline:
        return replace(query, pipeline=(Filtering(active), *query.pipeline))
    return replace(query, where=(active, *query.where))


def _tag(row: dict[str, Any]) -> dict[str, str]:
    return {"ETag": etag_of(row[VERSION])} if row.get(VERSION) is not None else {}


def has_already(request: ODataRequest, tag: str) -> bool:
    """Whether the client has what the ETag stands for already."""
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    return bool(tag) and ("*" in known or tag in known or tag.removeprefix("W/") in known)


def _only(options: Options, allowed: frozenset[str], what: str) -> None:
    if other := sorted(set(options.system) - allowed):
        raise ODataError(f"{other[0]} makes no sense for {what}", target=other[0])


def _paged(request: ODataRequest) -> dict[str, str]:
    page = request.prefers.page
    return {"Preference-Applied": f"odata.maxpagesize={min(page, PAGE)}"} if page else {}


def _next_link(request: ODataRequest, address: Address, next_at: int) -> str:
    kept = [part for part in request.query.split("&") if part and not part.startswith(("$skiptoken=", "%24skiptoken="))]
    query = "&".join([*kept, f"$skiptoken={next_at}"])
    path = request.path.strip("/")
    if address.depth > 1:
        path = f"/{request.service.path}/{path}"
    return f"{quote(path, safe='/()=,%$@:~!*;+')}?{query}"
