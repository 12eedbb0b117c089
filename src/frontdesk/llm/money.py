"""Budgets: which pots a call is paid from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from frontdesk.model.llm import BudgetPeriod, CallerBudget

ALL = "all"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be spent, in millionths of the price table's currency; 0 sets no limit."""

    per_day: int = 0
    per_month: int = 0


@dataclass(frozen=True, slots=True)
class Budgets:
    """The allowance over everything, and those of `use_case:NAME` and `caller:NAME`."""

    total: Allowance = Allowance()
    named: Mapping[str, Allowance] = field(default_factory=dict)

    def pots(
        self, use_case: str, caller: str, at: datetime, caller_budget: CallerBudget | None = None
    ) -> tuple[BudgetPeriod, ...]:
        """The pots that a call is paid from, the caller's own `caller_budget` among them, always in the same order."""
        found = [*_pots(ALL, self.total, at)]
        if caller_budget is not None:
            found += _pots(f"key:{caller_budget.name}", Allowance(caller_budget.per_day, caller_budget.per_month), at)
        for name in (f"use_case:{use_case}", f"caller:{caller}"):
            if (allowance := self.named.get(name)) is not None:
                found += _pots(name, allowance, at)
        return tuple(sorted(found, key=lambda pot: (pot.name, pot.period)))


def _pots(name: str, allowance: Allowance, at: datetime) -> list[BudgetPeriod]:
    limits = [("%Y-%m-%d", allowance.per_day), ("%Y-%m", allowance.per_month)]
    return [BudgetPeriod(name, at.strftime(period), limit) for period, limit in limits if limit]
