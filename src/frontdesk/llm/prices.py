"""Prices of calls, from a shipped table and the settings; and the most that a call can cost."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files

import msgspec

from frontdesk.interfaces import ModelRequest
from frontdesk.llm.documents import media
from frontdesk.model.llm import BudgetPeriod, CallerBudget

MOST_REMEMBERED = 1000
TURN_OVERHEAD = 16  # tokens that chat templates put around a turn, generously
MOST_IMAGE, LIKELY_IMAGE = 40_000, 1_500  # tokens; a small model of OpenAI counts 36,835 for a large image


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, in the table's currency; input that a cache had, or that went into one, has its own."""

    input: float
    output: float = 0.0
    cached: float | None = None
    written: float | None = None

    def of(self, input_tokens: int, output_tokens: int, cached: int = 0, written: int = 0) -> int:
        """The cost in millionths of the currency, rounded up; `cached` and `written` are among the input."""
        cost = input_tokens * self.input + output_tokens * self.output
        for tokens, price in ((cached, self.cached), (written, self.written)):
            cost += tokens * ((self.input if price is None else price) - self.input)
        return math.ceil(cost - 1e-9)


class Prices:
    """Prices by model name."""

    def __init__(self, own: Mapping[str, Price] | None = None) -> None:
        """`own` come before those of the shipped table."""
        table = tomllib.loads((files("frontdesk.llm") / "prices.toml").read_text("utf-8"))
        self.currency = str(table["currency"])
        self._shipped = {name: Price(**each) for name, each in table["models"].items()}
        self._own = dict(own or {})
        self._found: dict[str, Price | None] = {}

    def of(self, model: str) -> Price | None:
        """The price of a model, None where neither table knows it."""
        if model not in self._found:
            if len(self._found) > MOST_REMEMBERED:
                self._found.clear()  # callers of chat may name any model
            self._found[model] = _look_up(self._own, model) or _look_up(self._shipped, model)
        return self._found[model]


def _look_up(table: Mapping[str, Price], model: str) -> Price | None:
    if (exact := table.get(model)) is not None:
        return exact
    fitting = [name for name in table if name.endswith("*") and model.startswith(name[:-1])]
    return table[max(fitting, key=len)] if fitting else None


def most_tokens(request: ModelRequest) -> int:
    """Input tokens that a request cannot exceed: no tokenizer in use makes more tokens than there are bytes."""
    text, images = _sizes(request)
    return text + TURN_OVERHEAD * len(request.body["messages"]) + MOST_IMAGE * images


def likely_input(request: ModelRequest) -> int:
    """About how many tokens the question has."""
    text, images = _sizes(request)
    return math.ceil(text / 3.5) + LIKELY_IMAGE * images


def _sizes(request: ModelRequest) -> tuple[int, int]:
    """Bytes of all but the images, and how many images."""
    images = media(request.body).get("images", ())
    schema = len(msgspec.json.encode(request.schema)) if request.schema else 0
    size = len(msgspec.json.encode(request.body)) - sum(len(msgspec.json.encode(each)) for each in images)
    return size + schema, len(images)


def likely_tokens(texts: Sequence[str]) -> int:
    """About how many tokens the texts have, where a service does not say: three and a half bytes to a token."""
    return math.ceil(sum(len(text.encode("utf-8", "replace")) for text in texts) / 3.5)


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
