"""SMS and MMS by Twilio (https://www.twilio.com/docs/messaging)."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from typing_extensions import override

from frontdesk.channels import parts, twilio
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, may_be_secret, needed, needed_secret
from frontdesk.channels.media import download
from frontdesk.interfaces.channels import Channel, Fetched, Fetching, Genuine, Handshake, WebhookRequest
from frontdesk.model import DeliveryState, Receipt, Sender
from frontdesk.model import channels as model

TITLE = "SMS"
MOST_MEDIA = 10
STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
}
# Words that Twilio itself answers by ending or resuming messages to the sender.
OPTING = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "start", "unstop", "help"})


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of SMS."""

    account_sid: Annotated[str, needed("Account SID, AC….")] = ""
    auth_token: Annotated[str, needed_secret("Auth token; signs every event.")] = ""
    sender: Annotated[str, needed("Our number in E.164 (+1555…), or the SID of a messaging service, MG….")] = ""
    key_secret: Annotated[str, may_be_secret("Secret of a shared key, for the newer signatures.")] = ""
    api_url: Annotated[str, about("Address of the API.")] = twilio.API
    tell_status: Annotated[bool, about("Ask Twilio to tell what becomes of an answer; needs server.public_url.")] = True
    most_characters: Annotated[int, about("Length of one message; Twilio sends it in segments.")] = 1600


class Sms(Channel, Fetching):
    """SMS and MMS over one Twilio account."""

    def __init__(self, settings: SmsSettings, tools: ChannelTools) -> None:
        """Speak as one number."""
        self._settings, self._tools, self._http = settings, tools, tools.reach(settings.api_url)
        self.limits = model.ChannelLimits(length=settings.most_characters)

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        return twilio.verify(request, self._settings.auth_token, self._settings.key_secret)

    @override
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        return parts.each([event.body], lambda body: _found(twilio.form(body)))

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        ours = "MessagingServiceSid" if self._settings.sender.startswith("MG") else "From"
        form = {"To": delivery.recipient, ours: self._settings.sender, "Body": delivery.text}
        if self._settings.tell_status and self._tools.public_url:
            form["StatusCallback"] = f"{self._tools.public_url.rstrip('/')}/webhooks/channels/{KIND.name}"
        path = f"/2010-04-01/Accounts/{self._settings.account_sid}/Messages.json"
        answer = await self._http.send("POST", path, form=form, headers=self._login())
        return Receipt(parts.text(twilio.json_of(TITLE, answer), "sid"))

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        url, home = remote["url"], self._settings.api_url
        return await download(self._tools, TITLE, url, home, most_bytes, self._login(), twilio.HOSTS)

    def _login(self) -> dict[str, str]:
        return twilio.login(self._settings.account_sid, self._settings.auth_token)


def _found(fields: Mapping[str, str]) -> model.Found:
    sid = fields.get("MessageSid") or parts.needed(fields, "SmsSid")
    status = fields.get("MessageStatus") or ("" if "Body" in fields else fields.get("SmsStatus", ""))
    if status:
        return _notice(sid, status, fields)
    sender, text = parts.needed(fields, "From"), fields.get("Body", "")
    word = text.strip().lower()
    count = fields.get("NumMedia", "0")
    media = range(min(int(count), MOST_MEDIA)) if count.isascii() and count.isdigit() and len(count) < 4 else ()
    return model.CustomerMessage(
        provider_id=sid,
        text=text,
        sender=Sender(address=sender, phone=sender if sender.startswith("+") else ""),
        attachments=tuple(_media(fields, number) for number in media if fields.get(f"MediaUrl{number}")),
        automatic=f"Twilio itself answers {word}" if word in OPTING else "",
    )


def _media(fields: Mapping[str, str], number: int) -> model.IncomingAttachment:
    kind = fields.get(f"MediaContentType{number}", "")
    return model.IncomingAttachment(
        f"media-{number + 1}", kind, None, {"url": fields[f"MediaUrl{number}"]}, kind.startswith("audio/")
    )


def _notice(sid: str, status: str, fields: Mapping[str, str]) -> model.Found:
    state = STATES.get(status.lower())
    if state is None:
        return model.Ignored(f"a status {status[:40]}")
    code = fields.get("ErrorCode", "")
    error = f"({code}) {fields.get('ErrorMessage', '') or 'not delivered'}" if state is DeliveryState.FAILED else ""
    return model.DeliveryNotice(state, provider_id=sid, error=error)


KIND = ChannelKind("sms", "SMS", TITLE, SmsSettings, Sms, vouches=True)
