"""Server-sent events as an answer."""

from litestar.exceptions import ServiceUnavailableException
from litestar.response import Stream

from frontdesk.ui.live import Live

NOT_KEPT = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event_stream(live: Live, interaction_id: int | None) -> Stream:
    """The stream about one interaction or all. Raises 503 when too many are open, or the server is stopping."""
    if live.is_full:
        raise ServiceUnavailableException("too many pages are being kept up to date: try again later")
    return Stream(live.stream(interaction_id), media_type="text/event-stream", headers=NOT_KEPT)
