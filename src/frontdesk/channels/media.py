"""Downloads files from vendors; internal addresses are allowed only if the vendor's own API has one.

An address out of an event is no proof of whose it is: our key goes along only over https to the vendor's own hosts, or
to the address that is configured. Host names are compared after parsing, never as beginnings of a text.
"""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, urlsplit

from frontdesk.channels.kind import ChannelTools
from frontdesk.interfaces import DeliveryFailed
from frontdesk.interfaces.channels import Fetched

GONE = frozenset({400, 403, 404, 410})
HTTPS = 443
# No user, no password, no backslash: what two readers of an address could understand in two ways.
_PLACE = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)


async def download(
    tools: ChannelTools,
    title: str,
    url: str,
    home: str,
    most_bytes: int,
    key: Mapping[str, str] | None = None,
    hosts: tuple[str, ...] = (),
) -> Fetched:
    """The content at `url`. Raises DeliveryFailed, NoAnswer.

    `home` is the address of the vendor's interface as it is configured: its host is trusted. The headers in `key` go
    along only to where `may_have_key` allows.
    """
    where = parsed(url)
    if where is None:
        raise DeliveryFailed(f"{title} gave no address of the media", permanent=True)
    http = tools.reach(f"{where.scheme}://{where.netloc}", trusted=is_home(url, home), most_bytes=most_bytes)
    query = dict(parse_qsl(where.query, keep_blank_values=True))
    headers = key if may_have_key(url, home, hosts) else None
    got = await http.send("GET", where.path or "/", params=query, headers=headers)
    if not got.ok:
        raise DeliveryFailed(f"{title} answered {got.status} for media", permanent=got.status in GONE)
    return Fetched(got.body, got.headers.get("content-type", "").partition(";")[0].strip())


def may_have_key(url: str, home: str, hosts: tuple[str, ...]) -> bool:
    """Whether our key may be sent to this address: over https to one of `hosts`, or to the origin of `home`.

    A host that begins with a dot stands for all that end in it.
    """
    where = parsed(url)
    if where is None:
        return False
    name = (where.hostname or "").lower()
    is_theirs = any(name.endswith(host) if host.startswith(".") else name == host for host in hosts)
    return is_home(url, home) or (where.scheme == "https" and where.port in (None, HTTPS) and is_theirs)


def is_home(url: str, home: str) -> bool:
    """Whether an address has scheme, host and port of the one that is configured."""
    where, ours = parsed(url), parsed(home)
    return where is not None and ours is not None and _origin(where) == _origin(ours)


def parsed(url: str) -> SplitResult | None:
    """An address that can mean one thing only, None for any other."""
    try:
        where = urlsplit(url)
        where.port  # noqa: B018 - raises where it is no number of a port
    except ValueError:
        return None
    is_plain = where.scheme in ("http", "https") and _PLACE.fullmatch(where.netloc) and where.hostname
    return where if is_plain else None


def _origin(where: SplitResult) -> tuple[str, str, int]:
    return where.scheme, (where.hostname or "").lower(), where.port or (HTTPS if where.scheme == "https" else 80)
