"""How often people agree with analyses, with a confidence interval."""

import math
from dataclasses import dataclass

# The quantile of the normal distribution for 95 %.
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Agreement:
    """The number of messages that a person looked at, and in how many of them the analysis was left unchanged."""

    reviewed: int
    agreed: int

    @property
    def share(self) -> float:
        """The share that was left, 0 for none at all."""
        return self.agreed / self.reviewed if self.reviewed else 0.0

    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % confidence: Wilson's score interval (Wilson 1927), (0, 1) for no case.

        (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
        """
        n, p = self.reviewed, self.share
        if not n:
            return 0.0, 1.0
        middle = p + Z * Z / (2 * n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        scale = 1 + Z * Z / n
        return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
