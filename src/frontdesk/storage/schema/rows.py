"""Turns rows into dataclasses: one function per table, used by every store."""

from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_type_hints

from sqlalchemy import RowMapping

from frontdesk.model import (
    Action,
    Analysis,
    AuditEvent,
    Contact,
    Correction,
    Customer,
    Decision,
    Effect,
    Entity,
    InboundMessage,
    Interaction,
    OutboundMessage,
    Probability,
    Sender,
    ServiceCall,
)

T = TypeVar("T")


def fact(kind: type[T], row: RowMapping, **given: Any) -> T:
    """A dataclass out of the columns that are called like its fields; `given` are those made otherwise."""
    values = {name: make(row[name]) for name, make in _fields(kind) if name not in given}  # type: ignore[arg-type]  # classes are hashable
    return kind(**values, **given)


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Each field with what makes its value of a column's: its enumeration, or nothing to be done."""
    hints = get_type_hints(kind)
    enums = {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Enum)}
    return tuple((each.name, enums.get(each.name, _as_it_is)) for each in fields(kind))


def _as_it_is(value: Any) -> Any:
    return value


def as_message(row: RowMapping) -> InboundMessage:
    """An inbound_message row."""
    return fact(
        InboundMessage,
        row,
        sender=Sender(row["sender_name"], row["sender_address"], row["sender_phone"], row["customer_no"]),
    )


def as_interaction(row: RowMapping) -> Interaction:
    """An interaction row."""
    return fact(Interaction, row)


def as_analysis(row: RowMapping) -> Analysis:
    """An analysis row."""
    return fact(
        Analysis,
        row,
        intents=tuple(Probability(**each) for each in row["intents"]),
        entities=tuple(Entity(**each) for each in row["entities"]),
    )


def as_decision(row: RowMapping) -> Decision:
    """A decision row."""
    return fact(Decision, row, actions=tuple(Action(each["kind"], each["parameters"]) for each in row["actions"]))


def as_effect(row: RowMapping) -> Effect:
    """An effect row."""
    return fact(Effect, row, action=Action(row["kind"], row["parameters"]), waits_for=tuple(row["waits_for"]))


def as_outbound(row: RowMapping) -> OutboundMessage:
    """An outbound_message row."""
    return fact(OutboundMessage, row)


def as_service_call(row: RowMapping) -> ServiceCall:
    """A service_call row; its code is its number with a prefix."""
    return fact(ServiceCall, row, code=f"SC-{row['id']:06d}")


def as_customer(row: RowMapping) -> Customer:
    """A customer row."""
    return fact(Customer, row)


def as_contact(row: RowMapping, identities: dict[str, str]) -> Contact:
    """A contact row with its identities."""
    return fact(Contact, row, identities=identities)


def as_correction(row: RowMapping) -> Correction:
    """A correction row."""
    return fact(Correction, row)


def as_audit_event(row: RowMapping) -> AuditEvent:
    """A journal row."""
    return fact(AuditEvent, row)
