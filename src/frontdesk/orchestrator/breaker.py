"""Action handlers behind a circuit breaker."""

from collections.abc import Callable

from typing_extensions import override

from frontdesk.interfaces import ActionHandler, Failed
from frontdesk.interfaces.circuit_breaker import CircuitBreaker
from frontdesk.model import Case, Effect, Receipt


class WithBreaker(ActionHandler):
    """A performer behind a breaker. An answer that refuses for good is an answer."""

    def __init__(
        self,
        action_handler: ActionHandler,
        breaker: CircuitBreaker,
        name: str,
        part_of: Callable[[Effect], str] | None = None,
    ) -> None:
        """`name` is the back end's, shared by all handlers that use it; `part_of` tells its parts apart."""
        self._handler, self._breaker, self._name = action_handler, breaker, name
        self.name = name
        self._part_of = part_of

    @override
    async def find(self, key: str) -> Receipt | None:
        """Raises Held."""
        with _Watch(self._breaker, self._name):
            return await self._handler.find(key)

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Raises Held."""
        part = self._part_of(effect) if self._part_of else ""
        with _Watch(self._breaker, f"{self._name} {part}" if part else self._name):
            return await self._handler.perform(effect, case)


class _Watch:
    """Tells the breaker how one request ended."""

    def __init__(self, breaker: CircuitBreaker, name: str) -> None:
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
