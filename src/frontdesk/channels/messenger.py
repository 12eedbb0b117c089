"""Facebook Messenger, and comments on the page's posts (https://developers.facebook.com/docs/messenger-platform).

An answer carries its key as `metadata`, which comes back in its echo. Comments get one private answer within 7 days.
Unverified: the length of 2,000 characters, and the error (10, 2018278) outside the window.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from typing_extensions import override

from frontdesk.channels import meta, meta_messaging, parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed, needed_secret
from frontdesk.channels.media import download
from frontdesk.interfaces.channels import Channel, Fetched, Fetching, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt
from frontdesk.model.channels import ChannelLimits, DeliveryPart, Found, Ignored, RawEvent

TITLE = "Messenger"
OUTSIDE_WINDOW = frozenset({(10, 2018278)})


class MessengerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Messenger."""

    page_id: Annotated[str, needed("Id of the Facebook page.")] = ""
    access_token: Annotated[str, needed_secret("Access token of the page, with pages_messaging.")] = ""
    app_secret: Annotated[str, needed_secret("App secret (App settings > Basic); signs every event.")] = ""
    verify_token: Annotated[str, needed_secret("A word of your choice, typed in again at the webhook's set-up.")] = ""
    api_url: Annotated[str, about("Address of the Graph API, with its version.")] = meta.GRAPH
    window_hours: Annotated[float, about("How long after a customer's message answers are taken.")] = 24.0
    most_characters: Annotated[int, about("Length of one message.")] = 2000


class Messenger(Channel, Fetching):
    """Messages to a Facebook page, and comments on its posts."""

    def __init__(self, settings: MessengerSettings, tools: ChannelTools) -> None:
        """Speak for one page."""
        self._settings, self._tools = settings, tools
        self._http = tools.reach(settings.api_url)
        self.limits = ChannelLimits(length=settings.most_characters, window=timedelta(hours=settings.window_hours))

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        return meta.verify(request, self._settings.app_secret, self._settings.verify_token)

    @override
    def read(self, event: RawEvent) -> Sequence[Found]:
        return meta_messaging.read(event, "page", self._comment)

    def _comment(self, change: Any) -> Found:
        value = parts.mapping(change, "value")
        is_new = (parts.text(value, "item"), parts.text(value, "verb")) == ("comment", "add")
        if parts.text(change, "field") != "feed" or not is_new:
            return Ignored(f"a change of {parts.text(change, 'field')[:40] or 'nothing'}")
        if parts.text(value, "from", "id") == self._settings.page_id:
            return Ignored("a comment of the page itself")
        id_, name = parts.needed(value, "comment_id"), parts.text(value, "from", "name")
        return meta_messaging.comment(value, id_, parts.text(value, "message"), name)

    @override
    async def send(self, delivery: DeliveryPart) -> Receipt:
        body = {
            "recipient": meta_messaging.recipient(delivery),
            "messaging_type": "RESPONSE",
            "message": {"text": delivery.text, "metadata": delivery.key},
        }
        headers = {"authorization": f"Bearer {self._settings.access_token}"}
        answer = await self._http.send("POST", f"/{self._settings.page_id}/messages", json=body, headers=headers)
        return Receipt(parts.text(meta.answer_of(TITLE, answer, OUTSIDE_WINDOW), "message_id"))

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> Fetched:
        return await download(self._tools, TITLE, remote["url"], self._settings.api_url, most_bytes)


KIND = ChannelKind("messenger", "FAC", TITLE, MessengerSettings, Messenger)
