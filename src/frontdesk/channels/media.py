"""Downloads files from vendors; internal addresses are allowed only if the vendor's own API has one."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from frontdesk.channels.kind import ChannelTools
from frontdesk.interfaces import DeliveryFailed
from frontdesk.interfaces.channels import Fetched

GONE = frozenset({400, 403, 404, 410})


async def download(
    tools: ChannelTools, title: str, url: str, home: str, most_bytes: int, headers: Mapping[str, str] | None = None
) -> Fetched:
    """The content at `url`; `headers` (which may hold a key) go along. Raises DeliveryFailed, NoAnswer.

    `home` is the address of the vendor's interface as it is configured: its host is trusted.
    """
    where = urlsplit(url)
    if where.scheme not in ("http", "https") or not where.hostname:
        raise DeliveryFailed(f"{title} gave no address of the media", permanent=True)
    is_home = where.netloc == urlsplit(home).netloc
    http = tools.reach(f"{where.scheme}://{where.netloc}", trusted=is_home, most_bytes=most_bytes)
    query = dict(parse_qsl(where.query, keep_blank_values=True))
    got = await http.send("GET", where.path or "/", params=query, headers=headers)
    if not got.ok:
        raise DeliveryFailed(f"{title} answered {got.status} for media", permanent=got.status in GONE)
    return Fetched(got.body, got.headers.get("content-type", "").partition(";")[0].strip())
