"""What the inner rooms need stored; `storage` satisfies it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from frontdesk.interfaces.plugs import OwnRows
from frontdesk.model import (
    Analysis,
    Case,
    Change,
    Code,
    CodeList,
    Decision,
    Effect,
    Lease,
    MessageContext,
    OutboundMessage,
    Receipt,
    ServiceCall,
    Work,
)

ActAtOnce = Callable[[Case, OwnRows], Case]


class Cases(Protocol):
    """What the pipeline reads and writes. Each `keep_…` is one transaction fenced by the lease (LeaseLost)."""

    async def load(self, work: Work, lease: Lease) -> Case:
        """The case of a message with all results stored so far."""
        ...

    async def inbound_texts(self, interaction_id: int) -> tuple[str, ...]:
        """The texts of all its inbound messages, oldest first."""
        ...

    async def keep_analysis(self, case: Case, analysis: Analysis) -> Case:
        """Store the analysis and make it the message's current one."""
        ...

    async def context(self, case: Case) -> MessageContext:
        """What was said in its interaction up to this message, and who says it."""
        ...

    async def reload(self, case: Case) -> Case:
        """The case as it is now, under the same lease."""
        ...

    async def keep_decision(
        self, case: Case, decision: Decision, effects: Sequence[Effect], change: Change, act: ActAtOnce
    ) -> Case:
        """In one transaction: note who wrote, set the change, carry out by `act` what it can, store all of it.

        The message is handled with it where nothing is left to be done. Raises Stale, which stores nothing.
        """
        ...

    async def keep_effect(
        self, case: Case, effect: Effect, change: Change | None = None, *, ends: bool = False
    ) -> Case:
        """Store the end of an effect, apply what it changes (Stale), and make due what waited for it.

        `ends`: the work was this effect's own and is over with it.
        """
        ...

    async def load_effect(self, work: Work, lease: Lease) -> tuple[Case, Effect]:
        """The effect that the work is for, and the case it belongs to."""
        ...

    async def postpone_effect(self, case: Case, effect: Effect, due_at: datetime) -> Case:
        """Give a pending effect work of its own, due at `due_at`, so that its message goes on without it."""
        ...

    async def keep_tried(self, case: Case, effect: Effect) -> None:
        """Keep that an effect with work of its own was tried: what follows it goes on. The work stays as it is."""
        ...

    async def keep_waiting(self, case: Case, effect: Effect, until: datetime | None) -> Case:
        """Let a pending effect wait until what it waits for is settled, or `until` has come.

        Due at once where that happened meanwhile. Where the work is the effect's own, it is given back.
        """
        ...

    async def keep_over(self, case: Case) -> None:
        """End the work of an effect that is settled already."""
        ...

    async def keep_end(self, case: Case) -> None:
        """The message is handled: end its work."""
        ...


class Outbox(Protocol):
    """Outbound messages on their way."""

    async def draft(self, message: OutboundMessage) -> OutboundMessage:
        """Store it once per effect key; the answer is what is stored, with its sequence."""
        ...

    async def by_effect(self, key: str) -> OutboundMessage | None:
        """The outbound message that an effect made."""
        ...

    async def sent(self, message_id: str, receipt: Receipt) -> None:
        """Note that the channel took it."""
        ...

    async def refused(self, message_id: str, reason: str) -> None:
        """Note that the channel will never take it."""
        ...


class ServiceDeskStore(Protocol):
    """Where the built-in service desk keeps its calls."""

    async def open_call(self, call: ServiceCall) -> ServiceCall:
        """Store it once per key, with the next code; the answer is what is stored."""
        ...

    async def call_by_key(self, key: str) -> ServiceCall | None:
        """The call that an effect opened."""
        ...

    async def add_remark(self, key: str, remark: str) -> ServiceCall | None:
        """Add a remark, once, to the call that an effect opened; None where there is no such call."""
        ...


class Statuses(Protocol):
    """What becomes of service calls in other systems."""

    async def changed(self, key: str) -> bool:
        """Note that the call of this effect has changed, so that it is read; False where there is no such call."""
        ...

    async def keep(self, lease: Lease, key: str, receipt: Receipt | None) -> None:
        """Store the status that was read, with a line in the journal if it is new; None: the call is gone."""
        ...


class WorkQueue(Protocol):
    """Leased work: see the record on durable work in docs/decisions."""

    async def claim(self, owner: str, limit: int, lease_seconds: float) -> list[tuple[Work, Lease]]:
        """Up to `limit` due rows, leased to `owner`."""
        ...

    async def renew(self, lease: Lease, lease_seconds: float) -> bool:
        """Keep a lease for longer; False when it has passed to another."""
        ...

    async def postpone(self, lease: Lease, seconds: float, error: str, *, counted: bool = True) -> None:
        """Give the row back, due again after `seconds`; `counted` False takes back the attempt."""
        ...

    async def fail(self, lease: Lease, error: str) -> None:
        """Put the row where a person sees it."""
        ...

    async def free(self, owner_prefix: str) -> int:
        """Make rows leased by owners with this prefix due at once (of a process known to be dead)."""
        ...


class Deliveries(Protocol):
    """Replies on their way to the customer; each `keep_…` is fenced by the lease (LeaseLost)."""

    async def load(self, message_id: str) -> OutboundMessage:
        """Raises NotFound."""
        ...

    async def keep_sent(self, message: OutboundMessage, lease: Lease, receipt: Receipt) -> None:
        """The channel took it: note that and end the work."""
        ...

    async def keep_refused(self, message: OutboundMessage, reason: str) -> None:
        """The channel will not take it: show that; the work is failed by the runner."""
        ...


class CodeLists(Protocol):
    """The lists that people edit."""

    async def all(self) -> Mapping[CodeList, Sequence[Code]]:
        """Every list, by position then code; cheap when nothing changed."""
        ...
