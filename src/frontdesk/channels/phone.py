"""Telephone calls: recordings that Twilio tells of, or that are uploaded; their words are written down.

What was heard may be wrong, digits above all: such a message is marked, and a person confirms its numbers. An uploaded
recording is one JSON object: `id`, `audio` (base64), `media_type`, and `caller`, `name`, `customer_no`, `at` where
known. Twilio's notice tells no caller; add `?From={{From}}` to the address, or record with <Record>, which does.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.channels import parts, twilio
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, may_be_secret
from frontdesk.channels.media import download
from frontdesk.interfaces.channels import Channel, Fetched, Fetching, Forged, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model import channels as model

TITLE = "Phone Call"
FORM = "application/x-www-form-urlencoded"
MP3 = "audio/mpeg"


class PhoneSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of telephone calls; uploads need none."""

    account_sid: Annotated[str, about("Twilio's Account SID, AC…; empty: uploads only.")] = ""
    auth_token: Annotated[str, may_be_secret("Its auth token; signs every notice.")] = ""
    key_secret: Annotated[str, may_be_secret("Secret of a shared key, for the newer signatures.")] = ""
    api_url: Annotated[str, about("Address of Twilio's API.")] = twilio.API


class Phone(Channel, Fetching):
    """Recorded telephone calls."""

    limits = model.ChannelLimits(picked_up=True)

    def __init__(self, settings: PhoneSettings, tools: ChannelTools) -> None:
        """Listen to one account's calls."""
        self._settings, self._tools = settings, tools

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """A caller's number in the address is signed too, and goes with the form."""
        if not self._settings.auth_token:
            raise Forged("channels.phone.auth_token is empty: recordings are only uploaded")
        genuine = twilio.verify(request, self._settings.auth_token, self._settings.key_secret)
        caller = request.first("From")
        body = request.body + f"&Caller={quote(caller, safe='')}".encode() if caller else None
        return Genuine(genuine.provider_id, body, genuine.answer)

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        if event.content_type.startswith(FORM):
            return [_recording(twilio.form(event.body))]
        return [_upload(parts.document(event.body))]

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        """A person calls back."""
        return Receipt(detail={"told_by": "the agent"})

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        url, settings = remote["url"], self._settings
        key = twilio.login(settings.account_sid, settings.auth_token)
        got = await download(self._tools, TITLE, f"{url}.mp3", settings.api_url, most_bytes, key, twilio.HOSTS)
        return Fetched(got.content, MP3)


def _recording(fields: Mapping[str, str]) -> model.Found:
    status = fields.get("RecordingStatus", "completed")
    if status != "completed":
        return model.Ignored(f"a recording that is {status[:40]}")
    sid, url = parts.needed(fields, "RecordingSid"), parts.needed(fields, "RecordingUrl")
    caller = fields.get("From") or fields.get("Caller", "")
    call = fields.get("CallSid", "")
    return model.CustomerMessage(
        provider_id=sid,
        text="",
        sender=Sender(address=caller, phone=caller if caller.startswith("+") else ""),
        thread=call,
        has_own_thread=True,
        context={"call": call, "seconds": fields.get("RecordingDuration", "")},
        attachments=(model.IncomingAttachment(f"{sid}.mp3", MP3, None, {"url": url}, is_speech=True),),
    )


def _upload(whole: Mapping[str, object]) -> model.Found:
    try:
        audio = base64.b64decode(parts.needed(whole, "audio"), validate=True)
    except (binascii.Error, ValueError):
        raise parts.Unfit("audio is not base64") from None
    caller, kind = parts.text(whole, "caller"), parts.text(whole, "media_type") or "audio/wav"
    return model.CustomerMessage(
        provider_id=parts.needed(whole, "id"),
        text="",
        sender=Sender(parts.text(whole, "name"), caller, caller, parts.text(whole, "customer_no")),
        at=parts.iso_moment(whole.get("at")),
        attachments=(model.IncomingAttachment("recording", kind, audio, {}, is_speech=True),),
    )


KIND = ChannelKind("phone", "PHC", TITLE, PhoneSettings, Phone, most_bytes=1_000_000)
