"""Facebook Messenger, and comments on the page's posts (https://developers.facebook.com/docs/messenger-platform).

An answer carries its key as `metadata`, which comes back in its echo. Comments get one private answer within 7 days.
Unverified: the length of 2,000 characters, and the error (10, 2018278) outside the window.
"""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from typing_extensions import override

from frontdesk.channels import meta, meta_messaging, parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed, needed_secret
from frontdesk.model.channels import ChannelLimits, DeliveryPart, Found, Ignored

TITLE = "Messenger"


class MessengerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Messenger."""

    page_id: Annotated[str, needed("Id of the Facebook page.")] = ""
    access_token: Annotated[str, needed_secret("Access token of the page, with pages_messaging.")] = ""
    app_secret: Annotated[str, needed_secret("App secret (App settings > Basic); signs every event.")] = ""
    verify_token: Annotated[str, needed_secret("A word of your choice, typed in again at the webhook's set-up.")] = ""
    api_url: Annotated[str, about("Address of the Graph API, with its version.")] = meta.GRAPH
    window_hours: Annotated[float, about("How long after a customer's message answers are taken.")] = 24.0
    most_characters: Annotated[int, about("Length of one message.")] = 2000


class Messenger(meta_messaging.MetaMessaging):
    """Messages to a Facebook page, and comments on its posts."""

    title, whole_object, outside_window = TITLE, "page", frozenset({(10, 2018278)})

    def __init__(self, settings: MessengerSettings, tools: ChannelTools) -> None:
        """Speak for one page."""
        super().__init__(settings, settings.page_id, tools)
        self.limits = ChannelLimits(length=settings.most_characters, window=timedelta(hours=settings.window_hours))

    @override
    def comment_of(self, change: Any) -> Found:
        value = parts.mapping(change, "value")
        is_new = (parts.text(value, "item"), parts.text(value, "verb")) == ("comment", "add")
        if parts.text(change, "field") != "feed" or not is_new:
            return Ignored(f"a change of {parts.text(change, 'field')[:40] or 'nothing'}")
        if parts.text(value, "from", "id") == self._account:
            return Ignored("a comment of the page itself")
        id_, name = parts.needed(value, "comment_id"), parts.text(value, "from", "name")
        return meta_messaging.comment(value, id_, parts.text(value, "message"), name)

    @override
    def message_of(self, delivery: DeliveryPart) -> dict[str, Any]:
        message = {"text": delivery.text, "metadata": delivery.key}
        return {"messaging_type": "RESPONSE", "message": message}


KIND = ChannelKind("messenger", "FAC", TITLE, MessengerSettings, Messenger, vouches=True)
