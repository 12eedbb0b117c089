"""LINE Messaging API (https://developers.line.biz/en/reference/messaging-api/).

A reply token is free of charge, good once and for a minute: the first attempt uses it while it is young. Else the
answer is pushed with a retry key, which LINE takes once. LINE sends no notices: what it took is in the chat.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed_secret
from frontdesk.channels.media import download
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import base64_mac, compare, digest
from frontdesk.interfaces import HttpAnswer
from frontdesk.interfaces.channels import Channel, Fetched, Fetching, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model import channels as model

TITLE = "LINE"
TOKEN_SECONDS = 50.0
MILLISECONDS = 0.001
CONFLICT = 409
MEDIA = {"image": "image/jpeg", "audio": "audio/m4a", "video": "video/mp4", "file": "application/octet-stream"}
# What makes our retry keys: any fixed value will do.
NAMESPACE = uuid.UUID("0b7c9b0a-5c0b-4f0e-8a54-5f5d7a2c9f10")


class LineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of LINE."""

    channel_secret: Annotated[str, needed_secret("Channel secret (Basic settings); signs every event.")] = ""
    access_token: Annotated[str, needed_secret("Long-lived channel access token (Messaging API).")] = ""
    api_url: Annotated[str, about("Address of the API.")] = "https://api.line.me"
    data_url: Annotated[str, about("Address that media are fetched from.")] = "https://api-data.line.me"
    use_reply_tokens: Annotated[bool, about("Answer free of charge within a minute of the message.")] = True


class Line(Channel, Fetching):
    """A LINE official account."""

    limits = model.ChannelLimits(length=5000, measure=model.LengthUnit.UTF16)

    def __init__(self, settings: LineSettings, tools: ChannelTools) -> None:
        """Speak as one official account."""
        self._settings, self._tools, self._http = settings, tools, tools.reach(settings.api_url)

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """A redelivery has another body; its messages are known by their ids."""
        signed = base64_mac(self._settings.channel_secret, request.body)
        compare(request.headers.get("x-line-signature", ""), signed, "X-Line-Signature")
        return Genuine(digest(request.body))

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        """LINE checks the address with an event of no events."""
        whole = parts.document(event.body)
        events = parts.items(whole, "events")
        return parts.each(events, _event) if events else [model.Ignored("a check of the address")]

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        message: dict[str, Any] = {"type": "text", "text": delivery.text}
        if (quoted := delivery.context.get("quote")) and delivery.part == 1:
            message["quoteToken"] = quoted
        if self._may_reply(delivery):
            body = {"replyToken": delivery.context["reply_token"], "messages": [message]}
            answer = await self._post("/v2/bot/message/reply", body)
            if answer.ok:
                return _receipt(answer)
        to = delivery.context.get("to") or delivery.recipient
        retry = {"x-line-retry-key": str(uuid.uuid5(NAMESPACE, delivery.key))}
        answer = await self._post("/v2/bot/message/push", {"to": to, "messages": [message]}, retry)
        if answer.ok or (answer.status == CONFLICT and "x-line-accepted-request-id" in answer.headers):
            return _receipt(answer)
        raise refusal(TITLE, answer, parts.text(answer.said(), "message"))

    def _may_reply(self, delivery: model.DeliveryPart) -> bool:
        born = parts.moment(delivery.context.get("reply_born"))
        is_young = born is not None and (self._tools.clock() - born).total_seconds() < TOKEN_SECONDS
        fresh = delivery.part == 1 and not delivery.repeated
        return self._settings.use_reply_tokens and is_young and fresh and bool(delivery.context.get("reply_token"))

    async def _post(self, path: str, body: Any, more: Mapping[str, str] | None = None) -> HttpAnswer:
        headers = {"authorization": f"Bearer {self._settings.access_token}", **(more or {})}
        return await self._http.send("POST", path, json=body, headers=headers)

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        url = f"{self._settings.data_url}/v2/bot/message/{quote(remote['id'], safe='')}/content"
        headers = {"authorization": f"Bearer {self._settings.access_token}"}
        return await download(self._tools, TITLE, url, self._settings.data_url, most_bytes, headers)


def _event(each: Any) -> model.Found:
    kind = parts.text(each, "type")
    if parts.text(each, "mode") == "standby":
        return model.Ignored("another app has the conversation")
    if kind == "unsend":
        return model.Edit(parts.needed(each, "unsend", "messageId"), None)
    if kind != "message":
        return model.Ignored(f"an event of type {kind[:40] or 'nothing'}")
    message, source = parts.mapping(each, "message"), parts.mapping(each, "source")
    id_, user = parts.needed(message, "id"), parts.needed(source, "userId")
    room = parts.text(source, "groupId") or parts.text(source, "roomId")
    born = parts.at(each, "timestamp")
    at = parts.moment(born, MILLISECONDS)
    context = {
        "to": room or user,
        "reply_token": parts.text(each, "replyToken"),
        "reply_born": str(at.timestamp()) if at else "",
        "quote": parts.text(message, "quoteToken"),
    }
    quoted = parts.text(message, "quotedMessageId")
    return model.CustomerMessage(
        provider_id=id_,
        text=_text(message),
        sender=Sender(address=user),
        at=at,
        answers=(quoted,) if quoted else (),
        context={name: value for name, value in context.items() if value},
        attachments=_attachments(message, id_),
    )


def _text(message: Mapping[str, Any]) -> str:
    kind = parts.text(message, "type")
    if kind == "text":
        return parts.text(message, "text")
    if kind == "location":
        return f"[location: {parts.text(message, 'address') or parts.text(message, 'title')}]"
    if kind == "sticker":
        words = [word for word in parts.items(message, "keywords") if isinstance(word, str)]
        return f"[sticker: {', '.join(words[:3])}]" if words else "[sticker]"
    return "" if kind in MEDIA else f"[{kind or 'message of an unknown kind'}]"


def _attachments(message: Mapping[str, Any], id_: str) -> tuple[model.IncomingAttachment, ...]:
    kind = parts.text(message, "type")
    if kind not in MEDIA:
        return ()
    name = parts.text(message, "fileName") or kind
    return (model.IncomingAttachment(name, MEDIA[kind], None, {"id": id_}, is_speech=kind == "audio"),)


def _receipt(answer: HttpAnswer) -> Receipt:
    sent = parts.text(answer.said(), "sentMessages", 0, "id")
    return Receipt(sent or answer.headers.get("x-line-accepted-request-id", ""), {"delivered": True})


KIND = ChannelKind("line", "LIN", TITLE, LineSettings, Line, vouches=True)
