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
# What the session of somebody reaches who must set up a second factor first; keys cannot have it.
ACCOUNT_SCOPE = "account"
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
    teams: frozenset[str] = frozenset()
    has_password: bool = True
    has_second_factor: bool = False
    is_external: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that is open. `handle` names it without opening it; `device` is what the browser says that it is."""

    handle: str
    method: str
    place: str
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key may use and spend, within its role. Without scopes it may use everything; 0 means no limit.

    Budgets are for language models, in millionths of the price table's currency, for each day and month of UTC.
    `teams` and `channels` are those whose interactions it reaches, all where there are none; the team "" stands for
    interactions that no team has yet. People have a grant for their teams alone.
    """

    scopes: frozenset[str] = frozenset()
    budget_day: int = 0
    budget_month: int = 0
    requests_per_minute: int = 0
    teams: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    @property
    def needs_second_factor(self) -> bool:
        """Whether its owner must set up a second factor before anything else."""
        return ACCOUNT_SCOPE in self.scopes

    @property
    def is_narrowed(self) -> bool:
        """Whether some interactions are out of reach."""
        return bool(self.teams or self.channels)

    def reaches(self, team: str, channel: str) -> bool:
        """Whether an interaction of this team and channel may be seen and changed."""
        return (not self.teams or team in self.teams) and (not self.channels or channel in self.channels)

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
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_usable(self, now: datetime) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request: a person, a program, or an anonymous caller."""

    id: str
    name: str
    role: Role
    grant: Grant = Grant()


NOBODY = Caller("", "", Role.ANYONE)
