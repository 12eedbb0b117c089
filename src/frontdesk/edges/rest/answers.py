"""The answers of the interface as JSON, declared field by field, so that the model can change independently."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response

from frontdesk.edges.rest.analysis_answers import AnalysisAnswer, CorrectionAnswer
from frontdesk.edges.rest.api_answer import ApiAnswer
from frontdesk.model import (
    Accepted,
    Analysis,
    AuditEvent,
    CodeList,
    Correction,
    Decision,
    DeliveryState,
    Effect,
    EffectState,
    Identity,
    InboundMessage,
    OutboundMessage,
    Page,
    Status,
    WaitingOn,
    WorkState,
)
from frontdesk.model.reading import Reading, StoredAnswer, TimelineItem
from frontdesk.orchestrator.deciding_again import DecidedAgain

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


class SenderAnswer(ApiAnswer, frozen=True):
    """The sender as the channel names it; `identity` says how address and phone number were proven."""

    name: str
    address: str
    phone: str
    customer_no: str
    identity: Identity


class ActionAnswer(ApiAnswer, frozen=True):
    """An action that the rules want done."""

    kind: str
    parameters: dict[str, Any]


class DecisionAnswer(ApiAnswer, frozen=True):
    """What the rules said, with the facts they saw and the row that matched."""

    id: str
    message_id: str
    rule_set: str
    rule_set_version: int
    rule: str
    route: str
    actions: list[ActionAnswer]
    facts: dict[str, Any]
    created_at: datetime


class EffectAnswer(ApiAnswer, frozen=True):
    """An action on its way or done; `key` travels to the outside and makes it happen once."""

    key: str
    message_id: str
    interaction_id: int
    decision_id: str
    position: int
    action: ActionAnswer
    state: EffectState
    attempts: int
    created_at: datetime
    reference: str
    detail: dict[str, Any]
    error: str
    done_at: datetime | None
    waits_for: list[str]


class InboundAnswer(ApiAnswer, frozen=True):
    """A customer's message."""

    id: str
    interaction_id: int
    sequence: int
    channel: str
    text: str
    sender: SenderAnswer
    received_at: datetime
    contact_id: int | None


class OutboundAnswer(ApiAnswer, frozen=True):
    """A message of the service; an internal memo (type IM) is for the team only."""

    id: str
    interaction_id: int
    sequence: int
    type: str
    channel: str
    recipient: str
    text: str
    processed_by: str
    created_at: datetime
    remark: str
    reply_to: str | None
    state: DeliveryState
    error: str


class AuditEventAnswer(ApiAnswer, frozen=True):
    """A line of the journal."""

    id: int
    at: datetime
    kind: str
    message_id: str | None
    by: str
    detail: dict[str, Any]


class InteractionAnswer(ApiAnswer, frozen=True):
    """An interaction; `version` is its ETag.

    `merged_to` is the reference of the one that goes on in its place, `may_belong_to` that of one which its sender
    named without taking part in it; both may be empty. `customer_proven` false: the customer is the sender's claim.
    `acknowledged_at` is the first automatic reply, `first_answer_at` the first one that answers. `waiting_since` is
    when the oldest message came that nobody has answered, `waiting_on` whose turn it is: us, customer, third (a third
    party's), or empty. Until `snoozed_until` it is set aside, unless the customer writes before. `assignee` is its
    owner since `assigned_at`: nothing is answered automatically until it is empty again, or the interaction is closed.
    """

    id: int
    reference: str
    title: str
    summary: str
    category: str
    channel: str
    status: Status
    priority: str
    team: str
    route: str
    tags: str
    intent: str | None
    sentiment: str | None
    customer_id: str | None
    created_at: datetime
    created_by: str
    updated_at: datetime
    modified_by: str
    assignee: str
    first_answer_at: datetime | None
    acknowledged_at: datetime | None
    first_person_answer_at: datetime | None
    waiting_since: datetime | None
    waiting_on: WaitingOn
    snoozed_until: datetime | None
    assigned_at: datetime | None
    closed_at: datetime | None
    version: int
    merged_to: str
    may_belong_to: str
    customer_proven: bool


class ViewCountsAnswer(ApiAnswer, frozen=True):
    """How many interactions each view holds; 1000 stands for that or more. `turn`: the caller's that wait for us."""

    turn: int
    mine: int
    unassigned: int
    teams: int
    waiting: int
    mentioned: int
    snoozed: int
    proposals: int
    unsure: int


class DoneAnswer(ApiAnswer, frozen=True):
    """The references of those it was done to, why others refused, and when it began, by which it is undone."""

    done: list[str]
    refused: dict[str, str]
    at: datetime


class PresenceAnswer(ApiAnswer, frozen=True):
    """Somebody else who has the interaction open, and whether they write."""

    name: str
    writing: bool


class PersonalStateAnswer(ApiAnswer, frozen=True):
    """What the caller has of an interaction. `unread`: messages came that they have not seen.

    `reply` and `memo` are texts that they have not sent; `others` were there within the last 40 seconds.
    """

    unread: bool
    reply: str
    memo: str
    others: list[PresenceAnswer]


class DecidedAgainAnswer(ApiAnswer, frozen=True):
    """What the rules say with the corrections: `sets` is what would change, `left` what a person would do."""

    rule: str
    route: str
    sets: dict[str, Any]
    left: list[ActionAnswer]


class LearntCorrectionAnswer(ApiAnswer, frozen=True):
    """A corrected intent with its message; `learnt`: the message is an example for all others."""

    correction: CorrectionAnswer
    reference: str
    text: str
    learnt: bool


class MessageAnswer(ApiAnswer, frozen=True):
    """A customer's message with what became of it so far."""

    reference: str
    message: InboundAnswer
    analysis: AnalysisAnswer | None
    corrections: list[CorrectionAnswer]
    decision: DecisionAnswer | None
    effects: list[EffectAnswer]


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


class CustomerAnswer(ApiAnswer, frozen=True):
    """A customer by number; `version` is the ETag."""

    id: str
    name: str
    created_at: datetime
    version: int


class ContactAnswer(ApiAnswer, frozen=True):
    """A person; `identities` maps a channel's code to the address there; `version` is the ETag."""

    id: int
    name: str
    email: str
    phone: str
    customer_id: str | None
    identities: dict[str, str]
    created_at: datetime
    version: int


class CodeAnswer(ApiAnswer, frozen=True):
    """An entry of a code list; `description` and `examples` teach intents."""

    which: CodeList = msgspec.field(name="list")
    code: str = msgspec.field()
    name: str
    description: str
    position: int
    active: bool
    examples: list[str]


class WorkAnswer(ApiAnswer, frozen=True):
    """A piece of durable work; `due_at` is when it may be claimed."""

    id: str
    kind: str
    subject: str
    step: str
    state: WorkState
    due_at: datetime
    attempts: int
    created_at: datetime
    last_error: str


class ServiceCallAnswer(ApiAnswer, frozen=True):
    """A call of the built-in service desk."""

    code: str
    subject: str
    remarks: str
    priority: str
    status: str
    interaction_id: int
    customer_id: str | None
    contact_id: int | None
    created_at: datetime


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


def show_again(found: DecidedAgain) -> DecidedAgainAnswer:
    """What would be decided again."""
    left = [
        ActionAnswer(each["kind"], {name: value for name, value in each.items() if name != "kind"})
        for each in found.left
    ]
    sets = {name: getattr(value, "value", value) for name, value in found.change.fields().items()}
    return DecidedAgainAnswer(found.verdict.rule, found.verdict.route, sets, left)


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
