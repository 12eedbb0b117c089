"""The routes of the chat widget: send a message, listen, report what was seen. They accept no cookies."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Response, Router, get, post
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.response import Stream
from msgspec import Meta

from frontdesk.interfaces import Invalid, TooMany
from frontdesk.model import Accepted, DeliveryState, Identity, NewMessage, Role, Sender
from frontdesk.model.channels import CHAT
from frontdesk.model.chat import Conversation
from frontdesk.storage.channels.chats import StoredChats
from frontdesk.ticketing.submission import MOST_CHARACTERS, check
from frontdesk.ui.chat.origins import Origins
from frontdesk.ui.chat.signed_users import SignedUsers
from frontdesk.ui.chat.stream import Streams
from frontdesk.ui.chat.stream import events as conversation_events
from frontdesk.ui.chat.tokens import ChatTokens
from frontdesk.ui.events import BUSY_SECONDS, NOT_KEPT
from frontdesk.ui.services import ROLE, Needs, PageRequest
from frontdesk.ui.submit import normal_reference

CROSS_SITE = {ROLE: Role.ANYONE, "cross_site": True}
NOT_HERE = "this web site may not use the chat: whoever runs the service adds it to the setting chat.origins"
OVER = "this conversation is over or not known: begin a new one"
T = TypeVar("T")
Id = Annotated[str, Meta(max_length=26)]


@dataclass(frozen=True, slots=True)
class ChatServices:
    """The services of the chat besides those of all pages."""

    chats: StoredChats
    tokens: ChatTokens
    origins: Origins
    streams: Streams
    identities: SignedUsers


class ChatMessageBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message; `id` is the widget's own random word for it, so that sending it again changes nothing.

    `user` is who is signed in at the shop, and `identity` the shop's signature of that.
    """

    id: Annotated[str, Meta(min_length=16, max_length=100)]
    text: Annotated[str, Meta(max_length=MOST_CHARACTERS)]
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    customer_no: Annotated[str, Meta(max_length=40)] = ""
    user: Annotated[str, Meta(max_length=200)] = ""
    identity: Annotated[str, Meta(max_length=64)] = ""


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answers reached the customer."""

    messages: Annotated[list[Id], Meta(min_length=1, max_length=200)]
    read: bool = False


class Helped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether an answer helped."""

    message: Id
    helped: bool


def router(chat: ChatServices) -> Router:
    """The routes below /chat."""

    async def refuse_other_sites(request: PageRequest) -> None:
        if not chat.origins.admits(dict(request.scope["headers"])):
            raise PermissionDeniedException(detail=NOT_HERE)

    @post("/messages", status_code=202, opt=CROSS_SITE, include_in_schema=False)
    async def say(request: PageRequest, services: Needs) -> Response[dict[str, Any]]:
        """Store a message durably: the first one opens a conversation, the token of the answer leads on in it."""
        said = _body(await request.body(), ChatMessageBody)
        services.submissions.admit(request.auth.place)
        user = chat.identities.proven(said.user, said.identity)
        going_on = await _conversation_of(request, chat, user) if "authorization" in request.headers else None
        message = check(_message(said, user, going_on), {CHAT: True})
        accepted = await services.messages.inbox.accept(message)
        if not accepted.duplicate:
            services.live.touched(accepted.interaction_id)
            services.wake()
        return _receipt(chat, accepted, going_on)

    @get("/events", opt=CROSS_SITE, include_in_schema=False)
    async def listen(request: PageRequest, services: Needs) -> Stream:
        """The conversation from behind Last-Event-ID, and on."""
        conversation = await _conversation(request, chat)
        if services.live.is_full_for_strangers or chat.streams.is_full(request.auth.place):
            raise TooMany(BUSY_SECONDS)
        last = request.headers.get("last-event-id", "")
        stream = conversation_events(services.live, chat.chats, conversation, last)
        counted = chat.streams.admitted(request.auth.place, stream)
        return Stream(counted, media_type="text/event-stream", headers=NOT_KEPT)

    @post("/seen", status_code=200, opt=CROSS_SITE, include_in_schema=False)
    async def seen(request: PageRequest, services: Needs) -> dict[str, int]:
        """Note which answers were delivered or read."""
        told = _body(await request.body(), Seen)
        state = DeliveryState.READ if told.read else DeliveryState.DELIVERED
        noted = await chat.chats.seen(_reference(request, chat), told.messages, state)
        services.live.wake()
        return {"noted": noted}

    @post("/helped", status_code=200, opt=CROSS_SITE, include_in_schema=False)
    async def helped(request: PageRequest, services: Needs) -> dict[str, int]:
        """Note whether an answer helped; who says no waits for a person."""
        told = _body(await request.body(), Helped)
        noted = await chat.chats.helped(_reference(request, chat), told.message, told.helped)
        services.live.wake()
        return {"noted": noted}

    return Router("/chat", route_handlers=[say, listen, seen, helped], before_request=refuse_other_sites)


def _receipt(chat: ChatServices, accepted: Accepted, going_on: Conversation | None) -> Response[dict[str, Any]]:
    """Of a chat that was merged the token stays its own: it opens nothing that others wrote."""
    reference = going_on.reference if going_on else accepted.reference
    answer = {
        "token": chat.tokens.token(reference),
        "reference": reference,
        "message": accepted.message_id,
        "duplicate": accepted.duplicate,
    }
    return Response(answer, status_code=200 if accepted.duplicate else 202)


def _body(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(str(error), _field(str(error))) from None
    except (msgspec.DecodeError, RecursionError):
        raise Invalid("the body is not JSON") from None


def _field(message: str) -> str:
    """The part at fault, out of msgspec's own words: `… - at `$.text``."""
    return message.rpartition("`$.")[2].rstrip("`") if "`$." in message else ""


def _reference(request: PageRequest, chat: ChatServices) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    reference = chat.tokens.reference(token.strip()) if scheme.lower() == "bearer" else ""
    if not normal_reference(reference):
        raise NotAuthorizedException(detail=OVER)
    return reference


async def _conversation(request: PageRequest, chat: ChatServices) -> Conversation:
    conversation = await chat.chats.conversation(_reference(request, chat))
    if conversation is None:
        raise NotAuthorizedException(detail=OVER)
    return conversation


async def _conversation_of(request: PageRequest, chat: ChatServices, user: str) -> Conversation:
    """The one that the token opens; somebody else at the same browser begins one of their own."""
    conversation = await _conversation(request, chat)
    if conversation.user != user:
        raise NotAuthorizedException(detail=OVER)
    return conversation


def _message(said: ChatMessageBody, user: str, going_on: Conversation | None) -> NewMessage:
    """The message, with an id made from all its content: nobody can guess one and reach another conversation.

    Of a user that the shop signed for nothing counts that only the page says.
    """
    joined = going_on.reference if going_on else ""
    parts = (said.id, joined, said.text, said.name, said.email, said.customer_no, user)
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    sender = Sender(said.name, said.email.strip(), customer_no=said.customer_no)
    if user:
        sender = Sender(said.name, user, identity=Identity.SIGNED)
    joins = going_on.interaction_id if going_on else None
    return NewMessage(said.text, CHAT, sender, f"chat:{digest}", joins, unless_repeated=joins is not None)
