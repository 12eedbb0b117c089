"""Interactions: lists, one, changing it, its timeline, answering."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Response
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType

from frontdesk.edges.rest.answers import (
    DoneAnswer,
    InteractionAnswer,
    Listed,
    OutboundAnswer,
    PersonalStateAnswer,
    ServiceCallAnswer,
    TimelineAnswer,
    ViewCountsAnswer,
    created,
    show,
    show_item,
    show_page,
    tagged,
)
from frontdesk.edges.rest.bodies import ONE_LINE, Body, CustomerNumber
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import (
    Asked,
    Cursor,
    IdempotencyHeader,
    IfMatch,
    IfNoneMatch,
    Limit,
    Reference,
    RouteGroup,
    expected_version,
    is_known,
    once_of,
    who,
    zoned,
)
from frontdesk.edges.rest.timing import DeadlineAnswer, ListRowAnswer
from frontdesk.interfaces import Invalid
from frontdesk.model import Change, InteractionFilter, Role, Sentiment, Status, Tier, WaitingOn
from frontdesk.model.console import ListSort
from frontdesk.model.queries import Confidence, DeskView
from frontdesk.services.changing_many import MOST, changing, do_to_all, undoing
from frontdesk.ticketing.changes import check_change
from frontdesk.ticketing.submission import MOST_CHARACTERS, storable

Codes = Annotated[
    list[str] | None, QueryParameter(max_items=50, description="Codes; give it several times for any of them.")
]
SEARCH = 'Words that all occur (their beginnings suffice), "words in a row", -not; among the newest 10,000 hits.'
CHANGED_SINCE = (
    "`0`, then `next` of the answer before: all that changed, oldest change first, each once or again, never hidden by "
    "what commits late. `next` is always there; an answer without items says that there is no more for now."
)
SORT = "With a minus: the newest, most urgent or surest first."
CodeWord = Annotated[str, Meta(max_length=40)]


class InteractionPatch(Body, frozen=True, forbid_unknown_fields=True):
    """The fields to set; others stay unchanged. `team` may be empty.

    `assignee` is the person who has taken it over; empty gives it back to the assistant.
    `waiting_on` says whose turn it is: `us`, `customer`, `third` (a third party's), or empty.
    Until `snoozed_until` it is set aside; a year of 9999 is until the customer writes, a time that has passed ends it.
    """

    status: Status | UnsetType = UNSET
    category: CodeWord | UnsetType = UNSET
    priority: CodeWord | UnsetType = UNSET
    team: CodeWord | UnsetType = UNSET
    assignee: Annotated[str, Meta(max_length=100, pattern=ONE_LINE)] | UnsetType = UNSET
    waiting_on: WaitingOn | UnsetType = UNSET
    snoozed_until: datetime | UnsetType = UNSET
    customer_id: CustomerNumber | UnsetType = UNSET
    title: Annotated[str, Meta(max_length=100, pattern=ONE_LINE)] | UnsetType = UNSET
    summary: Annotated[str, Meta(max_length=300)] | UnsetType = UNSET
    tags: Annotated[str, Meta(max_length=100, pattern=ONE_LINE)] | UnsetType = UNSET

    def change(self) -> Change:
        """As the change that ticketing knows."""
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        told = {name: value for name, value in given.items() if value is not UNSET}
        if "summary" in told:
            told["summary"] = storable(told["summary"])
        zoned(told.get("snoozed_until"), "snoozed_until")
        return Change(**told)


class ManyBody(Body, frozen=True, forbid_unknown_fields=True):
    """What to set of which interactions."""

    references: Annotated[list[CodeWord], Meta(min_length=1, max_length=MOST)]
    change: InteractionPatch


class UndoBody(Body, frozen=True, forbid_unknown_fields=True):
    """Which interactions; `at` is that of the answer to what is to be undone."""

    references: Annotated[list[CodeWord], Meta(min_length=1, max_length=MOST)]
    at: datetime


class PersonalStatePatch(Body, frozen=True, forbid_unknown_fields=True):
    """What to set; nothing at all only says that the caller is there. `unread` false: they have seen all messages.

    `reply` and `memo` are drafts, empty for none. Who keeps a new one is seen by others as writing.
    """

    unread: bool | UnsetType = UNSET
    reply: Annotated[str, Meta(max_length=MOST_CHARACTERS)] | UnsetType = UNSET
    memo: Annotated[str, Meta(max_length=MOST_CHARACTERS)] | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """Only what is set."""
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        told = {name: value for name, value in given.items() if value is not UNSET}
        return {name: storable(value) if isinstance(value, str) else value for name, value in told.items()}


class ReplyBody(Body, frozen=True, forbid_unknown_fields=True):
    """An answer to the customer (HA), or a memo for the team that is not sent (IM).

    `to` is the id of the message that is answered; without it the latest is. `seen` is the id of the latest message
    that the writer saw: where a newer one is there the answer is refused with 409; without `seen` it is sent anyway.
    """

    text: Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]
    type: Literal["HA", "IM"] = "HA"
    to: Annotated[str, Meta(max_length=26)] = ""
    seen: Annotated[str, Meta(max_length=26)] = ""


class InteractionRoutes(RouteGroup):
    """Interactions."""

    path = "/interactions"
    tags = ("Interactions",)

    @route("GET", "/", Role.AGENT, "List interactions")
    async def list_all(
        self,
        request: Asked,
        status: Annotated[list[Status] | None, QueryParameter(max_items=10)] = None,
        category: Codes = None,
        channel: Codes = None,
        priority: Codes = None,
        intent: Codes = None,
        sentiment: Annotated[list[Sentiment] | None, QueryParameter(max_items=5)] = None,
        team: Codes = None,
        customer_id: Annotated[str | None, QueryParameter(max_length=10)] = None,
        since: Annotated[datetime | None, QueryParameter(description="Changed at or after.")] = None,
        until: Annotated[datetime | None, QueryParameter(description="Changed before.")] = None,
        q: Annotated[str, QueryParameter(max_length=200, description=SEARCH)] = "",
        message_type: Codes = None,
        language: Codes = None,
        route: Codes = None,
        tier: Annotated[list[Tier] | None, QueryParameter(max_items=5)] = None,
        confidence: Annotated[list[Confidence] | None, QueryParameter(max_items=5)] = None,
        opened_since: Annotated[datetime | None, QueryParameter(description="Begun at or after.")] = None,
        opened_until: Annotated[datetime | None, QueryParameter(description="Begun before.")] = None,
        view: Annotated[
            DeskView | None, QueryParameter(description="What is to be done, as the caller has it.")
        ] = None,
        changed_since: Annotated[str, QueryParameter(max_length=400, description=CHANGED_SINCE)] = "",
        sort: Annotated[ListSort, QueryParameter(description=SORT)] = ListSort.UPDATED_FIRST,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Listed[ListRowAnswer]:
        """Interactions that match the filter, page by page. New rows neither repeat nor hide others."""
        if changed_since:
            if besides := request.query_params.keys() - {"changed_since", "limit"}:
                raise Invalid(f"with changed_since only limit can be given, not {', '.join(besides)}", "changed_since")
            return show_page(await self.services.interactions.lists.following(changed_since, limit), ListRowAnswer)
        many: dict[str, Any] = {"status": status, "category": category, "channel": channel, "priority": priority}
        many |= {"intent": intent, "sentiment": sentiment, "team": team, "message_type": message_type}
        many |= {"language": language, "route": route, "tier": tier, "confidence": confidence}
        wanted = InteractionFilter(
            **{name: tuple(values or ()) for name, values in many.items()},
            customer_id=customer_id,
            since=zoned(since, "since"),
            until=zoned(until, "until"),
            text=storable(q),
            opened_since=zoned(opened_since, "opened_since"),
            opened_until=zoned(opened_until, "opened_until"),
            view=view,
            # Whoever follows the changes must see that one was merged, too.
            merged=True,
        )
        return show_page(await self.services.interactions.lists.page(wanted, sort, limit, cursor), ListRowAnswer)

    @route("GET", "/counts", Role.AGENT, "How many interactions each view holds")
    async def counts(self) -> ViewCountsAnswer:
        """Exact up to 999; at most two seconds old."""
        return show(await self.services.interactions.lists.view_counts(), ViewCountsAnswer)

    @route(
        "POST",
        "/changes",
        Role.AGENT,
        "Change many interactions",
        "What one refuses does not stop the others. No ETag is asked for.",
        status_code=200,
    )
    async def change_many(
        self, request: Asked, data: JSONBody[ManyBody], idempotency_key: IdempotencyHeader = None
    ) -> DoneAnswer:
        """Set the same fields of all."""
        change = data.change.change()
        doing = await changing(self.services, lambda _: change, who(request))
        return show(await do_to_all(self.services, data.references, doing), DoneAnswer)

    @route("POST", "/changes/undo", Role.AGENT, "Undo what the caller has just changed", status_code=200)
    async def undo_many(
        self, request: Asked, data: JSONBody[UndoBody], idempotency_key: IdempotencyHeader = None
    ) -> DoneAnswer:
        """Take the last change of each back, unless it was changed again."""
        zoned(data.at, "at")
        return show(
            await do_to_all(self.services, data.references, undoing(self.services, data.at, who(request))), DoneAnswer
        )

    @route(
        "GET",
        "/{reference:str}",
        Role.SERVICE,
        "One interaction",
        etag=True,
        responses={304: ResponseSpec(None, description="It is still as known.")},
    )
    async def read(self, reference: Reference, if_none_match: IfNoneMatch = None) -> Response[InteractionAnswer]:
        """The interaction with its ETag; 304 without body where If-None-Match knows it."""
        found = await self.services.interactions.records.get(reference)
        if is_known(if_none_match, found.version):
            return Response(None, status_code=304, headers={"ETag": f'"{found.version}"'})  # type: ignore[arg-type]  # no body
        return tagged(show(found, InteractionAnswer), found.version)

    @route(
        "PATCH",
        "/{reference:str}",
        Role.AGENT,
        "Change an interaction",
        "Needs its ETag in If-Match. The status moves along its flow only; codes must be in use.",
        also=(409,),
        etag=True,
    )
    async def change(
        self, request: Asked, reference: Reference, data: JSONBody[InteractionPatch], if_match: IfMatch = None
    ) -> Response[InteractionAnswer]:
        """Set fields of it."""
        before = await self.services.interactions.records.get(reference)
        expected_version(if_match, before.version)
        change = check_change(before, data.change(), await self.services.configuration.codes.all())
        after = await self.services.interactions.records.change(before, change, who(request))
        return tagged(show(after, InteractionAnswer), after.version)

    @route(
        "POST",
        "/{reference:str}/claim",
        Role.AGENT,
        "Become the owner of an interaction that has none",
        "Of several at once one wins; the others are told who has it. PATCH of `assignee` gives it away or back.",
        also=(409,),
        etag=True,
        status_code=200,
    )
    async def claim(
        self,
        request: Asked,
        reference: Reference,
        idempotency_key: IdempotencyHeader = None,  # any POST takes one; doing it twice changes nothing
    ) -> Response[InteractionAnswer]:
        """Take it."""
        found = await self.services.interactions.records.get(reference)
        after = await self.services.interactions.records.claim(found, who(request))
        return tagged(show(after, InteractionAnswer), after.version)

    @route("GET", "/{reference:str}/mine", Role.AGENT, "What the caller has of an interaction")
    async def mine(self, request: Asked, reference: Reference) -> PersonalStateAnswer:
        """Whether it is unread, their drafts, and who else is there."""
        found = await self.services.interactions.records.get(reference)
        return show(await self.services.interactions.personal.of(found.id, request.user), PersonalStateAnswer)

    @route(
        "PATCH",
        "/{reference:str}/mine",
        Role.AGENT,
        "Change what the caller has of an interaction",
        "Others see the caller there for 40 seconds. A draft is kept until it is sent.",
    )
    async def set_mine(
        self, request: Asked, reference: Reference, data: JSONBody[PersonalStatePatch]
    ) -> PersonalStateAnswer:
        """Mark it read or unread, keep drafts, say that the caller is there."""
        found = await self.services.interactions.records.get(reference)
        state = await self.services.interactions.personal.change(found.id, request.user, **data.given())
        return show(state, PersonalStateAnswer)

    @route("GET", "/{reference:str}/timeline", Role.SERVICE, "All that happened to an interaction")
    async def timeline(self, reference: Reference, limit: Limit = 100, cursor: Cursor = "") -> Listed[TimelineAnswer]:
        """Messages both ways, analyses, decisions, effects, corrections and the journal, in time order."""
        interaction = await self.services.interactions.records.get(reference)
        page = await self.services.interactions.records.timeline(interaction.id, limit, cursor)
        return Listed([show_item(item) for item in page.rows], page.next_cursor)

    @route(
        "POST",
        "/{reference:str}/replies",
        Role.AGENT,
        "Answer the customer, or leave a memo",
        "Stored durably with the work that sends it by the channel of the message that is answered.",
    )
    async def reply(
        self, request: Asked, reference: Reference, data: JSONBody[ReplyBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[OutboundAnswer]:
        """Store a reply or memo."""
        text = storable(data.text)
        if not text.strip():
            raise Invalid("text is empty: write what the customer shall read", "text")
        interaction = await self.services.interactions.records.get(reference)
        once = await once_of(request, idempotency_key)
        kept = await self.services.messages.replies.add(
            interaction, text, data.type, who(request), once, data.to, request.user.id, data.seen
        )
        self.services.wake()
        return created(kept, show(kept.value, OutboundAnswer), f"/api/v1/interactions/{reference}/timeline")

    @route("GET", "/{reference:str}/deadlines", Role.AGENT, "What is due in an interaction, and what was")
    async def deadlines(self, reference: Reference) -> list[DeadlineAnswer]:
        """Targets of its service level and timers of rules, the next to be due first."""
        interaction = await self.services.interactions.records.get(reference)
        return [
            show(each, DeadlineAnswer) for each in await self.services.configuration.timing.deadlines(interaction.id)
        ]

    @route("GET", "/{reference:str}/service-calls", Role.AGENT, "Service calls of an interaction")
    async def service_calls(self, reference: Reference) -> list[ServiceCallAnswer]:
        """Those of the built-in service desk, oldest first."""
        interaction = await self.services.interactions.records.get(reference)
        return [show(call, ServiceCallAnswer) for call in await self.services.work.calls.calls_of(interaction.id)]
