"""Data that all packages share: frozen dataclasses and enumerations, without any I/O."""

from frontdesk.model.analysis import ENTITY_FIELDS, VALUES_APART, Analysis, Correction, Entity, Intent, Probability
from frontdesk.model.case import Case, MessageContext
from frontdesk.model.codes import (
    Code,
    CodeList,
    DeliveryState,
    Direction,
    EffectState,
    Sentiment,
    Status,
    Tier,
)
from frontdesk.model.customers import Contact, Customer
from frontdesk.model.decision import Action, Decision, Effect, Receipt, ServiceCall
from frontdesk.model.identity import Account, ApiKey, Caller, Grant, Role
from frontdesk.model.interaction import Change, Interaction
from frontdesk.model.messages import (
    Accepted,
    AudioRecording,
    InboundMessage,
    NewMessage,
    OutboundMessage,
    Sender,
)
from frontdesk.model.queries import InteractionFilter, Page
from frontdesk.model.work import AuditEvent, Lease, Work, WorkState

__all__ = [
    "ENTITY_FIELDS",
    "VALUES_APART",
    "Accepted",
    "Account",
    "Action",
    "Analysis",
    "ApiKey",
    "AudioRecording",
    "AuditEvent",
    "Caller",
    "Case",
    "Change",
    "Code",
    "CodeList",
    "Contact",
    "Correction",
    "Customer",
    "Decision",
    "DeliveryState",
    "Direction",
    "Effect",
    "EffectState",
    "Entity",
    "Grant",
    "InboundMessage",
    "Intent",
    "Interaction",
    "InteractionFilter",
    "Lease",
    "MessageContext",
    "NewMessage",
    "OutboundMessage",
    "Page",
    "Probability",
    "Receipt",
    "Role",
    "Sender",
    "Sentiment",
    "ServiceCall",
    "Status",
    "Tier",
    "Work",
    "WorkState",
]
