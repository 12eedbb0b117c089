"""Rows as facts and facts as rows: by the names of fields, with one function for each table that needs more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar, get_type_hints

from sqlalchemy import RowMapping

from frontdesk.model import (
    Action,
    Analysis,
    AuditEvent,
    Concern,
    Contact,
    Correction,
    Customer,
    Decision,
    Effect,
    Entity,
    Identity,
    InboundMessage,
    Interaction,
    OutboundMessage,
    Probability,
    SecondReading,
    Sender,
    ServiceCall,
    Signal,
    Work,
)

T = TypeVar("T")
Columns = RowMapping | Mapping[str, Any]


def fact(kind: type[T], row: Columns, **given: Any) -> T:
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


def columns(given: Any) -> dict[str, Any]:
    """The columns of a dataclass: enumerations by value, its parts as dictionaries. Nothing else is copied."""
    return {name: _plain(getattr(given, name)) for name, _ in _fields(type(given))}  # type: ignore[arg-type]  # classes are hashable


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return columns(value)
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return dict(value) if isinstance(value, Mapping) else value


def as_message(row: Columns) -> InboundMessage:
    """An inbound_message row."""
    return fact(
        InboundMessage,
        row,
        sender=Sender(
            row["sender_name"],
            row["sender_address"],
            row["sender_phone"],
            row["customer_no"],
            Identity(row["identity"]),
        ),
    )


def as_analysis(row: Columns) -> Analysis:
    """An analysis row."""
    return fact(
        Analysis,
        row,
        intents=tuple(Probability(**each) for each in row["intents"]),
        entities=tuple(Entity(**each) for each in row["entities"]),
        signals=tuple(Signal(each["name"], each["probability"], _spans(each["spans"])) for each in row["signals"]),
        concerns=tuple(map(_concern, row["concerns"])),
        reads=_spans(row["reads"]),
        second=SecondReading(**row["second"]) if row["second"] else None,
    )


def _concern(each: Mapping[str, Any]) -> Concern:
    return Concern(**{**each, "intents": tuple(Probability(**p) for p in each["intents"])})


def _spans(pairs: Iterable[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in pairs)


def as_decision(row: Columns) -> Decision:
    """A decision row."""
    return fact(Decision, row, actions=tuple(Action(each["kind"], each["parameters"]) for each in row["actions"]))


def as_effect(row: Columns) -> Effect:
    """An effect row."""
    return fact(Effect, row, action=Action(row["kind"], row["parameters"]), waits_for=tuple(row["waits_for"]))


def as_service_call(row: Columns) -> ServiceCall:
    """A service_call row; its code is its number with a prefix."""
    return fact(ServiceCall, row, code=f"SC-{row['id']:06d}")


def as_contact(row: Columns, identities: dict[str, str]) -> Contact:
    """A contact row with its identities."""
    return fact(Contact, row, identities=identities)


# Rows whose columns are the fields.
as_interaction = partial(fact, Interaction)
as_outbound = partial(fact, OutboundMessage)
as_customer = partial(fact, Customer)
as_correction = partial(fact, Correction)
as_work = partial(fact, Work)
as_audit_event = partial(fact, AuditEvent)
