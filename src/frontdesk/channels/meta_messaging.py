"""What Messenger and Instagram have in common: `messaging` entries, receipts, comments with one private answer each."""

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import override

from frontdesk.channels import meta, parts
from frontdesk.channels.kind import ChannelTools
from frontdesk.channels.media import download
from frontdesk.interfaces.channels import Channel, Fetched, Fetching, Genuine, Handshake, WebhookRequest
from frontdesk.model import DeliveryState, Receipt, Sender
from frontdesk.model import channels as model

MILLISECONDS = 0.001
COMMENT = "comment_id"


class MetaMessaging(Channel, Fetching):
    """An account at one of both. A subclass sets `limits`, and says how it reads comments and answers.

    `settings` hold app_secret, verify_token, access_token and api_url; `account` is the id of ours.
    """

    title: str
    whole_object: str
    outside_window: frozenset[tuple[int, int]]

    def __init__(self, settings: Any, account: str, tools: ChannelTools) -> None:
        """Speak for one account."""
        self._settings, self._account, self._tools = settings, account, tools
        self._http = tools.reach(settings.api_url)

    def comment_of(self, change: Any) -> model.Found:
        """What is in a change, which is where comments come."""
        raise NotImplementedError

    def message_of(self, delivery: model.DeliveryPart) -> dict[str, Any]:
        """The body of an answer without its recipient."""
        return {"message": {"text": delivery.text}}

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        return meta.verify(request, self._settings.app_secret, self._settings.verify_token)

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        whole = parts.document(event.body)
        if whole.get("object") != self.whole_object:
            return [model.Unread(f"object is not {self.whole_object}")]
        found: list[model.Found] = []
        for entry in parts.objects(whole, "entry"):
            found += parts.each(parts.items(entry, "messaging"), _messaging)
            found += [model.Ignored("another app has the conversation") for _ in parts.items(entry, "standby")]
            found += parts.each(parts.items(entry, "changes"), self.comment_of)
        return found

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        body = {"recipient": _recipient(delivery), **self.message_of(delivery)}
        headers = {"authorization": f"Bearer {self._settings.access_token}"}
        answer = await self._http.send("POST", f"/{self._account}/messages", json=body, headers=headers)
        return Receipt(parts.text(meta.answer_of(self.title, answer, self.outside_window), "message_id"))

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        return await download(self._tools, self.title, remote["url"], self._settings.api_url, most_bytes)


def comment(value: Mapping[str, Any], id_: str, text: str, name: str) -> model.Found:
    """A comment as a message of its own, answered privately."""
    sender = parts.needed(value, "from", "id")
    return model.CustomerMessage(
        provider_id=id_,
        text=text,
        sender=Sender(name, sender),
        at=parts.moment(value.get("created_time")),
        thread=f"comment:{id_}",
        joins_by_sender=False,
        has_own_thread=True,
        context={COMMENT: id_},
    )


def _recipient(delivery: model.DeliveryPart) -> dict[str, str]:
    """A person, or privately whoever wrote a comment."""
    if comment_id := delivery.context.get(COMMENT):
        return {COMMENT: comment_id}
    return {"id": delivery.recipient}


def _messaging(each: Any) -> model.Found | list[model.Found]:
    message, sender = parts.mapping(each, "message"), parts.text(each, "sender", "id")
    if "delivery" in parts.mapping(each):
        return _receipt(each, "delivery", DeliveryState.DELIVERED)
    if "read" in parts.mapping(each):
        return _receipt(each, "read", DeliveryState.READ)
    if message.get("is_echo") is True:
        return _echo(message)
    if "message_edit" in parts.mapping(each):
        edit = parts.mapping(each, "message_edit")
        return model.Edit(parts.needed(edit, "mid"), parts.needed(edit, "text"), parts.text(edit, "num_edit"))
    if message.get("is_deleted") is True:
        return model.Edit(parts.needed(message, "mid"), None)
    if "postback" in parts.mapping(each):
        message = parts.mapping(each, "postback")
        return _message(each, message, sender, parts.text(message, "title") or parts.text(message, "payload"))
    if not message:
        return model.Ignored(f"a notice of {', '.join(sorted(map(str, parts.mapping(each))))[:100] or 'nothing'}")
    return _message(each, message, sender, parts.text(message, "text"))


def _message(each: Any, message: Mapping[str, Any], sender: str, text: str) -> model.Found:
    mid = parts.needed(message, "mid")
    if not sender:
        raise parts.Unfit(f"message {mid[:60]} tells no sender")
    if not text and message.get("is_unsupported") is True:
        text = "[message of a kind that cannot be shown here]"
    return model.CustomerMessage(
        provider_id=mid,
        text=text,
        sender=Sender(address=sender),
        at=parts.moment(parts.at(each, "timestamp"), MILLISECONDS),
        answers=tuple(filter(None, [parts.text(message, "reply_to", "mid")])),
        attachments=tuple(_attachments(message)),
    )


def _attachments(message: Mapping[str, Any]) -> list[model.IncomingAttachment]:
    kinds = {"image": "image/jpeg", "audio": "audio/mpeg", "video": "video/mp4"}
    found = []
    for number, each in enumerate(parts.objects(message, "attachments"), 1):
        if url := parts.text(each, "payload", "url"):
            kind = parts.text(each, "type")
            found.append(
                model.IncomingAttachment(f"{kind}-{number}", kinds.get(kind, ""), None, {"url": url}, kind == "audio")
            )
    return found


def _echo(message: Mapping[str, Any]) -> model.Found:
    """Our own answer comes back; its metadata is the key that we gave it."""
    key = parts.text(message, "metadata")
    if not key:
        return model.Ignored("an answer that was written elsewhere")
    return model.DeliveryNotice(DeliveryState.SENT, provider_id=parts.needed(message, "mid"), key=key)


def _receipt(each: Any, name: str, state: DeliveryState) -> list[model.Found]:
    """Named messages, else everything up to a moment."""
    told, mids = parts.mapping(each, name), parts.items(each, name, "mids")
    mids = [mid for mid in [*mids, parts.at(each, name, "mid")] if isinstance(mid, str) and mid]
    if mids:
        return [model.DeliveryNotice(state, provider_id=mid) for mid in mids]
    until = parts.moment(told.get("watermark"), MILLISECONDS)
    if until is None:
        raise parts.Unfit(f"{name} names neither messages nor a moment")
    return [model.DeliveryNotice(state, recipient=parts.needed(each, "sender", "id"), until=until)]
