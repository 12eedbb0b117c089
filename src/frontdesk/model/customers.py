"""Customers and their contacts."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer by number (up to 10 characters). `tier` is what service levels and calendars know them by."""

    id: str
    name: str
    created_at: datetime
    version: int = 1
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person who writes to us. `identities` maps a channel code to the person's address there."""

    id: int
    name: str
    email: str
    phone: str
    created_at: datetime
    customer_id: str | None = None
    identities: dict[str, str] = field(default_factory=dict)
    version: int = 1
