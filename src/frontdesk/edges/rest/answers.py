"""The answers of the interface as JSON: facts with their fields, but for those that are left out by name."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response

from frontdesk.edges.rest.analysis_answers import AnalysisAnswer, CorrectionAnswer
from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.model import (
    Accepted,
    Action,
    Analysis,
    AuditEvent,
    CodeList,
    Contact,
    Correction,
    Customer,
    Decision,
    Effect,
    InboundMessage,
    Interaction,
    OutboundMessage,
    Page,
    Sender,
    ServiceCall,
    Work,
)
from frontdesk.model.console import PersonalState, Presence, ViewCounts
from frontdesk.model.reading import Reading, StoredAnswer, TimelineItem
from frontdesk.model.set_up import LearntCorrection
from frontdesk.orchestrator.deciding_again import DecidedAgain
from frontdesk.services.changing_many import Done

T = TypeVar("T")
Fact = TypeVar("Fact")


class Receipt(ApiAnswer, frozen=True):
    """A stored message: `reference` is the interaction's, `interaction` its number."""

    reference: str
    interaction: int
    message: str
    sequence: int
    duplicate: bool


class Listed(ApiAnswer, Generic[T], frozen=True):
    """Some rows; `next` is the cursor of the following page, null on the last."""

    items: list[T]
    next: str | None


@shows(Sender)
class SenderAnswer(ApiAnswer, frozen=True):
    """The sender as the channel names it; `identity` says how address and phone number were proven."""


@shows(Action)
class ActionAnswer(ApiAnswer, frozen=True):
    """An action that the rules want done."""


@shows(Decision)
class DecisionAnswer(ApiAnswer, frozen=True):
    """What the rules said, with the facts they saw and the row that matched."""


@shows(Effect, without=("apart",))
class EffectAnswer(ApiAnswer, frozen=True):
    """An action on its way or done; `key` travels to the outside and makes it happen once."""


@shows(InboundMessage, without=("analysis_id", "erased_at", "merged_from"))
class InboundAnswer(ApiAnswer, frozen=True):
    """A customer's message; `quoted` are the words of earlier messages that were cut out of its text."""


@shows(OutboundMessage, without=("effect_key", "provider_id"))
class OutboundAnswer(ApiAnswer, frozen=True):
    """A message of the service; an internal memo (type IM) is for the team only."""


@shows(AuditEvent, without=("interaction_id",))
class AuditEventAnswer(ApiAnswer, frozen=True):
    """A line of the journal."""


@shows(Interaction)
class InteractionAnswer(ApiAnswer, frozen=True):
    """An interaction; `version` is its ETag.

    `merged_to` is the reference of the one that goes on in its place, `may_belong_to` that of one which its sender
    named without taking part in it; both may be empty. `customer_proven` false: the customer is the sender's claim.
    `acknowledged_at` is the first automatic reply, `first_answer_at` the first one that answers. `waiting_since` is
    when the oldest message came that nobody has answered, `waiting_on` whose turn it is: us, customer, third (a third
    party's), or empty. Until `snoozed_until` it is set aside, unless the customer writes before. `assignee` is its
    owner since `assigned_at`: nothing is answered automatically until it is empty again, or the interaction is closed.
    `reopened` counts how often it was opened again.
    """


@shows(ViewCounts)
class ViewCountsAnswer(ApiAnswer, frozen=True):
    """How many interactions each view holds; 1000 stands for that or more. `turn`: the caller's that wait for us."""


@shows(Done)
class DoneAnswer(ApiAnswer, frozen=True):
    """The references of those it was done to, why others refused, and when it began, by which it is undone."""


@shows(Presence)
class PresenceAnswer(ApiAnswer, frozen=True):
    """Somebody else who has the interaction open, and whether they write."""


@shows(PersonalState)
class PersonalStateAnswer(ApiAnswer, frozen=True):
    """What the caller has of an interaction. `unread`: messages came that they have not seen.

    `reply` and `memo` are texts that they have not sent; `others` were there within the last 40 seconds.
    """


class DecidedAgainAnswer(ApiAnswer, frozen=True):
    """What the rules say with the corrections: `sets` is what would change, `left` what a person would do."""

    rule: str
    route: str
    sets: dict[str, Any]
    left: list[ActionAnswer]


@shows(LearntCorrection)
class LearntCorrectionAnswer(ApiAnswer, frozen=True):
    """A corrected intent with its message; `learnt`: the message is an example for all others."""


@shows(Reading)
class MessageAnswer(ApiAnswer, frozen=True):
    """A customer's message with what became of it so far."""


class TimelineAnswer(ApiAnswer, frozen=True, omit_defaults=True):
    """One item of a timeline; `kind` names the member that holds it."""

    at: datetime
    kind: str
    inbound: InboundAnswer | None = None
    outbound: OutboundAnswer | None = None
    analysis: AnalysisAnswer | None = None
    correction: CorrectionAnswer | None = None
    decision: DecisionAnswer | None = None
    effect: EffectAnswer | None = None
    audit_event: AuditEventAnswer | None = None


@shows(Customer)
class CustomerAnswer(ApiAnswer, frozen=True):
    """A customer by number; `version` is the ETag."""


@shows(Contact)
class ContactAnswer(ApiAnswer, frozen=True):
    """A person; `identities` maps a channel's code to the address there; `version` is the ETag."""


class CodeAnswer(ApiAnswer, frozen=True):
    """An entry of a code list; `description` and `examples` teach intents."""

    which: CodeList = msgspec.field(name="list")
    code: str = msgspec.field()
    name: str
    description: str
    position: int
    active: bool
    examples: list[str]


@shows(Work, without=("lease_owner",))
class WorkAnswer(ApiAnswer, frozen=True):
    """A piece of durable work; `due_at` is when it may be claimed."""


@shows(ServiceCall, without=("key",))
class ServiceCallAnswer(ApiAnswer, frozen=True):
    """A call of the built-in service desk."""


KINDS: Mapping[type, tuple[str, Any]] = {
    InboundMessage: ("inbound", InboundAnswer),
    OutboundMessage: ("outbound", OutboundAnswer),
    Analysis: ("analysis", AnalysisAnswer),
    Correction: ("correction", CorrectionAnswer),
    Decision: ("decision", DecisionAnswer),
    Effect: ("effect", EffectAnswer),
    AuditEvent: ("audit_event", AuditEventAnswer),
}


def show(fact: object, kind: type[T]) -> T:
    """A fact of the model as its answer."""
    return msgspec.convert(fact, kind, from_attributes=True)


def show_page(page: Page[Fact], kind: type[T]) -> Listed[T]:
    """A page of facts as its answer."""
    return Listed([show(row, kind) for row in page.rows], page.next_cursor)


def show_actions(wanted: Iterable[Mapping[str, Any]]) -> list[ActionAnswer]:
    """Actions as rules name them: what is not the kind are parameters."""
    return [show(Action.of(each), ActionAnswer) for each in wanted]


def show_again(found: DecidedAgain) -> DecidedAgainAnswer:
    """What would be decided again."""
    sets = {name: getattr(value, "value", value) for name, value in found.change.fields().items()}
    return DecidedAgainAnswer(found.verdict.rule, found.verdict.route, sets, show_actions(found.left))


def show_reading(reading: Reading) -> MessageAnswer:
    """A message with what became of it."""
    return show(reading, MessageAnswer)


def show_item(item: TimelineItem) -> TimelineAnswer:
    """An item of a timeline under the name of its kind."""
    name, kind = KINDS[type(item.item)]
    return TimelineAnswer(item.at, name, **{name: show(item.item, kind)})


def tagged(answer: T, version: int) -> Response[T]:
    """An answer with its ETag."""
    return Response(answer, headers={"ETag": f'"{version}"'})


def created(kept: StoredAnswer[Any], answer: T, place: str, version: int | None = None) -> Response[T]:
    """The answer to a POST: where the new thing is, its ETag if it has one, and whether it was made before."""
    headers = {"Location": place} | replay(kept)
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return Response(answer, status_code=201, headers=headers)


def replay(kept: StoredAnswer[Any] | Accepted) -> dict[str, str]:
    """The header that tells of a repeated request."""
    return {"Idempotency-Replayed": "true"} if kept.replayed else {}
