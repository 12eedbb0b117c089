"""Data that all packages share: frozen dataclasses and enumerations, without any I/O."""

from frontdesk.model.analysis import (
    CUSTOMER,
    ENTITY_FIELDS,
    SERVICE,
    SIGNATURE,
    VALUES_APART,
    Analysis,
    Concern,
    Correction,
    Entity,
    Intent,
    Probability,
    SecondReading,
    Signal,
    Turn,
)
from frontdesk.model.case import Case, MessageContext
from frontdesk.model.codes import (
    Code,
    CodeList,
    DeliveryState,
    Direction,
    EffectState,
    Identity,
    Sentiment,
    Status,
    Tier,
)
from frontdesk.model.customers import Contact, Customer
from frontdesk.model.decision import Action, Decision, Effect, Receipt, ServiceCall
from frontdesk.model.identity import Account, ApiKey, Caller, Grant, Role
from frontdesk.model.interaction import Change, Interaction, WaitingOn
from frontdesk.model.messages import Accepted, AudioRecording, InboundMessage, NewMessage, OutboundMessage, Sender
from frontdesk.model.queries import InteractionFilter, Page
from frontdesk.model.signals import SIGNALS
from frontdesk.model.work import AuditEvent, Lease, Work, WorkState
