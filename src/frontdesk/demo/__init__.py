"""Demo data: invented people and companies who write to an invented shop for household appliances."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from frontdesk.model import NewMessage, Sender


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """A message and its thread: messages of one thread are one interaction, in their order."""

    message: NewMessage
    thread: str = ""


def demo_customers() -> tuple[tuple[str, str], ...]:
    """Number and name of each demo customer."""
    return tuple((each["id"], each["name"]) for each in _read()["customers"])


def demo_messages(now: datetime) -> tuple[DemoMessage, ...]:
    """All demo messages, oldest first within their threads, received during the week before `now`.

    Their provider ids are always the same, so that they are stored once however often they are handed in.
    """
    return tuple(_message(each, now) for each in _read()["messages"])


def _read() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((files("frontdesk.demo") / "demo.json").read_text("utf-8"))
    return raw


def _message(each: dict[str, Any], now: datetime) -> DemoMessage:
    sender = Sender(
        name=each.get("name", ""),
        address=each.get("email", ""),
        phone=each.get("phone", ""),
        customer_no=each.get("customer_no", ""),
    )
    message = NewMessage(
        text=each["text"],
        channel=each["channel"],
        sender=sender,
        provider_id=each["id"],
        received_at=now - timedelta(hours=each["hours_ago"]),
    )
    return DemoMessage(message, each.get("thread", ""))
