"""When a number of messages is worth a person's attention."""

import math

DAYS_BEFORE = 7
LEAST = 5
# Standard deviations of a Poisson count above which chance is no explanation: about one false alarm in a thousand.
SURPRISING = 3.0


def is_spike(today: int, usual: float) -> bool:
    """Whether a day's number is far above what is usual for a day."""
    return today >= LEAST and today > usual + SURPRISING * math.sqrt(max(usual, 1.0))
