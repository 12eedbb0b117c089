"""Routes of channels: the list, the ledger, raw events, attachments, and events handed in by hand."""

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.params import PathParameter, QueryParameter

from frontdesk.edges.rest.answers import replay, show
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, IdempotencyHeader, Limit, MessageId, RouteGroup, once_of, who
from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.channels import Attachment, ChannelInfo, EventState, LedgerLine, RawEvent, StoredEvent

MOST_DAYS = 92
HAND_IN = ("phone", "in_person", "reviews")
Id = Annotated[str, PathParameter(max_length=26)]
Name = Annotated[str, PathParameter(max_length=40, pattern=r"^[a-z_]+$")]
Day = Annotated[str, QueryParameter(max_length=10, description="YYYY-MM-DD, UTC.")]


@shows(ChannelInfo)
class ChannelAnswer(ApiAnswer, frozen=True):
    """A channel; `length` and `window_hours` 0 set no limit."""


@shows(LedgerLine)
class LedgerAnswer(ApiAnswer, frozen=True):
    """A channel's day: seen = stored = analysed = decided = answered + closed + waiting, else it `differs`."""

    differs: bool


@shows(StoredEvent)
class EventAnswer(ApiAnswer, frozen=True):
    """A raw event and what was found in it."""


@shows(Attachment, without=("content",))
class AttachmentAnswer(ApiAnswer, frozen=True):
    """Something that came with a message; `reason` says why it is not kept."""


class Taken(ApiAnswer, frozen=True):
    """Whether an event was stored now or had been before."""

    duplicate: bool


class ChannelRoutes(RouteGroup):
    """Channels."""

    path = "/channels"
    tags = ("Channels",)

    @route("GET", "/", Role.AGENT, "All channels")
    async def list_all(self) -> list[ChannelAnswer]:
        """Which there are, and which are set up."""
        return [show(each, ChannelAnswer) for each in self.services.channels.infos]

    @route(
        "GET",
        "/ledger",
        Role.SUPERVISOR,
        "The completeness ledger",
        "One line per channel and day. Messages of the last two minutes are not counted yet.",
    )
    async def ledger(self, since: Day = "", until: Day = "") -> list[LedgerAnswer]:
        """The last seven days, or those asked for."""
        last = _day(until, "until") or self.services.clock().date()
        first = _day(since, "since") or last - timedelta(days=6)
        if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS):
            raise Invalid(f"since must be up to {MOST_DAYS} days before until", "since")
        return [show(line, LedgerAnswer) for line in await self.services.channels.admin.ledger(first, last)]

    @route("GET", "/events", Role.SUPERVISOR, "Raw events", "Newest first; `before` is the id of the last one seen.")
    async def events(
        self,
        wanted: Annotated[EventState | None, QueryParameter(name="state")] = None,
        channel: Annotated[str, QueryParameter(max_length=40)] = "",
        limit: Limit = 50,
        before: Annotated[str, QueryParameter(max_length=26)] = "",
    ) -> list[EventAnswer]:
        """What vendors handed in, and what was found in it."""
        found = await self.services.channels.admin.events(wanted, channel, limit, before)
        return [show(each, EventAnswer) for each in found]

    @route(
        "POST",
        "/events/{event_id:str}/replay",
        Role.SUPERVISOR,
        "Read an event again",
        "What was found in it before stays as it is.",
        status_code=202,
    )
    async def replay(self, event_id: Id, idempotency_key: IdempotencyHeader = None) -> None:
        """Make its work due again; asking twice changes nothing, with or without a key."""
        await self.services.channels.admin.replay([event_id])
        self.services.wake()

    @route(
        "POST",
        "/{name:str}/events",
        Role.AGENT,
        "Hand in an event of phone, in_person or reviews",
        "The body is the event as the channel's page in the manual says: one JSON object with an `id`.",
        also=(413,),
        status_code=202,
    )
    async def hand_in(self, request: Asked, name: Name, idempotency_key: IdempotencyHeader = None) -> Taken:
        """Store it durably; it is read afterwards. Its id makes a repetition have no effect, with or without a key."""
        if name not in HAND_IN:
            raise Invalid(f"events are handed in for {', '.join(HAND_IN)}; messages of others by /messages", "name")
        body = await request.body()
        number = _id_of(body)
        stored = await self.services.channels.admin.take(
            RawEvent(name, f"handed in {number}", body, "application/json")
        )
        if stored:
            self.services.wake()
        return Taken(not stored)


class AttachmentRoutes(RouteGroup):
    """Attachments, and numbers that were heard."""

    path = "/"
    tags = ("Messages",)

    @route("GET", "/messages/{message_id:str}/attachments", Role.AGENT, "What came with a message")
    async def of_message(self, message_id: MessageId) -> list[AttachmentAnswer]:
        """Without contents."""
        found = await self.services.channels.admin.attachments(message_id)
        return [show(each, AttachmentAnswer) for each in found]

    @route(
        "GET",
        "/attachments/{attachment_id:str}",
        Role.AGENT,
        "The content of an attachment",
        "To be saved, never to be shown in place: it comes from a stranger.",
        also=(422,),
        media_type="application/octet-stream",
    )
    async def content(self, attachment_id: Id) -> Response[bytes]:
        """The bytes as they came."""
        found = await self.services.channels.admin.attachment(attachment_id)
        return Response(
            found.content,
            media_type=found.media_type,
            headers={
                "Content-Disposition": _disposition(found.name or found.id),
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'",
            },
        )

    @route(
        "POST",
        "/messages/{message_id:str}/confirm-numbers",
        Role.AGENT,
        "Confirm the numbers of a recording",
        "Somebody has listened: what was heard is right. The customer is looked for by them only now.",
        status_code=204,
    )
    async def confirm_numbers(
        self, request: Asked, message_id: MessageId, idempotency_key: IdempotencyHeader = None
    ) -> Response[None]:
        """Note that a person vouches for them."""
        once = await once_of(request, idempotency_key)
        kept = await self.services.channels.admin.confirm_numbers(message_id, who(request), once)
        return Response(None, status_code=204, headers=replay(kept))


def _disposition(name: str) -> str:
    """As RFC 6266 has it: a plain name for old programs, the whole one for others."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{field} must be a day like 2026-01-31", field) from None


def _id_of(body: bytes) -> str:
    """The id of an event that is handed in. Raises Invalid."""
    try:
        whole = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid("the body is not JSON") from None
    number = whole.get("id") if isinstance(whole, dict) else None
    if not isinstance(number, str) or not 0 < len(number) <= 150 or "\x00" in number:
        raise Invalid("the event needs an id of up to 150 characters", "id")
    return number
