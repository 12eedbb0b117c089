"""Instagram messages and comments (https://developers.facebook.com/docs/instagram-platform).

Unverified: the paths at graph.instagram.com, the limit of 1,000 bytes, and the error (10, 2534022) outside the window.
"""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from typing_extensions import override

from frontdesk.channels import meta_messaging, parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed, needed_secret
from frontdesk.model.channels import ChannelLimits, Found, Ignored, LengthUnit

TITLE = "Instagram"
MOST_PARTS = 10


class InstagramSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Instagram."""

    account_id: Annotated[str, needed("Id of the professional account.")] = ""
    access_token: Annotated[str, needed_secret("Its token, with instagram_business_manage_messages.")] = ""
    app_secret: Annotated[str, needed_secret("Secret of the Instagram app; signs every event.")] = ""
    verify_token: Annotated[str, needed_secret("A word of your choice, typed in again at the webhook's set-up.")] = ""
    api_url: Annotated[str, about("Address of the API, with its version.")] = "https://graph.instagram.com/v26.0"
    window_hours: Annotated[float, about("How long after a customer's message answers are taken.")] = 24.0
    most_bytes: Annotated[int, about("Length of one message in bytes of UTF-8.")] = 1000


class Instagram(meta_messaging.MetaMessaging):
    """Messages to an Instagram account, and comments on its posts."""

    title, whole_object, outside_window = TITLE, "instagram", frozenset({(10, 2534022), (10, 2018278)})

    def __init__(self, settings: InstagramSettings, tools: ChannelTools) -> None:
        """Speak for one account."""
        super().__init__(settings, settings.account_id, tools)
        self.limits = ChannelLimits(
            settings.most_bytes, LengthUnit.BYTES, MOST_PARTS, timedelta(hours=settings.window_hours)
        )

    @override
    def comment_of(self, change: Any) -> Found:
        value = parts.mapping(change, "value")
        if parts.text(change, "field") != "comments":
            return Ignored(f"a change of {parts.text(change, 'field')[:40] or 'nothing'}")
        if parts.text(value, "from", "id") == self._account:
            return Ignored("a comment of the account itself")
        id_, name = parts.needed(value, "id"), parts.text(value, "from", "username")
        return meta_messaging.comment(value, id_, parts.text(value, "text"), name)


KIND = ChannelKind("instagram", "INS", TITLE, InstagramSettings, Instagram, vouches=True)
