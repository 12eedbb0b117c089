"""How often people agree with analyses, with a confidence interval."""

from dataclasses import dataclass

from frontdesk.model.shares import wilson


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
        """Where the true share lies with 95 % confidence."""
        return wilson(self.agreed, self.reviewed)
