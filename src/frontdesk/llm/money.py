"""Budgets: which budgets a call is paid from."""

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

    def of(
        self, use_case: str, caller: str, at: datetime, caller_budget: CallerBudget | None = None
    ) -> tuple[BudgetPeriod, ...]:
        """The budgets that a call is paid from, with the caller's own `caller_budget`; always in the same order."""
        found = [*_budgets(ALL, self.total, at)]
        if caller_budget is not None:
            found += _budgets(
                f"key:{caller_budget.name}", Allowance(caller_budget.per_day, caller_budget.per_month), at
            )
        for name in (f"use_case:{use_case}", f"caller:{caller}"):
            if (allowance := self.named.get(name)) is not None:
                found += _budgets(name, allowance, at)
        return tuple(sorted(found, key=lambda budget: (budget.name, budget.period)))


def _budgets(name: str, allowance: Allowance, at: datetime) -> list[BudgetPeriod]:
    limits = [("%Y-%m-%d", allowance.per_day), ("%Y-%m", allowance.per_month)]
    return [BudgetPeriod(name, at.strftime(period), limit) for period, limit in limits if limit]
