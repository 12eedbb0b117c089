"""X, formerly Twitter: X Activity API in, API v2 out (https://docs.x.com/x-api/activity).

Unverified: the places of texts and authors in mentions and replies are read in several forms, as they were announced.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed, needed_secret
from frontdesk.channels.oauth1 import Keys, authorization
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import base64_mac, check_challenge, compare, digest
from frontdesk.interfaces import HttpAnswer
from frontdesk.interfaces.channels import Channel, Forged, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model.channels import ChannelLimits, CustomerMessage, DeliveryPart, Found, Ignored, RawEvent, Unread

TITLE = "X"
SIGNATURE = "x-twitter-webhooks-signature"
POSTS = ("post.mention.create", "post.reply.create")
MILLISECONDS = 0.001
# A word of base64, as X draws it; it holds nothing that an event (an object of JSON) could be made of.
CHALLENGE = re.compile(r"[A-Za-z0-9_=+/-]{1,120}", re.ASCII)


class XSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of X."""

    user_id: Annotated[str, needed("Id of the account that answers (a number).")] = ""
    consumer_key: Annotated[str, needed("API key of the app.")] = ""
    consumer_secret: Annotated[str, needed_secret("API key secret of the app; signs every event.")] = ""
    access_token: Annotated[str, needed_secret("Access token of the account, with writing and direct messages.")] = ""
    access_token_secret: Annotated[str, needed_secret("Its secret.")] = ""
    api_url: Annotated[str, about("Address of the API.")] = "https://api.x.com"
    post_characters: Annotated[int, about("Length of a public answer.")] = 280


class X(Channel):
    """Posts that mention an account, and direct messages to it."""

    def __init__(self, settings: XSettings, tools: ChannelTools) -> None:
        """Speak as one account."""
        self._settings, self._http, self._clock = settings, tools.reach(settings.api_url), tools.clock
        self._keys = Keys(
            settings.consumer_key, settings.consumer_secret, settings.access_token, settings.access_token_secret
        )
        self.limits = ChannelLimits(length=settings.post_characters, most_parts=10)

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """GET is the challenge-response check (CRC), which X repeats daily."""
        if request.method == "GET":
            token = request.first("crc_token")
            check_challenge(token, CHALLENGE, "crc_token")
            answer = {"response_token": f"sha256={base64_mac(self._settings.consumer_secret, token.encode())}"}
            return Handshake(msgspec.json.encode(answer), "application/json")
        signed = f"sha256={base64_mac(self._settings.consumer_secret, request.body)}"
        compare(request.headers.get(SIGNATURE, ""), signed, SIGNATURE)
        if not request.body.startswith(b"{"):
            raise Forged("what could be a challenge is signed for anybody")
        return Genuine(digest(request.body))

    @override
    @parts.readable
    def read(self, event: RawEvent) -> Sequence[Found]:
        data = parts.mapping(parts.document(event.body), "data")
        kind, payload = parts.text(data, "event_type"), parts.mapping(data, "payload")
        users = {**parts.mapping(payload, "users"), **_by_id(parts.objects(data, "includes", "users"))}
        if kind == "dm.received":
            return parts.each(parts.items(payload, "direct_message_events"), lambda each: self._direct(each, users))
        if kind in POSTS:
            return parts.each([payload], lambda each: self._post(each, users))
        return [Ignored(f"an event of type {kind[:60]}")] if kind else [Unread("data.event_type is missing")]

    def _direct(self, each: Any, users: Mapping[str, Any]) -> Found:
        id_, sender = parts.needed(each, "id"), parts.needed(each, "message_create", "sender_id")
        if sender == self._settings.user_id:
            return Ignored("our own direct message")
        return CustomerMessage(
            provider_id=id_,
            text=parts.text(each, "message_create", "message_data", "text"),
            sender=Sender(parts.text(users.get(sender), "name"), sender),
            at=parts.moment(parts.text(each, "created_timestamp"), MILLISECONDS),
            context={"way": "direct"},
        )

    def _post(self, each: Any, users: Mapping[str, Any]) -> Found:
        id_ = parts.text(each, "id_str") or parts.needed(each, "id")
        author = parts.text(each, "author_id") or parts.text(each, "user", "id_str") or parts.needed(each, "user", "id")
        if author == self._settings.user_id:
            return Ignored("our own post")
        name = parts.text(users.get(author), "name") or parts.text(each, "user", "name")
        replied = [r for r in parts.objects(each, "referenced_tweets") if parts.text(r, "type") == "replied_to"]
        answers = parts.text(each, "in_reply_to_status_id_str") or (parts.text(replied[0], "id") if replied else "")
        return CustomerMessage(
            provider_id=id_,
            text=parts.text(each, "text"),
            sender=Sender(name, author),
            at=parts.iso_moment(each.get("created_at")),
            thread=parts.text(each, "conversation_id"),
            answers=(answers,) if answers else (),
            joins_by_sender=False,
            context={"way": "post"},
        )

    @override
    async def send(self, delivery: DeliveryPart) -> Receipt:
        """A second part answers the post too: X shows them one below the other."""
        if delivery.context.get("way") == "direct":
            path = f"/2/dm_conversations/with/{quote(delivery.recipient, safe='')}/messages"
            told = await self._call(path, {"text": delivery.text})
            return Receipt(parts.text(told, "dm_event_id"))
        reply = {"in_reply_to_tweet_id": delivery.answers}
        told = await self._call("/2/tweets", {"text": delivery.text, "reply": reply})
        return Receipt(parts.text(told, "id"), {"delivered": True})

    async def _call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        url = self._settings.api_url.rstrip("/") + path
        headers = {"authorization": authorization("POST", url, self._keys, int(self._clock().timestamp()))}
        return _data(await self._http.send("POST", path, json=body, headers=headers))


def _data(answer: HttpAnswer) -> Mapping[str, Any]:
    told = answer.said()
    if not answer.ok:
        raise refusal(TITLE, answer, parts.text(told, "detail") or parts.text(told, "title"))
    return parts.mapping(told, "data")


def _by_id(users: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {parts.text(user, "id"): user for user in users}


KIND = ChannelKind("x", "TWT", TITLE, XSettings, X, vouches=True)
