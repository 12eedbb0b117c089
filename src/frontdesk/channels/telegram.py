"""Telegram bots (https://core.telegram.org/bots/api). What Telegram takes is in the chat: it sends no notices."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed_secret
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import compare, digest
from frontdesk.interfaces import DeliveryFailed, HttpAnswer
from frontdesk.interfaces.channels import Admitting, Channel, Fetched, Fetching, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model import channels as model

TITLE = "Telegram"
HEADER = "x-telegram-bot-api-secret-token"
UNAUTHORIZED, TOO_MANY = 401, 429
GONE = frozenset({400, 403, 404})
MEDIA = ("voice", "audio", "document", "video", "video_note", "animation", "sticker")
KINDS = {"voice": "audio/ogg", "audio": "audio/mpeg", "sticker": "image/webp", "animation": "video/mp4"}
OTHERS = ("location", "venue", "contact", "poll", "dice", "story", "game")


class TelegramSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Telegram."""

    bot_token: Annotated[str, needed_secret("Token of the bot, from @BotFather.")] = ""
    secret_token: Annotated[str, needed_secret("1 to 256 of A-Z a-z 0-9 _ -, handed to setWebhook.")] = ""
    api_url: Annotated[str, about("Address of the Bot API.")] = "https://api.telegram.org"


class Telegram(Channel, Admitting, Fetching):
    """A Telegram bot."""

    limits = model.ChannelLimits(length=4096, measure=model.LengthUnit.UTF16)

    def __init__(self, settings: TelegramSettings, tools: ChannelTools) -> None:
        """Speak as one bot."""
        self._settings, self._http = settings, tools.reach(settings.api_url)
        self._tools = tools

    @override
    async def admit(self, request: WebhookRequest) -> None:
        """The secret is all there is: no signature, no time."""
        compare(request.headers.get(HEADER, ""), self._settings.secret_token, "X-Telegram-Bot-Api-Secret-Token")

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        await self.admit(request)
        return Genuine(digest(request.body))

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        whole = parts.document(event.body)
        for name in ("message", "business_message"):
            if name in whole:
                return parts.each([whole[name]], _message)
        for name in ("edited_message", "edited_business_message"):
            if name in whole:
                return parts.each([whole[name]], _edit)
        return [model.Ignored(f"an update with {', '.join(sorted(set(whole) - {'update_id'}))[:100] or 'nothing'}")]

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        chat = delivery.context.get("chat") or delivery.recipient
        body: dict[str, Any] = {"chat_id": chat, "text": delivery.text, "link_preview_options": {"is_disabled": True}}
        if topic := delivery.context.get("topic"):
            body["message_thread_id"] = int(topic)
        answered = delivery.answers.rpartition(":")[2]
        if delivery.part == 1 and answered.isdigit():
            body["reply_parameters"] = {"message_id": int(answered), "allow_sending_without_reply": True}
        told = _result(await self._http.send("POST", self._path("sendMessage"), json=body))
        return Receipt(f"{chat}:{parts.text(told, 'message_id')}", {"delivered": True})

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        """Telegram hands out files of up to 20 MB."""
        told = _result(await self._http.send("GET", self._path("getFile"), params={"file_id": remote["id"]}))
        path = parts.text(told, "file_path")
        http = self._tools.reach(self._settings.api_url, most_bytes=most_bytes)
        got = await http.send("GET", f"/file/bot{self._settings.bot_token}/{quote(path)}")
        if not got.ok:
            raise DeliveryFailed(f"{TITLE} answered {got.status} for media", permanent=got.status in GONE)
        return Fetched(got.body, "", path.rpartition("/")[2])

    def _path(self, method: str) -> str:
        return f"/bot{self._settings.bot_token}/{method}"


def _result(answer: HttpAnswer) -> Mapping[str, Any]:
    told = answer.said()
    if answer.ok and parts.at(told, "ok") is True:
        return parts.mapping(told, "result")
    words = parts.text(told, "description")
    if answer.status == TOO_MANY:
        wait = parts.at(told, "parameters", "retry_after")
        after = float(wait) if isinstance(wait, int) else None
        raise DeliveryFailed(f"{TITLE} answered 429: {words[:200]}", after_seconds=after)
    # 403: the customer blocked the bot; 400 and 404: there is no such chat or file.
    raise refusal(TITLE, answer, words)


def _message(message: Any) -> model.Found:
    chat, number = parts.needed(message, "chat", "id"), parts.needed(message, "message_id")
    author = parts.mapping(message, "from") or parts.mapping(message, "sender_chat")
    if author.get("is_bot") is True:
        return model.Ignored("written by a bot, maybe ourselves")
    media = next((name for name in MEDIA if name in message), "")
    text = parts.text(message, "text") or parts.text(message, "caption")
    if not text and not media and "photo" not in message:
        other = next((name for name in OTHERS if name in message), "")
        if not other:
            return model.Ignored(f"a message with {', '.join(sorted(map(str, message)))[:100]}")
        text = f"[{other}{_more(message, other)}]"
    topic = parts.text(message, "message_thread_id") if message.get("is_topic_message") is True else ""
    answers = parts.text(message, "reply_to_message", "message_id")
    return model.CustomerMessage(
        provider_id=f"{chat}:{number}",
        text=text,
        sender=_sender(message, author, chat),
        at=parts.moment(message.get("date")),
        thread=f"{chat}:{topic}" if topic else "",
        answers=(f"{chat}:{answers}",) if answers else (),
        context={"chat": chat, **({"topic": topic} if topic else {})},
        attachments=_attachments(message, media),
    )


def _sender(message: Any, author: Mapping[str, Any], chat: str) -> Sender:
    names = [parts.text(author, "first_name"), parts.text(author, "last_name")]
    own = parts.at(message, "contact", "user_id") == author.get("id") and author.get("id") is not None
    phone = parts.text(message, "contact", "phone_number") if own else ""
    return Sender(" ".join(filter(None, names)), parts.text(author, "id") or chat, phone)


def _more(message: Any, kind: str) -> str:
    if kind == "contact":
        return f": {parts.text(message, 'contact', 'first_name')} {parts.text(message, 'contact', 'phone_number')}"
    place = parts.at(message, "location")
    return f": {parts.at(place, 'latitude')}, {parts.at(place, 'longitude')}" if kind == "location" else ""


def _attachments(message: Any, media: str) -> tuple[model.IncomingAttachment, ...]:
    if photos := parts.objects(message, "photo"):  # the same picture in sizes, the largest last
        return (model.IncomingAttachment("photo.jpg", "image/jpeg", None, {"id": parts.needed(photos[-1], "file_id")}),)
    if not media:
        return ()
    file = parts.mapping(message, media)
    kind = parts.text(file, "mime_type") or KINDS.get(media, "application/octet-stream")
    name = parts.text(file, "file_name") or media
    return (
        model.IncomingAttachment(name, kind, None, {"id": parts.needed(file, "file_id")}, is_speech=media == "voice"),
    )


def _edit(message: Any) -> model.Found:
    chat, number = parts.needed(message, "chat", "id"), parts.needed(message, "message_id")
    text = parts.text(message, "text") or parts.text(message, "caption")
    if parts.at(message, "from", "is_bot") is True or not text:
        return model.Ignored("a change without words")
    at = parts.moment(message.get("edit_date"))
    return model.Edit(f"{chat}:{number}", text, parts.text(message, "edit_date"), at)


KIND = ChannelKind("telegram", "TEL", TITLE, TelegramSettings, Telegram, vouches=True)
