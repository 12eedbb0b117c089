"""Who may do what: roles, accounts, keys and the caller of a request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The role that a route, page or command requires. `anyone` must be declared too: nothing is open by omission."""

    ANYONE = "anyone"
    CUSTOMER = "customer"
    SERVICE = "service"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether a caller with this role may use what needs `needed`."""
        return needed in _COVERS[self]


# The longest name of an account; the name is stored with everything that its owner does.
NAME_LENGTH = 200

# What a key can be narrowed to; those that end in a colon take a name.
API_SCOPE, LLM_SCOPE, USE_CASE_SCOPE, MODEL_SCOPE = "api", "llm", "llm:use-case:", "llm:model:"
# A key with it is told what internal articles say; no other key is, whatever else it may do.
INTERNAL_SCOPE = "knowledge:internal"
SCOPES = (
    API_SCOPE,
    INTERNAL_SCOPE,
    LLM_SCOPE,
    "llm:chat",
    "llm:embeddings",
    "llm:transcription",
    "llm:use-case",
    "llm:vectors",
    "llm:reports",
    USE_CASE_SCOPE,
    MODEL_SCOPE,
)

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
class Grant:
    """What a key may use and spend, within its role. Without scopes it may use everything; 0 means no limit.

    Budgets are for language models, in millionths of the price table's currency, for each day and month of UTC.
    """

    scopes: frozenset[str] = frozenset()
    budget_day: int = 0
    budget_month: int = 0
    requests_per_minute: int = 0

    def allows(self, scope: str) -> bool:
        """Whether the grant covers `scope`, by its own name or by a parent (`llm` covers `llm:chat`).

        `llm:*` is covered by any scope that begins with `llm`.
        """
        if not self.scopes:
            return True
        if scope.endswith(":*"):
            return any(f"{each}:".startswith(scope[:-1]) for each in self.scopes)
        parts = scope.split(":")
        return any(":".join(parts[:length]) in self.scopes for length in range(1, len(parts) + 1))

    def allows_model(self, alias: str) -> bool:
        """Whether this chain, service or model may be used. Without a scope that names one, all may."""
        named = [scope for scope in self.scopes if scope.startswith(MODEL_SCOPE)]
        return not named or f"{MODEL_SCOPE}{alias}" in named


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for programs; the secret itself is shown once and stored only as a hash."""

    id: str
    name: str
    role: Role
    prefix: str
    created_at: datetime
    revoked_at: datetime | None = None
    grant: Grant = Grant()


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request: a person, a program, or an anonymous caller."""

    id: str
    name: str
    role: Role
    grant: Grant = Grant()


NOBODY = Caller("", "", Role.ANYONE)
