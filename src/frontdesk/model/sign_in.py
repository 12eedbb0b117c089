"""How people come in: links that set a password, and whom a provider of single sign-on vouches for."""

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.model.identity import Role


class LinkKind(StrEnum):
    """What a link that sets a password is for."""

    RESET = "reset"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class ProvenPerson:
    """Whom a provider vouches for. `issuer` and `subject` together never mean another person."""

    issuer: str
    subject: str
    email: str
    is_email_verified: bool
    name: str
    role: Role
    teams: frozenset[str]
