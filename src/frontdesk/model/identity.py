"""Who may do what: roles, accounts, keys and the caller of a request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a route, page or command asks for. `anyone` is a declaration too: nothing is open by omission."""

    ANYONE = "anyone"
    CUSTOMER = "customer"
    SERVICE = "service"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether a caller with this role may use what needs `needed`."""
        return needed in _COVERS[self]


_COVERS: dict[Role, frozenset[Role]] = {
    Role.ANYONE: frozenset({Role.ANYONE}),
    Role.CUSTOMER: frozenset({Role.ANYONE, Role.CUSTOMER}),
    Role.SERVICE: frozenset({Role.ANYONE, Role.CUSTOMER, Role.SERVICE}),
    Role.AGENT: frozenset({Role.ANYONE, Role.CUSTOMER, Role.SERVICE, Role.AGENT}),
    Role.SUPERVISOR: frozenset(Role) - {Role.ADMIN},
    Role.ADMIN: frozenset(Role),
}


@dataclass(frozen=True, slots=True)
class Account:
    """A person who signs in."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for programs; the secret itself is shown once and stored only as a hash."""

    id: str
    name: str
    role: Role
    prefix: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a person, a program or nobody in particular."""

    id: str
    name: str
    role: Role


NOBODY = Caller("", "", Role.ANYONE)
