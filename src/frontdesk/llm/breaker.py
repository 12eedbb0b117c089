"""A circuit breaker for one service: after failures in a row it is left alone for a while, then tried by one call."""

import time
from collections.abc import Callable

from frontdesk.interfaces import ErrorKind, ModelFailed

# These say something about the service, not about this one question.
OF_THE_SERVICE = frozenset(
    {ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE, ErrorKind.SERVER_ERROR, ErrorKind.RATE_LIMITED, ErrorKind.UNAUTHORISED}
)


class Breaker:
    """Closed: calls go through. Open: none does. Then one goes as a probe, and its fate decides."""

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Open after this many failures in a row, for so long; `clock` counts seconds."""
        self._most, self._seconds, self._clock = failures, seconds, clock
        self._failures = 0
        self._until = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether a call would be refused now."""
        return self._clock() < self._until or self._probing

    def enter(self) -> None:
        """Ask to make a call. Raises ModelFailed (BREAKER_OPEN)."""
        moment = self._clock()
        if moment < self._until or self._probing:
            wait = max(0.0, self._until - moment)
            raise ModelFailed(ErrorKind.BREAKER_OPEN, f"left alone for {wait:.0f} s after failures", permanent=True)
        self._probing = self._until > 0

    def succeeded(self) -> None:
        """The call was answered, whatever the answer was worth."""
        self._failures, self._until, self._probing = 0, 0.0, False

    def failed(self, trouble: ErrorKind, after_seconds: float | None) -> None:
        """The call failed. A service that names a time is left alone until then, a wrong key for the whole while."""
        was_probe, self._probing = self._probing, False
        if trouble not in OF_THE_SERVICE:
            self._failures, self._until = 0, 0.0
            return
        self._failures += 1
        if was_probe or self._failures >= self._most or trouble is ErrorKind.UNAUTHORISED:
            self._until = self._clock() + self._seconds
        if trouble is ErrorKind.RATE_LIMITED and after_seconds:
            self._until = max(self._until, self._clock() + min(after_seconds, self._seconds))

    def gave_up(self) -> None:
        """The call was not made or not awaited to its end: nothing is known of the service."""
        self._probing = False
