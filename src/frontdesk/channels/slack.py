"""Slack: Events API in, Web API out (https://docs.slack.dev/apis/events-api).

In a channel each top-level message begins a thread, and the answer goes into it; in a direct message the conversation
is one. An answer carries its key as metadata, by which an attempt that broke off is looked for.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed_secret
from frontdesk.channels.media import download
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import check_age, compare, digest, hex_mac
from frontdesk.interfaces import DeliveryFailed
from frontdesk.interfaces.channels import Channel, Fetched, Fetching, Finding, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model import channels as model

TITLE = "Slack"
# Where files lie whose addresses Slack tells (GovSlack has names of its own).
HOSTS = ("files.slack.com", "slack.com", "files.slack-gov.com", "slack-gov.com")
STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
MOST_AGE_SECONDS = 300
SPOKEN = ("", "file_share", "thread_broadcast", "me_message")
PASSING = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"})
TOKEN_IS_BAD = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
EVENT_TYPE = "frontdesk_answer"
_MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


class SlackSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Slack."""

    signing_secret: Annotated[str, needed_secret("Signing secret (Basic Information > App Credentials).")] = ""
    bot_token: Annotated[str, needed_secret("Bot user token, xoxb-… (OAuth & Permissions).")] = ""
    api_url: Annotated[str, about("Address of the Web API.")] = "https://slack.com/api"


class Slack(Finding, Channel, Fetching):
    """A Slack app."""

    limits = model.ChannelLimits(length=4000)

    def __init__(self, settings: SlackSettings, tools: ChannelTools) -> None:
        """Speak as one app in one workspace."""
        self._settings, self._tools = settings, tools
        self._http = tools.reach(settings.api_url)

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """Retries come with the same body, so they are the same event."""
        stamp = request.headers.get(STAMP, "")
        signed = hex_mac(self._settings.signing_secret, f"v0:{stamp}:".encode() + request.body)
        compare(request.headers.get(SIGNATURE, ""), f"v0={signed}", "X-Slack-Signature")
        check_age(stamp, self._tools.clock(), MOST_AGE_SECONDS, "X-Slack-Request-Timestamp")
        if b'"url_verification"' in request.body:
            try:
                whole = parts.document(request.body)
            except parts.Unfit:
                whole = {}
            if whole.get("type") == "url_verification":
                return Handshake(parts.text(whole, "challenge").encode())
        return Genuine(digest(request.body))

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        whole = parts.document(event.body)
        if whole.get("type") != "event_callback":
            return [model.Ignored(f"an event of type {parts.text(whole, 'type')[:40] or 'nothing'}")]
        return parts.each([parts.at(whole, "event")], _event)

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        body: dict[str, Any] = {
            "channel": delivery.context.get("channel") or delivery.recipient,
            "text": _escaped(delivery.text),
            "unfurl_links": False,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": delivery.key}},
        }
        if thread := delivery.context.get("thread_ts"):
            body["thread_ts"] = thread
        told = await self._call("POST", "/chat.postMessage", body)
        return Receipt(_id(parts.text(told, "channel"), parts.text(told, "ts")), {"delivered": True})

    @override
    async def find(self, delivery: model.DeliveryPart) -> Receipt | None:
        """Among the latest messages of the thread or conversation."""
        channel, thread = delivery.context.get("channel", delivery.recipient), delivery.context.get("thread_ts", "")
        asked = {"channel": channel, "include_all_metadata": "true", "limit": "100"}
        path = "/conversations.replies" if thread else "/conversations.history"
        told = await self._call("GET", path, params={**asked, **({"ts": thread} if thread else {})})
        for each in parts.objects(told, "messages"):
            if parts.text(each, "metadata", "event_payload", "key") == delivery.key:
                return Receipt(_id(channel, parts.text(each, "ts")), {"delivered": True})
        return None

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        key = {"authorization": self._bearer()}
        return await download(self._tools, TITLE, remote["url"], self._settings.api_url, most_bytes, key, HOSTS)

    def _bearer(self) -> str:
        return f"Bearer {self._settings.bot_token}"

    async def _call(self, method: str, path: str, body: Any = None, params: Any = None) -> dict[str, Any]:
        headers = {"authorization": self._bearer(), "content-type": "application/json; charset=utf-8"}
        answer = await self._http.send(method, path, json=body, params=params, headers=headers)
        if not answer.ok:
            raise refusal(TITLE, answer)
        told = answer.json()
        if parts.at(told, "ok") is True:
            return dict(told)
        why = parts.text(told, "error") or "an unknown error"
        if why in TOKEN_IS_BAD:
            raise DeliveryFailed(f"{TITLE} does not take the bot token: {why}", after_seconds=60)
        raise DeliveryFailed(
            f"{TITLE} refused: {why}", permanent=why not in PASSING, after_seconds=answer.retry_after()
        )


def _event(event: Any) -> model.Found:
    kind, subtype = parts.text(event, "type"), parts.text(event, "subtype")
    if kind not in ("message", "app_mention"):
        return model.Ignored(f"an event of type {kind[:40] or 'nothing'}")
    if subtype == "message_changed":
        return _edit(event)
    if subtype == "message_deleted":
        return model.Edit(_id(parts.needed(event, "channel"), parts.needed(event, "deleted_ts")), None)
    if parts.text(event, "bot_id") or subtype == "bot_message":
        return model.Ignored("written by an app, maybe ourselves")
    return _message(event) if subtype in SPOKEN else model.Ignored(f"a message of type {subtype[:40]}")


def _message(event: Any) -> model.Found:
    channel, ts, user = (parts.needed(event, name) for name in ("channel", "ts", "user"))
    thread = parts.text(event, "thread_ts")
    is_direct = parts.text(event, "channel_type") in ("im", "mpim") or channel.startswith("D")
    root = thread or ("" if is_direct else ts)
    return model.CustomerMessage(
        provider_id=_id(channel, ts),
        text=_plain(parts.text(event, "text")),
        sender=Sender(parts.text(event, "user_profile", "real_name"), user),
        at=parts.moment(ts),
        thread=_id(channel, root) if root else "",
        joins_by_sender=is_direct and not thread,
        context={"channel": channel, **({"thread_ts": root} if root else {})},
        attachments=tuple(_file(each) for each in parts.objects(event, "files") if _url(each)),
    )


def _edit(event: Any) -> model.Found:
    message = parts.mapping(event, "message")
    if parts.text(message, "bot_id"):
        return model.Ignored("changed by an app, maybe ourselves")
    if parts.text(message, "text") == parts.text(event, "previous_message", "text"):
        return model.Ignored("nothing of the text was changed")  # Slack unfolded a link
    key = _id(parts.needed(event, "channel"), parts.needed(message, "ts"))
    edit_id = parts.text(message, "edited", "ts")
    return model.Edit(key, _plain(parts.text(message, "text")), edit_id, parts.moment(edit_id))


def _file(each: Mapping[str, Any]) -> model.IncomingAttachment:
    kind = parts.text(each, "mimetype")
    is_speech = parts.text(each, "subtype") == "slack_audio"
    return model.IncomingAttachment(parts.text(each, "name"), kind, None, {"url": _url(each)}, is_speech)


def _url(each: Mapping[str, Any]) -> str:
    return parts.text(each, "url_private_download") or parts.text(each, "url_private")


def _id(channel: str, ts: str) -> str:
    return f"{channel}:{ts}"


def _plain(text: str) -> str:
    """Slack's marks as plain words: links by their address, mentions of people left out."""

    def words(mark: re.Match[str]) -> str:
        target, label = mark[1], mark[2] or ""
        if target.startswith(("@", "!")):
            return f"@{label}" if label else ""
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        return f"{label} ({target})" if label and label not in target else target

    plain = _MARK.sub(words, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


KIND = ChannelKind("slack", "SLA", TITLE, SlackSettings, Slack, vouches=True)
