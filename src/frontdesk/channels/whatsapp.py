"""WhatsApp Business, Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api).

Contacts are known by their business-scoped user id where Meta tells it, else by their number. An answer carries its
key as `biz_opaque_callback_data`, which every notice of it repeats: so also an answer whose sending broke off is found.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.channels import meta, parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed, needed_secret
from frontdesk.channels.media import download
from frontdesk.interfaces.channels import Channel, Fetched, Fetching, Genuine, Handshake, WebhookRequest
from frontdesk.model import DeliveryState, Receipt, Sender
from frontdesk.model import channels as model

TITLE = "WhatsApp"
# Where media lie whose addresses the Graph API tells.
HOSTS = ("lookaside.fbsbx.com",)
OUTSIDE_WINDOW = frozenset({(131047, 0)})
STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}
MEDIA = ("image", "audio", "video", "document", "sticker")
NOT_FROM_CUSTOMERS = ("system", "request_welcome", "reaction")


class WhatsAppSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of WhatsApp."""

    phone_id: Annotated[str, needed("Phone number ID of the business number (WhatsApp > API Setup).")] = ""
    access_token: Annotated[str, needed_secret("Permanent token of a system user (whatsapp_business_messaging).")] = ""
    app_secret: Annotated[str, needed_secret("App secret (App settings > Basic); signs every event.")] = ""
    verify_token: Annotated[str, needed_secret("A word of your choice, typed in again at the webhook's set-up.")] = ""
    api_url: Annotated[str, about("Address of the Graph API, with its version.")] = meta.GRAPH
    window_hours: Annotated[float, about("How long after a customer's message free answers are taken.")] = 24.0
    mark_read: Annotated[bool, about("Show the customer two blue ticks when an answer goes out.")] = False


class WhatsApp(Channel, Fetching):
    """A WhatsApp Business number."""

    def __init__(self, settings: WhatsAppSettings, tools: ChannelTools) -> None:
        """Speak for one business number."""
        self._settings, self._tools = settings, tools
        self._http = tools.reach(settings.api_url)
        self.limits = model.ChannelLimits(length=4096, window=timedelta(hours=settings.window_hours))

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        return meta.verify(request, self._settings.app_secret, self._settings.verify_token)

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        whole = parts.document(event.body)
        if whole.get("object") != "whatsapp_business_account":
            return [model.Unread("object is not whatsapp_business_account")]
        changes = [change for entry in parts.objects(whole, "entry") for change in parts.items(entry, "changes")]
        return parts.each(changes, self._change)

    def _change(self, change: Any) -> list[model.Found]:
        field, value = parts.text(change, "field"), parts.mapping(change, "value")
        if field != "messages":
            return [model.Ignored(f"a change of {field[:40] or 'nothing'}")]
        ours = parts.text(value, "metadata", "phone_number_id")
        if ours and ours != self._settings.phone_id:
            return [model.Ignored("for another number of the account")]
        contacts = parts.objects(value, "contacts")
        messages = parts.each(parts.items(value, "messages"), lambda each: _message(each, contacts))
        errors: list[model.Found] = [
            model.Unread(parts.text(each, "title") or "an error") for each in parts.objects(value, "errors")
        ]
        return [*messages, *parts.each(parts.items(value, "statuses"), _status), *errors]

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        """Raises DeliveryFailed, OutsideWindow, NoAnswer."""
        body: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            _to(delivery.recipient): delivery.recipient,
            "type": "text",
            "text": {"body": delivery.text, "preview_url": False},
            "biz_opaque_callback_data": delivery.key,
        }
        if delivery.answers and delivery.part == 1:
            body["context"] = {"message_id": delivery.answers}
        if self._settings.mark_read and delivery.answers and delivery.part == 1:
            await self._post({"messaging_product": "whatsapp", "status": "read", "message_id": delivery.answers})
        answer = await self._post(body)
        return Receipt(parts.text(answer, "messages", 0, "id"))

    async def _post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self._http.send(
            "POST", f"/{self._settings.phone_id}/messages", json=body, headers=self._headers()
        )
        return meta.answer_of(TITLE, answer, OUTSIDE_WINDOW)

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        """The id leads to an address that is good for five minutes."""
        told = await self._http.send("GET", f"/{quote(remote['id'], safe='')}", headers=self._headers())
        about_it = meta.answer_of(TITLE, told, frozenset())
        url = parts.text(about_it, "url")
        got = await download(self._tools, TITLE, url, self._settings.api_url, most_bytes, self._headers(), HOSTS)
        return Fetched(got.content, parts.text(about_it, "mime_type") or got.media_type)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._settings.access_token}"}


def _message(each: Any, contacts: Sequence[Mapping[str, Any]]) -> model.Found:
    """One message of a batch. A message without text gets its kind as text, so that no customer is overlooked."""
    provider_id, kind = parts.needed(each, "id"), parts.text(each, "type")
    if kind in NOT_FROM_CUSTOMERS:
        return model.Ignored(f"a {kind} message")
    sender = _sender(each, contacts)
    if kind == "edit":
        changed = parts.text(each, "edit", "message", "text", "body") or parts.text(each, "edit", "text", "body")
        return model.Edit(parts.needed(each, "edit", "original_message_id"), changed, provider_id)
    if kind == "revoke":
        return model.Edit(parts.needed(each, "revoke", "original_message_id"), None, provider_id)
    return model.CustomerMessage(
        provider_id=provider_id,
        text=_words(each, kind),
        sender=sender,
        at=parts.moment(parts.text(each, "timestamp")),
        answers=tuple(filter(None, [parts.text(each, "context", "id")])),
        attachments=_attachments(each, kind),
    )


def _sender(each: Any, contacts: Sequence[Mapping[str, Any]]) -> Sender:
    number, user_id = parts.text(each, "from"), parts.text(each, "from_user_id")
    mine = [c for c in contacts if number and parts.text(c, "wa_id") == number] or [
        c for c in contacts if user_id and parts.text(c, "user_id") == user_id
    ]
    contact: Mapping[str, Any] = mine[0] if mine else contacts[0] if len(contacts) == 1 else {}
    user_id = user_id or parts.text(contact, "user_id")
    number = number or parts.text(contact, "wa_id")
    if not user_id and not number:
        raise parts.Unfit("a message tells no sender")
    phone = f"+{number}" if number.isdigit() else ""
    return Sender(parts.text(contact, "profile", "name"), user_id or number, phone)


def _words(each: Any, kind: str) -> str:
    """What was written, tapped or pinned."""
    places: dict[str, tuple[tuple[str, ...], ...]] = {
        "text": (("text", "body"),),
        "button": (("button", "text"),),
        "interactive": (("interactive", "button_reply", "title"), ("interactive", "list_reply", "title")),
    }
    if kind in MEDIA:
        return parts.text(each, kind, "caption")
    if kind == "location":
        place = [parts.text(each, "location", name) for name in ("name", "address")]
        numbers = [str(parts.at(each, "location", name)) for name in ("latitude", "longitude")]
        return "[location: " + ", ".join([*filter(None, place), *numbers]) + "]"
    if kind == "contacts":
        names = [parts.text(c, "name", "formatted_name") for c in parts.objects(each, "contacts")]
        return f"[contact: {', '.join(filter(None, names))}]"
    words = (parts.text(each, *place) for place in places.get(kind, ()))
    return next(filter(None, words), f"[{kind or 'message of an unknown kind'}]")


def _attachments(each: Any, kind: str) -> tuple[model.IncomingAttachment, ...]:
    media_id = parts.text(each, kind, "id") if kind in MEDIA else ""
    if not media_id:
        return ()
    media_type = parts.text(each, kind, "mime_type")
    name = parts.text(each, kind, "filename") or f"{kind}-{media_id}"
    return (
        model.IncomingAttachment(
            name, media_type, None, {"id": media_id}, is_speech=parts.at(each, kind, "voice") is True
        ),
    )


def _status(each: Any) -> model.Found:
    state = STATES.get(parts.text(each, "status"))
    if state is None:
        return model.Ignored(f"a status {parts.text(each, 'status')[:40]}")
    error = parts.at(each, "errors", 0)
    words = parts.text(error, "error_data", "details") or parts.text(error, "title")
    return model.DeliveryNotice(
        state,
        provider_id=parts.needed(each, "id"),
        key=parts.text(each, "biz_opaque_callback_data"),
        at=parts.moment(parts.text(each, "timestamp")),
        error=f"({parts.text(error, 'code')}) {words}" if error else "",
    )


def _to(recipient: str) -> str:
    """Numbers go into `to`, business-scoped user ids into `recipient`."""
    return "to" if recipient.isdigit() else "recipient"


KIND = ChannelKind("whatsapp", "WTA", TITLE, WhatsAppSettings, WhatsApp, vouches=True)
