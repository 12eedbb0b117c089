"""What people set up about time: calendars, service levels, timed rules; and what is due."""

from datetime import datetime
from typing import Annotated

from litestar.params import FromPath, JSONBody, PathParameter

from frontdesk.edges.rest.answers import InteractionAnswer
from frontdesk.edges.rest.api_answer import ApiAnswer
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, RouteGroup, who
from frontdesk.model import Role
from frontdesk.ticketing.submission import storable
from frontdesk.timing.entries import EntryKind

EntryName = Annotated[str, PathParameter(max_length=40, description="The name of an entry.")]
Entry = dict[str, str]
FIELDS = "The fields of each kind are in the reference of time; all are texts, and what is left out is empty."


class ListRowAnswer(InteractionAnswer, frozen=True):
    """An interaction in a list; `due_at` is when its next target is due, `is_due` whether one is near or missed."""

    due_at: datetime | None
    is_due: bool


class DeadlineAnswer(ApiAnswer, frozen=True):
    """A target (first_answer, next_answer, resolution) or timer (rule:NAME); `start` is what began it.

    `seconds` are allowed, `worked` of them had passed until `since`, which is null where it is paused. `missed_at`
    stays. `outcome` is met, missed, cancelled or (of a rule) fired, empty while it runs. `entry` and `calendar` are
    what it follows.
    """

    name: str
    start: str
    entry: str
    calendar: str
    seconds: int
    worked: int
    since: datetime | None
    due_at: datetime | None
    near_at: datetime | None
    missed_at: datetime | None
    ended_at: datetime | None
    outcome: str


class TimingRoutes(RouteGroup):
    """Calendars, service levels and timed rules."""

    path = "/timing"
    tags = ("Time",)

    @route("GET", "/", Role.SUPERVISOR, "All calendars, service levels and timed rules")
    async def list_all(self) -> dict[str, dict[str, Entry]]:
        """Every entry by kind and name."""
        found = await self.services.configuration.timing.entries()
        return {kind: {name: dict(entry) for name, entry in named.items()} for kind, named in found.items()}

    @route("GET", "/{kind:str}/{name:str}", Role.SUPERVISOR, "One entry")
    async def read(self, kind: FromPath[EntryKind], name: EntryName) -> Entry:
        """The entry with this name."""
        return dict(await self.services.configuration.timing.entry(kind, name))

    @route("PUT", "/{kind:str}/{name:str}", Role.ADMIN, "Change an entry, or add it", FIELDS, also=(409,))
    async def store(self, request: Asked, kind: FromPath[EntryKind], name: EntryName, data: JSONBody[Entry]) -> Entry:
        """Store the entry; open deadlines follow within seconds."""
        given = {storable(field): storable(text) for field, text in data.items()}
        stored = dict(await self.services.configuration.timing.put(kind, name, given, who(request)))
        self.services.wake()
        return stored

    @route("DELETE", "/{kind:str}/{name:str}", Role.ADMIN, "Delete an entry")
    async def remove(self, request: Asked, kind: FromPath[EntryKind], name: EntryName) -> None:
        """Delete it; what it timed is cancelled."""
        await self.services.configuration.timing.remove(kind, name, who(request))
        self.services.wake()
