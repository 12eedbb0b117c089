"""OData requests and responses, also those within a batch."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from frontdesk.edges.odata.errors import ODataError, error_of
from frontdesk.interfaces import AuthContext, AuthMethod
from frontdesk.model import Caller, Role
from frontdesk.model.entities import ODataService

JSON = "application/json;odata.metadata=minimal"
VERSION = {"OData-Version": "4.0"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a client prefers (header Prefer, RFC 7240, with the names of OData)."""

    minimal: bool = False
    representation: bool = False
    no_wait: bool = False
    page: int | None = None
    goes_on: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ODataRequest:
    """A request for `path` within a service; path and query are as they were sent, not decoded."""

    service: ODataService
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    caller: Caller
    visit: AuthContext
    depth: int = 0

    @property
    def by(self) -> str:
        """The caller as it is noted with what they do."""
        return self.caller.name or self.caller.id

    @property
    def prefers(self) -> Preferences:
        """What the client prefers."""
        return preferences(self.headers.get("prefer", ""))

    @property
    def as_text(self) -> bool:
        """Whether large numbers are to be texts (IEEE754Compatible=true)."""
        return "ieee754compatible=true" in self.headers.get("accept", "").lower().replace(" ", "")

    @property
    def bare(self) -> bool:
        """Whether control information is unwanted (odata.metadata=none)."""
        return "metadata=none" in (self.headers.get("accept", "") + self.query).lower()

    @property
    def full(self) -> bool:
        """Whether all control information is wanted (odata.metadata=full)."""
        return "metadata=full" in (self.headers.get("accept", "") + self.query).lower()

    def need(self, role: Role) -> None:
        """Raises ODataError (403) unless the caller has this role."""
        if not self.caller.role.covers(role):
            raise ODataError(f"this needs the role {role}; {self.caller.name} has the role {self.caller.role}", 403)

    def need_editor(self) -> None:
        """Raises ODataError (403) unless the caller may edit lists: an admin, and who tries the demo out."""
        if self.visit.proof is not AuthMethod.DEMO:
            self.need(Role.ADMIN)


@dataclass(frozen=True, slots=True)
class ODataResponse:
    """A response."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inner:
    """A request of a batch. `id` is what others refer to it by; `group` the change set that it is part of."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    group: str = ""
    needs: tuple[str, ...] = ()


def preferences(text: str) -> Preferences:
    """The preferences in a header; what is not known or makes no sense is ignored, as RFC 7240 asks."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.partition(";")[0].partition("=")
        found.setdefault(name.strip().lower().removeprefix("odata."), value.strip().strip('"').lower())
    page, seconds = found.get("maxpagesize", ""), found.get("wait", "")
    return Preferences(
        minimal=found.get("return") == "minimal",
        representation=found.get("return") == "representation",
        no_wait="respond-async" in found,
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 9 and int(page) else None,
        goes_on="continue-on-error" in found and found["continue-on-error"] in ("", "true"),
        seconds=float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 6 else None,
    )


def json_answer(
    request: ODataRequest, content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> ODataResponse:
    """An answer in JSON."""
    kind = JSON
    if request.bare or request.full:
        kind = f"application/json;odata.metadata={'none' if request.bare else 'full'}"
    if request.as_text:
        kind += ";IEEE754Compatible=true"
    return ODataResponse(status, msgspec.json.encode(content), {"Content-Type": kind, **(headers or {})})


def refused(error: Exception, path: str) -> ODataResponse:
    """The answer that tells an error."""
    status, body, headers = error_of(error, path)
    return ODataResponse(status, body, {"Content-Type": JSON, **headers})


def message_header(code: str, message: str, severity: int) -> dict[str, str]:
    """A message beside an answer that succeeded, which UI5 shows (1 success, 2 information, 3 warning)."""
    told = [{"code": code, "message": message, "numericSeverity": severity}]
    return {"sap-messages": msgspec.json.encode(told).decode()}


def change_sets(items: Iterable[T], group: Callable[[T], str]) -> Iterator[list[T]]:
    """Neighbours of one change set together, all others by themselves."""
    for name, run in itertools.groupby(items, group):
        neighbours = list(run)
        yield from [neighbours] if name else ([each] for each in neighbours)
