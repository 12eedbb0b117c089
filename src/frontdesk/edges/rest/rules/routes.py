"""Routes of rule sets: draft, check, backtest, publish, roll back; and explanations of decisions."""

import json
from datetime import datetime
from typing import Annotated, Any

from litestar import Response
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, field

from frontdesk.edges.rest.answers import created, replay, show
from frontdesk.edges.rest.bodies import ONE_LINE, Body, ShortCode
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.rules.answers import (
    BacktestAnswer,
    ExplanationAnswer,
    FindingAnswer,
    LimitAnswer,
    PublicationAnswer,
    RuleSetAnswer,
    RuleSetContentAnswer,
    WhatIfAnswer,
    show_content,
    show_explanation,
    show_findings,
    show_report,
    show_verdict,
)
from frontdesk.edges.rest.services import (
    Asked,
    IdempotencyHeader,
    IfMatch,
    MessageId,
    RouteGroup,
    expected_version,
    once_of,
    who,
    zoned,
)
from frontdesk.interfaces import Invalid
from frontdesk.interfaces.rules import NewRuleSet, PastDecisionsQuery
from frontdesk.model import Role
from frontdesk.orchestrator.rules import read_model
from frontdesk.orchestrator.spreadsheet import to_csv

NOTE_LENGTH = 2000
MOST_CSV = 1_000_000
MOST_CHANGES = 100
Version = Annotated[int, PathParameter(ge=1, le=2**31 - 1, description="The number of a version.")]
Note = Annotated[str, Meta(max_length=NOTE_LENGTH, pattern=r"^[^\u0000]*$(?!\n)")]
Known = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class RuleSetBody(Body, frozen=True, forbid_unknown_fields=True):
    """A draft: the decision model that GoRules' editor writes, or a table as CSV.

    Of a CSV the model around the table comes from version `base`, the published one without it.
    """

    name: ShortCode = "default"
    note: Note = ""
    content: dict[str, Any] | None = None
    csv: Annotated[str, Meta(max_length=MOST_CSV)] | None = None
    base: Known | None = None


class PublishBody(Body, frozen=True, forbid_unknown_fields=True):
    """What to note with a publication."""

    note: Note = ""


MOST_LINES = 500


class BacktestBody(Body, frozen=True, forbid_unknown_fields=True):
    """Which messages: the newest `last`, those received in [since, until), or `lines` with `facts` or a `text` each.

    `show` limits the messages named.
    """

    last: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    since: datetime | None = None
    until: datetime | None = None
    lines: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=MOST_LINES)] | None = None
    show: Annotated[int, Meta(ge=0, le=100_000)] = 100


class WhatIfBody(Body, frozen=True, forbid_unknown_fields=True):
    """Facts to change, by name (has.order_no names a part), and the version to ask, its own without one."""

    message: Annotated[str, Meta(min_length=1, max_length=26, pattern=ONE_LINE)]
    changes: Annotated[dict[str, Any], Meta(max_length=MOST_CHANGES)] = field(default_factory=dict)
    version: Known | None = None


class RuleSetRoutes(RouteGroup):
    """Rule sets."""

    path = "/rule-sets"
    tags = ("Rules",)

    @route("GET", "/", Role.SUPERVISOR, "List rule sets")
    async def list_all(self) -> list[RuleSetAnswer]:
        """All versions, newest first."""
        return [show(each, RuleSetAnswer) for each in await self.services.configuration.rules.versions()]

    @route(
        "POST",
        "/",
        Role.SUPERVISOR,
        "Draft a rule set",
        "Every cell is checked; what is wrong is named with row and column.",
        also=(404,),
    )
    async def draft(
        self, request: Asked, data: JSONBody[RuleSetBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[RuleSetAnswer]:
        """Store a draft under the next version."""
        new = await self._new(data)
        kept = await self.services.configuration.rules.draft(new, who(request), await once_of(request, idempotency_key))
        place = f"/api/v1/rule-sets/{kept.value.version}"
        return created(kept, show(kept.value, RuleSetAnswer), place, kept.value.revision)

    @route(
        "POST",
        "/check",
        Role.SUPERVISOR,
        "Check a rule set",
        "Cells, dead rows, overlaps, gaps and circles; nothing is stored.",
        also=(404,),
        status_code=200,
    )
    async def check(
        self,
        data: JSONBody[RuleSetBody],
        idempotency_key: IdempotencyHeader = None,  # any POST takes one; this changes nothing
    ) -> list[FindingAnswer]:
        """All findings, the worst first."""
        return show_findings(await self.services.configuration.rules.check((await self._new(data)).content))

    @route("GET", "/publications", Role.SUPERVISOR, "What came into force")
    async def publications(self) -> list[PublicationAnswer]:
        """Newest first."""
        return [show(each, PublicationAnswer) for each in await self.services.configuration.rules.publications()]

    @route("POST", "/what-if", Role.AGENT, "Decide a message with other facts", also=(404,), status_code=200)
    async def what_if(
        self,
        data: JSONBody[WhatIfBody],
        idempotency_key: IdempotencyHeader = None,  # any POST takes one; this changes nothing
    ) -> WhatIfAnswer:
        """Nothing is done about it."""
        found = await self.services.configuration.rules.what_if(data.message, data.changes, data.version)
        return WhatIfAnswer(show_verdict(found.before), show_explanation(found.after), dict(found.changes))

    @route("GET", "/limits", Role.SUPERVISOR, "What each limit would have done to the last 1,000 messages")
    async def limits(self) -> list[LimitAnswer]:
        """By the rules in force; a reading is wrong where a person corrected it."""
        wrong = await self.services.insights.accuracy.corrected_messages()
        return [show(each, LimitAnswer) for each in await self.services.configuration.rules.limits(wrong)]

    @route("GET", "/explanations/{message_id:str}", Role.AGENT, "Why a message was decided so")
    async def explain(self, message_id: MessageId) -> ExplanationAnswer:
        """The row that decided, and of every other row why not."""
        return show_explanation(await self.services.configuration.rules.explain(message_id))

    @route("GET", "/{version:int}", Role.SUPERVISOR, "One rule set")
    async def read(self, version: Version) -> Response[RuleSetContentAnswer]:
        """With its decision model, as GoRules' editor reads it."""
        return show_content(await self.services.configuration.rules.version(version))

    @route(
        "PUT",
        "/{version:int}",
        Role.SUPERVISOR,
        "Change a draft",
        "What was published once is never changed.",
        also=(409,),
    )
    async def change(
        self, version: Version, data: JSONBody[RuleSetBody], if_match: IfMatch = None
    ) -> Response[RuleSetContentAnswer]:
        """Replace its content."""
        revision = expected_version(if_match)
        return show_content(await self.services.configuration.rules.change(version, await self._new(data), revision))

    @route("DELETE", "/{version:int}", Role.SUPERVISOR, "Throw a draft away", also=(409,))
    async def remove(self, request: Asked, version: Version) -> None:
        """What was published once stays."""
        await self.services.configuration.rules.remove(version, who(request))

    @route("GET", "/{version:int}/findings", Role.SUPERVISOR, "Check a stored rule set")
    async def findings(self, version: Version) -> list[FindingAnswer]:
        """All findings, the worst first."""
        stored = await self.services.configuration.rules.version(version)
        return show_findings(await self.services.configuration.rules.check(stored.content))

    @route("GET", "/{version:int}/table", Role.SUPERVISOR, "The table as CSV", media_type="text/csv")
    async def table(self, version: Version) -> Response[str]:
        """For a spreadsheet; cells that it would run as formulas are guarded."""
        stored = await self.services.configuration.rules.version(version)
        named = {"Content-Disposition": f'attachment; filename="rules-{version}.csv"'}
        return Response(to_csv(read_model(stored.content)), media_type="text/csv", headers=named)

    @route(
        "POST",
        "/{version:int}/publish",
        Role.ADMIN,
        "Publish a rule set, or roll back to it",
        "In force in every process within two seconds. An old version comes back the same way.",
        also=(412,),
        status_code=200,
    )
    async def publish(
        self, request: Asked, version: Version, data: JSONBody[PublishBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[RuleSetAnswer]:
        """Refused while its check finds an error."""
        once = await once_of(request, idempotency_key)
        kept = await self.services.configuration.rules.publish(version, who(request), data.note, once)
        return Response(show(kept.value, RuleSetAnswer), headers=replay(kept))

    @route(
        "POST",
        "/{version:int}/backtest",
        Role.SUPERVISOR,
        "Try a rule set on past messages",
        "Decides them again from the facts stored with each decision; nothing is done about it.",
        status_code=200,
    )
    async def backtest(
        self,
        version: Version,
        data: JSONBody[BacktestBody],
        idempotency_key: IdempotencyHeader = None,  # any POST takes one; this changes nothing
    ) -> BacktestAnswer:
        """What would be decided otherwise, with the messages behind every number."""
        wanted = PastDecisionsQuery(data.last, zoned(data.since, "since"), zoned(data.until, "until"))
        rules = await self.services.configuration.rules.rules(version)
        if data.lines is None:
            return show_report(await self.services.configuration.rules.backtest(rules, wanted), data.show)
        if wanted != PastDecisionsQuery():
            raise Invalid("send either lines, or which stored messages are meant", "lines")
        return show_report(await self.services.configuration.rules.backtest_lines(rules, data.lines), data.show)

    async def _new(self, data: RuleSetBody) -> NewRuleSet:
        if (data.content is None) == (data.csv is None):
            raise Invalid("send either content, the decision model, or csv, its table", "content")
        if data.csv is not None:
            content = await self.services.configuration.rules.model_of_csv(data.csv, data.base)
        else:
            content = json.dumps(data.content)
        return NewRuleSet(data.name, content, data.note)
