"""How interactions get their owners, who is there, canned answers and macros."""

from typing import Annotated

from litestar.params import JSONBody
from msgspec import UNSET, Meta, UnsetType, field

from frontdesk.edges.rest.answers import InteractionAnswer, show
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.edges.rest.bodies import ONE_LINE, Body
from frontdesk.edges.rest.codes import CodeKey
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, IdempotencyHeader, Reference, RouteGroup, who
from frontdesk.model import CodeList, Role
from frontdesk.model.console import Told
from frontdesk.model.desk import AssignmentMode, Availability, Colleague, Macro, TeamAssignment, Then, WhenAbsent
from frontdesk.services.macros import keep, remove, use
from frontdesk.ticketing.changes import check_code
from frontdesk.ticketing.submission import MOST_CHARACTERS, storable


@shows(Told)
class ToldAnswer(ApiAnswer, frozen=True):
    """What the caller is told of an interaction: `assigned`, `mentioned`, or that the customer `answered`."""


@shows(TeamAssignment)
class TeamAssignmentAnswer(ApiAnswer, frozen=True):
    """What a team wants: how its interactions get an owner, how many a person may have (0: any number), what becomes of
    one whose customer writes while the owner is away, and after how many hours of silence it goes back (0: never)."""


@shows(Colleague, without=("id", "assigned_at"))
class ColleagueAnswer(ApiAnswer, frozen=True):
    """Somebody who can own interactions; `open` counts theirs that are not set aside."""


class AssignmentAnswer(ApiAnswer, frozen=True):
    """What teams want, and who is there."""

    teams: list[TeamAssignmentAnswer]
    people: list[ColleagueAnswer]


class TeamAssignmentBody(Body, frozen=True, forbid_unknown_fields=True):
    """What a team wants; see the answer."""

    mode: AssignmentMode
    most_open: Annotated[int, Meta(ge=0, le=9999)] = 0
    when_absent: WhenAbsent = WhenAbsent.KEPT
    returns_after_hours: Annotated[int, Meta(ge=0, le=9999)] = 0


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
    async def put(self, request: Asked, team: CodeKey, data: JSONBody[TeamAssignmentBody]) -> TeamAssignmentAnswer:
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
        status_code=204,
    )
    async def set_mine(self, request: Asked, data: JSONBody[AvailabilityPatch]) -> None:
        """Available, busy or away, and who stands in."""
        stored, person = self.services.interactions.assignment, request.user.id
        if data.deputy is not UNSET:
            await stored.depute(person, data.deputy)
        await stored.heard(person, data.availability or None)
        self.services.wake()


class NotificationRoutes(RouteGroup):
    """Notifications."""

    path = "/notifications"
    tags = ("Interactions",)

    @route("GET", "/", Role.AGENT, "What the caller is told and has not looked at")
    async def list_all(self, request: Asked) -> list[ToldAnswer]:
        """The newest first; opening the interaction ends one."""
        return [show(each, ToldAnswer) for each in await self.services.interactions.personal.told(request.user)]

    @route("DELETE", "/", Role.AGENT, "Take all of it as read")
    async def heed(self, request: Asked) -> None:
        """Nothing is told any more."""
        await self.services.interactions.personal.heed(request.user)


class MacroAnswer(ApiAnswer, frozen=True):
    """A text for the composer and what it changes; without changes a canned answer. `own`: the caller's alone; else it
    is for interactions of `team`, or of all where that is empty. `goes_on`: its user stays, goes to the list, or on."""

    id: str
    own: bool
    team: str
    name: str
    text: str
    changes: dict[str, str]
    goes_on: Then


class MacroBody(Body, frozen=True, forbid_unknown_fields=True):
    """See the answer. `changes`: `status`, `priority`, `team`, `assignee` (`@me`: its user), `tag` (one more), `snooze`
    (`1h`, `4h`, `1d`, `3d`, `1w`, `answer`). `text` has the variables of reply templates."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE)]
    own: bool = True
    team: Annotated[str, Meta(max_length=40, pattern=ONE_LINE)] = ""
    text: Annotated[str, Meta(max_length=MOST_CHARACTERS)] = ""
    changes: dict[str, Annotated[str, Meta(max_length=100, pattern=ONE_LINE)]] = field(default_factory=dict)
    goes_on: Then = Then.STAY


class MacroRoutes(RouteGroup):
    """Canned answers and macros."""

    path = "/macros"
    tags = ("Interactions",)

    @route("GET", "/", Role.AGENT, "Canned answers and macros")
    async def list_all(self, request: Asked) -> list[MacroAnswer]:
        """The caller's and those of teams and all, by name."""
        return [show(each, MacroAnswer) for each in await self.services.configuration.macros.of(request.user.id)]

    @route("PUT", "/{macro_id:str}", Role.AGENT, "Keep a canned answer or macro", also=(409,))
    async def put(self, request: Asked, macro_id: CodeKey, data: JSONBody[MacroBody]) -> MacroAnswer:
        """One's own; for a team or all, supervisors alone."""
        owner, text = request.user.id if data.own else "", storable(data.text)
        macro = Macro(macro_id, owner, data.team, data.name, text, data.changes, data.goes_on)
        return show(await keep(self.services, macro, request.user), MacroAnswer)

    @route("DELETE", "/{macro_id:str}", Role.AGENT, "Forget a canned answer or macro", also=(409,))
    async def remove(self, request: Asked, macro_id: CodeKey) -> None:
        """One's own; of a team or all, supervisors alone."""
        await remove(self.services, macro_id, request.user)

    @route(
        "POST",
        "/{macro_id:str}/use/{reference:str}",
        Role.AGENT,
        "Use a macro in an interaction",
        "Changes are made; the text, filled in, is added to the caller's draft of a reply.",
        also=(409,),
        status_code=200,
    )
    async def use(
        self, request: Asked, macro_id: CodeKey, reference: Reference, idempotency_key: IdempotencyHeader = None
    ) -> InteractionAnswer:
        """The interaction as it is then."""
        macro = await self.services.configuration.macros.named(macro_id, request.user.id)
        found = await use(self.services, macro, reference, request.user)
        self.services.wake()
        return show(found, InteractionAnswer)
