"""Faults of simulators: slow, failing, cut and garbled answers."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from frontdesk.simulators.serving import Asked, Told, told

INSPECTION = "/_simulator"
MOST_REMEMBERED = 200
GARBAGE = b"<html><body>Bad gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares from 0 to 1. A failing answer (503) may or may not have been carried out; one that is cut has been."""

    slow_ms: float = 0.0
    fail_share: float = 0.0
    cut_share: float = 0.0
    garbage_share: float = 0.0


class Simulator(Protocol):
    """An outside system: answers requests, and shows to tests what it holds."""

    name: str

    async def answer(self, asked: Asked) -> Told:
        """Carry out one request."""
        ...

    def state(self) -> dict[str, Any]:
        """All it holds."""
        ...


class Faulty:
    """A simulator with faults, and the doors for tests: GET /_simulator/state, /requests; PUT /_simulator/faults."""

    def __init__(self, simulator: Simulator, faults: Faults | None = None, seed: int | None = None) -> None:
        """The same `seed` has the same faults for the same requests in the same order."""
        self.faults = faults or Faults()
        self._simulator = simulator
        self._chance = random.Random(seed)  # noqa: S311 - faults, not secrets
        self._requests: deque[dict[str, Any]] = deque(maxlen=MOST_REMEMBERED)
        self.count = 0

    async def answer(self, asked: Asked) -> Told:
        """The simulator's answer, with the faults that it was told to have."""
        if asked.path.startswith(INSPECTION):
            return self._inspect(asked)
        self._remember(asked)
        if self.faults.slow_ms:
            await asyncio.sleep(self._chance.uniform(0, 2) * self.faults.slow_ms / 1000)
        draw, carried_out_first = self._chance.random(), self._chance.random() < 0.5
        if draw < self.faults.fail_share:
            if carried_out_first:
                await self._simulator.answer(asked)
            return told({"error": "out of order, as it was told to be"}, 503)
        draw -= self.faults.fail_share
        answer = await self._simulator.answer(asked)
        if draw < self.faults.cut_share:
            return replace(answer, cut_after=0)
        if draw < self.faults.cut_share + self.faults.garbage_share:
            return Told(200, GARBAGE, {"content-type": "text/html"})
        return answer

    def _remember(self, asked: Asked) -> None:
        self.count += 1
        self._requests.append(
            {
                "method": asked.method,
                "path": asked.path,
                "query": dict(asked.query),
                "headers": {k: v for k, v in asked.headers.items() if k != "authorization"},
                "body": asked.body.decode("utf-8", "replace"),
            }
        )

    def _inspect(self, asked: Asked) -> Told:
        match asked.method, asked.path.removeprefix(INSPECTION):
            case "GET", "/state":
                return told(self._simulator.state())
            case "GET", "/requests":
                return told({"count": self.count, "requests": list(self._requests)})
            case "PUT", "/faults":
                try:
                    self.faults = msgspec.json.decode(asked.body, type=Faults)
                except msgspec.ValidationError as error:
                    return told({"error": str(error)}, 400)
                return told(msgspec.to_builtins(self.faults))
        return told({"error": "there is /state, /requests and /faults"}, 404)
