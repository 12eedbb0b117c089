"""How interactions get their owners, and who is there."""

from datetime import datetime
from typing import Annotated

from litestar.params import JSONBody, PathParameter
from msgspec import UNSET, Meta, UnsetType

from frontdesk.edges.rest.answers import show
from frontdesk.edges.rest.api_answer import ApiAnswer
from frontdesk.edges.rest.bodies import ONE_LINE, Body
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, RouteGroup, who
from frontdesk.model import CodeList, Role
from frontdesk.model.assignment import AssignmentMode, Availability, TeamAssignment, WhenAbsent
from frontdesk.ticketing.changes import check_code

TeamCode = Annotated[str, PathParameter(max_length=40, description="The code of a team.")]


class TeamAssignmentAnswer(ApiAnswer, frozen=True):
    """What a team wants: how its interactions get an owner, how many a person may have (0: any number), what becomes of
    one whose customer writes while the owner is away, and after how many hours of silence it goes back (0: never)."""

    team: str
    mode: AssignmentMode
    most_open: int
    when_absent: WhenAbsent
    returns_after_hours: int


class ColleagueAnswer(ApiAnswer, frozen=True):
    """Somebody who can own interactions; `open` counts theirs that are not set aside."""

    name: str
    teams: frozenset[str]
    availability: Availability
    absent_since: datetime | None
    deputy: str
    open: int


class AssignmentAnswer(ApiAnswer, frozen=True):
    """What teams want, and who is there."""

    teams: list[TeamAssignmentAnswer]
    people: list[ColleagueAnswer]


class AvailabilityAnswer(ApiAnswer, frozen=True):
    """How the caller is."""

    availability: Availability


class TeamAssignmentBody(Body, frozen=True, forbid_unknown_fields=True):
    """What a team wants; see the answer."""

    mode: AssignmentMode
    most_open: Annotated[int, Meta(ge=0, le=10_000)] = 0
    when_absent: WhenAbsent = WhenAbsent.KEPT
    returns_after_hours: Annotated[int, Meta(ge=0, le=8760)] = 0


class AvailabilityPatch(Body, frozen=True, forbid_unknown_fields=True):
    """What to set; nothing at all only says that the caller is there. `deputy` is the name of a colleague."""

    availability: Availability | UnsetType = UNSET
    deputy: Annotated[str, Meta(max_length=200, pattern=ONE_LINE)] | UnsetType = UNSET


class AssignmentRoutes(RouteGroup):
    """Assignment."""

    path = "/assignment"
    tags = ("Interactions",)

    @route("GET", "/", Role.AGENT, "What teams want, and who is there")
    async def read(self) -> AssignmentAnswer:
        """Teams that never said are left out: nothing is assigned in them."""
        stored = self.services.interactions.assignment
        teams = [show(each, TeamAssignmentAnswer) for each in await stored.teams()]
        return AssignmentAnswer(teams, [show(each, ColleagueAnswer) for each in await stored.people()])

    @route("PUT", "/teams/{team:str}", Role.SUPERVISOR, "Say what a team wants")
    async def put(self, request: Asked, team: TeamCode, data: JSONBody[TeamAssignmentBody]) -> TeamAssignmentAnswer:
        """In force from the next interaction on."""
        check_code("team", team, (await self.services.configuration.codes.all()).get(CodeList.TEAM, ()))
        wanted = TeamAssignment(team, data.mode, data.most_open, data.when_absent, data.returns_after_hours)
        await self.services.interactions.assignment.put(wanted, who(request))
        self.services.wake()
        return show(wanted, TeamAssignmentAnswer)

    @route(
        "PATCH",
        "/mine",
        Role.AGENT,
        "Say that the caller is there, and how far",
        "Who was not heard of for `work.away_minutes` is away and gets nothing.",
    )
    async def set_mine(self, request: Asked, data: JSONBody[AvailabilityPatch]) -> AvailabilityAnswer:
        """Available, busy or away, and who stands in."""
        stored, person = self.services.interactions.assignment, request.user.id
        if data.deputy is not UNSET:
            await stored.depute(person, data.deputy)
        kept = await stored.heard(person, data.availability or None)
        self.services.wake()
        return AvailabilityAnswer(kept)
