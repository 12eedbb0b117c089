"""Prices of calls, from a shipped table and the settings; and the most that a call can cost."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from frontdesk.interfaces import ModelRequest

MOST_REMEMBERED = 1000
TURN_OVERHEAD = 16  # tokens that chat templates put around a turn, generously


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, in the table's currency."""

    input: float
    output: float = 0.0

    def of(self, input_tokens: int, output_tokens: int) -> int:
        """The cost in millionths of the currency, rounded up."""
        return math.ceil(input_tokens * self.input + output_tokens * self.output - 1e-9)


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
    schema = len(str(request.schema).encode()) if request.schema else 0
    return sum(len(turn.text.encode("utf-8", "replace")) + TURN_OVERHEAD for turn in request.turns) + schema


def likely_tokens(texts: Sequence[str]) -> int:
    """About how many tokens the texts have, where a service does not say: three and a half bytes to a token."""
    return math.ceil(sum(len(text.encode("utf-8", "replace")) for text in texts) / 3.5)
