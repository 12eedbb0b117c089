"""Turns records of `frontdesk import` into messages, customers, contacts and codes, and checks them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from frontdesk.cli.files.delimited import unguarded
from frontdesk.interfaces import Invalid
from frontdesk.model import Code, CodeList, Contact, Customer, NewMessage, Sender
from frontdesk.ticketing.submission import check, storable

MESSAGE_FIELDS = ("text", "channel", "name", "email", "phone", "customer_no", "provider_id", "received_at", "thread")
DEFAULT_CHANNEL = "WEB"
DIGEST = 40


@dataclass(frozen=True, slots=True)
class ThreadedMessage:
    """A message and the thread it belongs to; messages of one channel with the same thread are one interaction."""

    message: NewMessage
    thread: str = ""


def message_of(fields: Mapping[str, Any], channels: Mapping[str, bool]) -> ThreadedMessage:
    """A message; one without an id of its own is known by a digest of its content. Raises Invalid."""
    values = {name: text_of(fields, name) for name in MESSAGE_FIELDS}
    values["text"] = text_of(fields, "text", strip=False)
    values["email"] = values["email"] or text_of(fields, "address")
    channel = values["channel"] or DEFAULT_CHANNEL
    content = json.dumps([values[name] for name in MESSAGE_FIELDS if name != "provider_id"])
    message = NewMessage(
        text=values["text"],
        channel=channel,
        sender=Sender(values["name"], values["email"], values["phone"], values["customer_no"]),
        provider_id=values["provider_id"] or f"import:{hashlib.sha256(content.encode()).hexdigest()[:DIGEST]}",
        received_at=_moment(values["received_at"]),
    )
    return ThreadedMessage(check(message, channels), values["thread"])


def customer_of(fields: Mapping[str, Any], now: datetime) -> Customer:
    """A customer. Raises Invalid."""
    return Customer(_limited(fields, "id", 10, needed=True), _limited(fields, "name", 200, needed=True), now)


def contact_of(fields: Mapping[str, Any], now: datetime) -> Contact:
    """A contact with its e-mail address, phone number and, from our own export, addresses on other channels."""
    identities = fields.get("identities") or {}
    if isinstance(identities, str):
        identities = _json(identities, "identities")
    if not isinstance(identities, dict) or not all(isinstance(value, str) for value in identities.values()):
        raise Invalid("identities is not an object of channel to address", "identities")
    email, phone = _limited(fields, "email", 320), _limited(fields, "phone", 40)
    if not email and not phone and not identities:
        raise Invalid("has neither email nor phone: nobody could be recognised by it", "email")
    return Contact(
        id=0,
        name=_limited(fields, "name", 200),
        email=email,
        phone=phone,
        created_at=now,
        customer_id=_limited(fields, "customer_id", 10) or None,
        identities={storable(channel): storable(address) for channel, address in identities.items()},
    )


def code_of(fields: Mapping[str, Any]) -> Code:
    """An entry of a code list; without `list` it is an intent. Raises Invalid."""
    which = text_of(fields, "list") or CodeList.INTENT.value
    if which not in set(CodeList):
        raise Invalid(f"list {which!r} is not known: use one of {', '.join(CodeList)}", "list")
    code = _limited(fields, "code", 40, needed=True)
    position = text_of(fields, "position") or "0"
    if not position.isascii() or not position.isdigit() or len(position) > 9:
        raise Invalid("position is not a whole number", "position")
    return Code(
        list=CodeList(which),
        code=code,
        name=_limited(fields, "name", 100) or code,
        description=_limited(fields, "description", 10_000),
        position=int(position),
        active=text_of(fields, "active").lower() not in ("false", "0", "no"),
        examples=examples_of(fields.get("examples")),
    )


def text_of(fields: Mapping[str, Any], name: str, *, strip: bool = True) -> str:
    """A field as text, empty where it is not there. Raises Invalid."""
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(value)
    if not isinstance(value, str):
        raise Invalid(f"{name} is not a text", name)
    return unguarded(value).strip() if strip else unguarded(value)


def _limited(fields: Mapping[str, Any], name: str, limit: int, *, needed: bool = False) -> str:
    value = storable(text_of(fields, name))
    if needed and not value:
        raise Invalid(f"has no {name}", name)
    if len(value) > limit:
        raise Invalid(f"{name} has more than {limit:,} characters", name)
    return value


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        told = f"received_at {value[:40]!r} is not a time: write it like 2026-03-31T09:30:00+02:00"
        raise Invalid(told, "received_at") from None


def examples_of(value: Any) -> tuple[str, ...]:
    """A list; in CSV a JSON list, or one example a line."""
    if isinstance(value, str):
        value = _json(value, "examples") if value.lstrip().startswith("[") else value.splitlines()
    if not isinstance(value or [], list) or not all(isinstance(each, str) for each in value or ()):
        raise Invalid("examples is not a list of texts", "examples")
    return tuple(storable(each).strip() for each in value or () if each.strip())


def _json(value: str, name: str) -> Any:
    try:
        return json.loads(value or "null")
    except (ValueError, RecursionError):
        raise Invalid(f"{name} is not JSON", name) from None
