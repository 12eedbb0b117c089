"""What the contract test needs of each channel: its settings, its vendor, how the vendor signs, where an answer is."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.channels.vendor import Vendor

HERE = Path(__file__).parent
RECORDINGS = ("text", "media", "status", "edit", "unknown_type", "malformed")
BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Signed:
    """A request as the vendor makes it."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Sample:
    """`answered(vendor)` are the texts that reached the vendor, each with where it went: (text, place).

    `place` is where the answer to the recording `text` must go. `forgeries` are requests the vendor did not make, by
    what is wrong with them; they are given the good body. `id` is that
    of the message in `text`, as it stands there. `without` says which recordings there are none of, and why.
    """

    section: dict[str, Any]
    sign: Callable[[bytes], Signed]
    vendor: type[Vendor] = Vendor
    urls: Callable[[str], dict[str, Any]] = lambda url: {"api_url": url}
    answered: Callable[[Any], list[tuple[str, Any]]] = lambda vendor: []
    place: Any = None
    sender: str = ""
    id: str = ""
    fresh: Callable[[bytes, int], tuple[bytes, str]] | None = None
    media: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    forgeries: Mapping[str, Callable[[bytes], Signed]] = field(default_factory=dict)
    without: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    suffix: str = "json"
    sent_state: str = "sent"
    status_becomes: str = "delivered"


def sample_of(name: str) -> Sample:
    """The sample of a channel: tests/channels/NAME/sample.py."""
    found = importlib.import_module(f"tests.channels.{name}.sample").SAMPLE
    assert isinstance(found, Sample)
    return found


def fresh(name: str, number: int) -> tuple[bytes, str]:
    """The recording `text` as a message of its own, and what its id holds: as many digits, where it has any."""
    sample = sample_of(name)
    body = recorded(name, "text")
    if sample.fresh is not None:
        return sample.fresh(body, number)
    id_ = sample.id[:-4] + f"{9000 + number}" if len(sample.id) > 4 else f"{sample.id}{9000 + number}"
    return body.replace(sample.id.encode(), id_.encode()), id_


def recorded(name: str, what: str) -> bytes:
    """A recording of a channel."""
    return (HERE / name / f"{what}.{sample_of(name).suffix}").read_bytes()
