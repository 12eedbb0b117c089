"""What the routes are handed, and what they have in common: the caller, keys, versions, paging."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from litestar import Controller, Request
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from frontdesk.edges.metrics.process import Metrics
from frontdesk.edges.problems import Required
from frontdesk.edges.rest.unknown import refuse_unknown
from frontdesk.interfaces import Invalid, Stale
from frontdesk.interfaces.access import CALLER
from frontdesk.interfaces.cached import Cached
from frontdesk.model import Caller, CodeList
from frontdesk.model.reading import IdempotencyKey
from frontdesk.services.parts import Services
from frontdesk.storage.configuration.codes import StoredCodes

CHANNELS_CACHE_SECONDS = 2.0

Asked = Request[Caller, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many rows at most.")]
Cursor = Annotated[str, QueryParameter(max_length=400, description="`next` of the page before.")]
MessageId = Annotated[str, PathParameter(max_length=26, description="The id of a message.")]
Reference = Annotated[str, PathParameter(max_length=8, description="The reference of an interaction.")]
Number = Annotated[int, PathParameter(ge=1, le=2**53)]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=200, description="The ETag of what is to be changed; needed."),
]
IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", max_length=200, description="An ETag that is known already.")
]
IdempotencyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Any word: a request repeated with it within 24 hours gets the first answer and changes nothing.",
    ),
]


@dataclass(frozen=True, slots=True)
class RestServices(Services):
    """The services, and what is only this door's. `is_working` is None where this process does no work."""

    metrics: Metrics
    wake: Callable[[], None]
    is_working: Callable[[], bool | None]
    most_body_bytes: int = 1_000_000


class Channels:
    """The channels in use, believed for a moment: every new message asks for them."""

    def __init__(self, codes: StoredCodes) -> None:
        """Ask these lists."""
        self._codes = codes
        self._known = Cached[Mapping[str, bool]](CHANNELS_CACHE_SECONDS)

    async def known(self) -> Mapping[str, bool]:
        """Code to whether it is in use; those alone that the caller reaches."""
        known, reached = await self._known.get(self._read), CALLER.get().grant.channels
        return {code: active for code, active in known.items() if code in reached} if reached else known

    def forget(self) -> None:
        """The lists were changed here: look again."""
        self._known.forget()

    async def _read(self) -> Mapping[str, bool]:
        return {entry.code: entry.active for entry in (await self._codes.all()).get(CodeList.CHANNEL, ())}


class RouteGroup(Controller):
    """A group of routes; `bind` gives it its services."""

    services: ClassVar[RestServices]
    channels: ClassVar[Channels]

    @classmethod
    def bind(cls, services: RestServices, channels: Channels) -> type["RouteGroup"]:
        """The same routes, asking these services."""
        return type(cls.__name__, (cls,), {"services": services, "channels": channels, "__doc__": cls.__doc__})


def who(request: Asked) -> str:
    """The caller as it is noted with what they do."""
    return request.user.name or request.user.id


async def once_of(request: Asked, key: str | None) -> IdempotencyKey | None:
    """What makes a request with this key the same as an earlier one: caller, key, and the whole request."""
    if key is None:
        return None
    asked = f"{request.method} {request.scope['path']}\n".encode("utf-8", "replace")
    return IdempotencyKey(request.user.id[:100], key, hashlib.sha256(asked + await request.body()).hexdigest())


def expected_version(if_match: str | None, now: int | None = None) -> int | None:
    """The version that an If-Match header asks for; None for `*`. Raises Required without one, Stale for another."""
    if not if_match or not if_match.strip():
        raise Required("send the ETag of what you change in the header If-Match, so that nobody's change is lost")
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")]
    if "*" in tags:
        return None
    versions = [int(tag) for tag in tags if tag.isascii() and tag.isdigit() and len(tag) < 10]
    if now is not None and now in versions:
        return now
    if now is not None or not versions:
        raise Stale("it was changed since you read it: read it again")
    return versions[0]


def is_known(if_none_match: str | None, version: int) -> bool:
    """Whether an If-None-Match header names this version."""
    tags = (tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(","))
    return any(tag in ("*", f'"{version}"') for tag in tags)


def zoned(at: datetime | None, field: str) -> datetime | None:
    """Raises Invalid for a time without zone."""
    if at is not None and at.tzinfo is None:
        raise Invalid(f"{field} needs a zone: write for example 2026-01-31T12:00:00Z", field)
    return at


async def refuse_unreadable(request: Asked) -> None:
    """No database can be asked for NUL. Raises Invalid for a path or query that has one, and for unknown parameters."""
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise Invalid("a path or query cannot hold NUL")
    refuse_unknown(request)
