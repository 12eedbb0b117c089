"""Circuit breaker: what keeps failing is left alone for a while, then tried by one of all that wait.

In memory, one per process: each process finds out for itself, which costs a few requests and no coordination.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.interfaces.errors import Held

log = logging.getLogger(__name__)

# Names may come from callers (a model that they ask for): no more circuits than this are remembered.
MOST_CIRCUITS = 1_000


@dataclass(frozen=True, slots=True)
class CircuitRules:
    """After how many failures in a row a circuit opens, and for how many seconds: at first and at most."""

    failures: int = 5
    seconds: float = 5.0
    longest: float = 300.0


@dataclass(slots=True)
class _Circuit:
    """Closed while `pause` is 0. Open until `open_until`, then one request probes it."""

    failures: int = 0
    open_until: float = 0.0
    pause: float = 0.0
    probing: bool = False


class CircuitBreaker:
    """Circuits by name. Each request is admitted, then it succeeds, fails or is given up."""

    def __init__(self, rules: CircuitRules, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and only goes forward."""
        self._rules, self._clock = rules, clock
        self._circuits: dict[str, _Circuit] = {}

    def admit(self, name: str) -> None:
        """Let a request through. Raises Held while the circuit is open, or its one probe is under way."""
        circuit = self._circuits.get(name)
        if circuit is None or not circuit.pause:
            return
        left = circuit.open_until - self._clock()
        if left > 0 or circuit.probing:
            wait = max(left, self._rules.seconds / 2)
            raise Held(f"{name} does not answer and is left alone for now", after_seconds=wait)
        circuit.probing = True

    def succeeded(self, name: str) -> None:
        """It answered: all may ask again."""
        if (circuit := self._circuits.pop(name, None)) and circuit.pause:
            log.warning("%s answers again", name)

    def failed(self, name: str) -> None:
        """It did not answer. Enough of these in a row, or a failed probe, open the circuit."""
        if name not in self._circuits and len(self._circuits) >= MOST_CIRCUITS:
            self._circuits.pop(next(iter(self._circuits)))
        circuit = self._circuits.setdefault(name, _Circuit())
        if circuit.pause and not circuit.probing:
            return  # it was admitted before the circuit opened, and tells nothing new
        circuit.failures += 1
        if circuit.probing or circuit.failures >= self._rules.failures:
            circuit.pause = min(circuit.pause * 2 or self._rules.seconds, self._rules.longest)
            circuit.open_until = self._clock() + circuit.pause
            circuit.probing = False
            log.warning("%s does not answer and is left alone for %.0f s", name, circuit.pause)

    def gave_up(self, name: str) -> None:
        """A request ended without telling anything (it was cancelled): another may probe."""
        if name in self._circuits:
            self._circuits[name].probing = False

    def open_circuits(self) -> dict[str, float]:
        """What is left alone, and for how many more seconds."""
        now = self._clock()
        return {name: max(0.0, c.open_until - now) for name, c in self._circuits.items() if c.pause}
