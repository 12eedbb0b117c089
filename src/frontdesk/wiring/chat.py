"""Puts the chat widget's side of the server together under the settings."""

from collections.abc import Callable
from datetime import datetime

from frontdesk.settings.sections import Settings
from frontdesk.storage.channels.chats import StoredChats
from frontdesk.ui.chat.origins import Origins
from frontdesk.ui.chat.routes import ChatServices
from frontdesk.ui.chat.stream import Streams
from frontdesk.ui.chat.tokens import ChatTokens


def chat_window(settings: Settings, chats: StoredChats, secret: bytes, clock: Callable[[], datetime]) -> ChatServices:
    """What the chat's routes need. Raises Invalid for origins that are none."""
    section = settings.chat
    return ChatServices(
        chats=chats,
        tokens=ChatTokens(secret, clock, section.conversation_days),
        origins=Origins.of(section.origins, settings.server.public_url),
        streams=Streams(section.streams_per_place),
    )
