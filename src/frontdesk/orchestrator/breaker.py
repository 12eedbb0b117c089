"""Circuit breaker: who does not answer is left alone for a while, then asked by one of all that wait.

In memory, one per process: each process finds out for itself, which costs a few requests and no coordination.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.interfaces import ActionHandler, Failed, Held
from frontdesk.model import Case, Effect, Receipt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """After how many failures in a row a circuit opens, and for how many seconds: at first and at most."""

    failures: int = 5
    seconds: float = 5.0
    longest: float = 300.0


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    open_until: float = 0.0
    pause: float = 0.0
    probing: bool = False


class Breaker:
    """The circuits of all other sides, by name."""

    def __init__(self, rules: BreakerRules, seconds: Callable[[], float]) -> None:
        """`seconds` is a clock that only goes forward."""
        self._rules, self._seconds = rules, seconds
        self._circuits: dict[str, _Circuit] = {}

    def admit(self, name: str) -> None:
        """Let a request through. Raises Held while the circuit is open, or its one probe is under way."""
        circuit = self._circuits.setdefault(name, _Circuit())
        if not circuit.pause:
            return
        left = circuit.open_until - self._seconds()
        if left > 0 or circuit.probing:
            wait = max(left, self._rules.seconds / 2)
            raise Held(f"{name} does not answer and is left alone for now", after_seconds=wait)
        circuit.probing = True

    def succeeded(self, name: str) -> None:
        """It answered: all may ask again."""
        if (circuit := self._circuits.get(name)) and circuit.pause:
            log.warning("%s answers again", name)
        self._circuits[name] = _Circuit()

    def failed(self, name: str) -> None:
        """It did not answer. Enough of these in a row, or a failed probe, open the circuit."""
        circuit = self._circuits.setdefault(name, _Circuit())
        circuit.failures += 1
        if circuit.probing or circuit.failures >= self._rules.failures:
            circuit.pause = min(circuit.pause * 2 or self._rules.seconds, self._rules.longest)
            circuit.open_until = self._seconds() + circuit.pause
            circuit.probing = False
            log.warning("%s does not answer and is left alone for %.0f s", name, circuit.pause)

    def gave_up(self, name: str) -> None:
        """A request ended without telling anything (it was cancelled): another may probe."""
        if name in self._circuits:
            self._circuits[name].probing = False

    def open_circuits(self) -> dict[str, float]:
        """The other sides that are left alone, and for how many more seconds."""
        now = self._seconds()
        return {name: max(0.0, c.open_until - now) for name, c in self._circuits.items() if c.pause}


class WithBreaker:
    """A performer behind a breaker; see interfaces.ActionHandler. An answer that refuses for good is an answer."""

    def __init__(
        self, action_handler: ActionHandler, breaker: Breaker, name: str, part_of: Callable[[Effect], str] | None = None
    ) -> None:
        """`name` is the other side's, one for all performers that speak to it; `part_of` tells its parts apart."""
        self._performer, self._breaker, self._name = action_handler, breaker, name
        self.name = name
        self._part_of = part_of

    async def find(self, key: str) -> Receipt | None:
        """See interfaces.ActionHandler. Raises Held."""
        with _Watch(self._breaker, self._name):
            return await self._performer.find(key)

    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """See interfaces.ActionHandler. Raises Held."""
        part = self._part_of(effect) if self._part_of else ""
        with _Watch(self._breaker, f"{self._name} {part}" if part else self._name):
            return await self._performer.perform(effect, case)


class _Watch:
    """Tells the breaker how one request ended."""

    def __init__(self, breaker: Breaker, name: str) -> None:
        self._breaker, self._name = breaker, name

    def __enter__(self) -> None:
        self._breaker.admit(self._name)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None or (isinstance(error, Failed) and error.permanent):
            self._breaker.succeeded(self._name)
        elif isinstance(error, Failed):
            self._breaker.failed(self._name)
        else:
            self._breaker.gave_up(self._name)
