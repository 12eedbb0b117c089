"""Server-sent events as an answer."""

from litestar.response import Stream

from frontdesk.interfaces import TooMany
from frontdesk.ui.live import Live

BUSY_SECONDS = 30
NOT_KEPT = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event_stream(live: Live, interaction_id: int | None) -> Stream:
    """The stream about one interaction or all. Raises TooMany when no more can be open."""
    if live.is_full:
        raise TooMany(BUSY_SECONDS)
    return Stream(live.stream(interaction_id), media_type="text/event-stream", headers=NOT_KEPT)
