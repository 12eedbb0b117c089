"""Stand-ins that satisfy our Protocols, for faults that the real ones show only on a bad day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.interfaces import ActionHandler, Cases
from frontdesk.interfaces.stores import ActAtOnce
from frontdesk.model import Analysis, Case, Change, Decision, Effect, Lease, MessageContext, Receipt, Work


class Crash(BaseException):
    """The process dies here: nothing of ours may catch it."""


@dataclass
class CrashingCases:
    """Cases that die before or after the n-th write, as kill -9 would."""

    inner: Cases
    at: int
    after: bool
    writes: int = 0

    async def load(self, work: Work, lease: Lease) -> Case:
        return await self.inner.load(work, lease)

    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        return await self.inner.inbound_texts(interaction_id)

    async def keep_analysis(self, case: Case, analysis: Analysis) -> Case:
        return await self._write(self.inner.keep_analysis(case, analysis))

    async def context(self, case: Case) -> MessageContext:
        return await self.inner.context(case)

    async def reload(self, case: Case) -> Case:
        return await self.inner.reload(case)

    async def keep_decision(
        self, case: Case, decision: Decision, effects: Sequence[Effect], change: Change, act: ActAtOnce
    ) -> Case:
        return await self._write(self.inner.keep_decision(case, decision, effects, change, act))

    async def keep_effect(
        self, case: Case, effect: Effect, change: Change | None = None, *, ends: bool = False
    ) -> Case:
        return await self._write(self.inner.keep_effect(case, effect, change, ends=ends))

    async def load_effect(self, work: Work, lease: Lease) -> tuple[Case, Effect]:
        return await self.inner.load_effect(work, lease)

    async def postpone_effect(self, case: Case, effect: Effect, due_at: datetime) -> Case:
        return await self._write(self.inner.postpone_effect(case, effect, due_at))

    async def keep_tried(self, case: Case, effect: Effect) -> None:
        await self._write(self.inner.keep_tried(case, effect))

    async def keep_waiting(self, case: Case, effect: Effect, until: datetime | None) -> Case:
        return await self._write(self.inner.keep_waiting(case, effect, until))

    async def keep_over(self, case: Case) -> None:
        await self._write(self.inner.keep_over(case))

    async def keep_end(self, case: Case) -> None:
        await self._write(self.inner.keep_end(case))

    async def _write(self, writing: Any) -> Any:
        self.writes += 1
        if self.writes == self.at and not self.after:
            writing.close()
            raise Crash
        answer = await writing
        if self.writes == self.at:
            raise Crash
        return answer


@dataclass
class BackEnd:
    """A back end with a memory: it counts what it was asked to do, and fails as scripted before or after doing it."""

    failures: list[Exception] = field(default_factory=list)
    after_doing: bool = False
    done: dict[str, int] = field(default_factory=dict)
    asked: int = 0

    async def find(self, key: str) -> Receipt | None:
        return Receipt(f"call-{key[-1]}") if key in self.done else None

    async def perform(self, effect: Effect, case: Case) -> Receipt:
        self.asked += 1
        failure = self.failures.pop(0) if self.failures else None
        if failure and not self.after_doing:
            raise failure
        self.done[effect.key] = self.done.get(effect.key, 0) + 1
        if failure:
            raise failure
        return Receipt(f"call-{effect.key[-1]}")


class ManualClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Seconds:
    """A clock that only goes forward, when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


_: type[ActionHandler] = BackEnd
