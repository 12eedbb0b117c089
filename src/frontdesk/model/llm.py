"""Data about language models: calls, outcomes, budgets, reservations, use case versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.model.codes import Tier


@dataclass(frozen=True, slots=True)
class CallerBudget:
    """What a caller may spend each day and month, in millionths; 0: no limit. `name` identifies the budget."""

    name: str
    per_day: int = 0
    per_month: int = 0


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf a model is asked. `names` and `numbers` are those of people known to occur in the text."""

    caller: str
    message_id: str = ""
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    caller_budget: CallerBudget | None = None


@dataclass(frozen=True, slots=True)
class ModelCall:
    """The record of one call of a model service, of the built-in engine, or of an answer taken from the cache.

    Calls with the same `run_id` belong to one question. `outcome` is `ok` or the kind of the error. `cost` is in
    millionths of the price table's currency; it is 0 and `priced` False where the table does not know the model.
    """

    id: str
    run_id: str
    at: datetime
    operation: str
    use_case: str
    version: int
    service: str
    model: str
    tier: Tier
    caller: str
    message_id: str
    attempt: int
    outcome: str
    input_tokens: int
    output_tokens: int
    cost: int
    priced: bool
    milliseconds: float
    cached: bool
    masked: bool
    asked: str | None = None
    answered: str | None = None


@dataclass(frozen=True, slots=True)
class RouteFailure:
    """A route that gave no usable answer, and why."""

    route: str
    trouble: str
    reason: str


@dataclass(frozen=True, slots=True)
class UseCaseOutcome:
    """A checked answer with what it took. `cost` in millionths of the price table's currency, over all attempts."""

    value: Any
    use_case: str
    version: int
    tier: Tier
    service: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: int
    milliseconds: float
    retries: int
    cached: bool
    masked: bool
    failures: tuple[RouteFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetPeriod:
    """A budget for one period; `limit` is in millionths."""

    name: str
    period: str
    limit: int


@dataclass(frozen=True, slots=True)
class Rate:
    """How often all processes together may call a service; 0 means no limit."""

    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    concurrency: int = 0

    @property
    def is_set(self) -> bool:
        """Whether there is any limit."""
        return bool(self.requests_per_minute or self.tokens_per_minute or self.concurrency)


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """A request to make one call: what it may use at most, from which budgets, and for how many seconds."""

    service: str
    rate: Rate
    tokens: int
    cost: int
    budgets: tuple[BudgetPeriod, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """The permission to make one call, settled with its real cost. An empty id: there are no limits."""

    id: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A refused reservation. `after_seconds`: when to ask again (None: the budget is spent); `reason` is for people."""

    reason: str
    after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class UseCaseVersion:
    """A stored version of a use case: its YAML text, which never changes."""

    name: str
    version: int
    body: str
    note: str
    by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CallReport:
    """The totals of a group of calls. Mean and percentiles of milliseconds leave out answers from the cache."""

    group: Mapping[str, str]
    calls: int
    failed: int
    cached: int
    masked: int
    input_tokens: int
    output_tokens: int
    cost: int
    milliseconds: float
    p50: float
    p95: float
    p99: float
