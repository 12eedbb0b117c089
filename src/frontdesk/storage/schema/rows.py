"""Rows as facts: one function per table, used by every store."""

from sqlalchemy import RowMapping

from frontdesk.model import (
    Action,
    Analysis,
    AuditEvent,
    Contact,
    Correction,
    Customer,
    Decision,
    DeliveryState,
    Effect,
    EffectState,
    Entity,
    InboundMessage,
    Interaction,
    OutboundMessage,
    Probability,
    Sender,
    Sentiment,
    ServiceCall,
    Status,
    Tier,
)


def as_message(row: RowMapping) -> InboundMessage:
    """An inbound_message row."""
    return InboundMessage(
        id=row["id"],
        interaction_id=row["interaction_id"],
        sequence=row["sequence"],
        channel=row["channel"],
        text=row["text"],
        sender=Sender(row["sender_name"], row["sender_address"], row["sender_phone"], row["customer_no"]),
        received_at=row["received_at"],
        contact_id=row["contact_id"],
        analysis_id=row["analysis_id"],
    )


def as_interaction(row: RowMapping) -> Interaction:
    """An interaction row."""
    return Interaction(
        id=row["id"],
        reference=row["reference"],
        title=row["title"],
        summary=row["summary"],
        category=row["category"],
        channel=row["channel"],
        status=Status(row["status"]),
        priority=row["priority"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        customer_id=row["customer_id"],
        team=row["team"],
        route=row["route"],
        tags=row["tags"],
        intent=row["intent"],
        sentiment=row["sentiment"],
        created_by=row["created_by"],
        modified_by=row["modified_by"],
        first_answer_at=row["first_answer_at"],
        closed_at=row["closed_at"],
    )


def as_analysis(row: RowMapping) -> Analysis:
    """An analysis row."""
    return Analysis(
        id=row["id"],
        message_id=row["message_id"],
        run=row["run"],
        tier=Tier(row["tier"]),
        model=row["model"],
        language=row["language"],
        sentiment=Sentiment(row["sentiment"]),
        sentiment_probability=row["sentiment_probability"],
        title=row["title"],
        summary=row["summary"],
        message_type=row["message_type"],
        type_probability=row["type_probability"],
        intent=row["intent"],
        intent_probability=row["intent_probability"],
        intents=tuple(Probability(**each) for each in row["intents"]),
        entities=tuple(Entity(**each) for each in row["entities"]),
        milliseconds=row["milliseconds"],
        created_at=row["created_at"],
    )


def as_decision(row: RowMapping) -> Decision:
    """A decision row."""
    return Decision(
        id=row["id"],
        message_id=row["message_id"],
        rule_set=row["rule_set"],
        rule_set_version=row["rule_set_version"],
        rule=row["rule"],
        route=row["route"],
        actions=tuple(Action(each["kind"], each["parameters"]) for each in row["actions"]),
        facts=row["facts"],
        created_at=row["created_at"],
    )


def as_effect(row: RowMapping) -> Effect:
    """An effect row."""
    return Effect(
        key=row["key"],
        message_id=row["message_id"],
        interaction_id=row["interaction_id"],
        decision_id=row["decision_id"],
        position=row["position"],
        action=Action(row["kind"], row["parameters"]),
        state=EffectState(row["state"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        reference=row["reference"],
        detail=row["detail"],
        error=row["error"],
        done_at=row["done_at"],
        waits_for=tuple(row["waits_for"]),
        apart=row["apart"],
    )


def as_outbound(row: RowMapping) -> OutboundMessage:
    """An outbound_message row."""
    return OutboundMessage(
        id=row["id"],
        interaction_id=row["interaction_id"],
        sequence=row["sequence"],
        type=row["type"],
        channel=row["channel"],
        recipient=row["recipient"],
        text=row["text"],
        processed_by=row["processed_by"],
        created_at=row["created_at"],
        remark=row["remark"],
        reply_to=row["reply_to"],
        effect_key=row["effect_key"],
        state=DeliveryState(row["state"]),
        provider_id=row["provider_id"],
        error=row["error"],
    )


def as_service_call(row: RowMapping) -> ServiceCall:
    """A service_call row; its code is its number with a prefix."""
    return ServiceCall(
        code=f"SC-{row['id']:06d}",
        key=row["key"],
        subject=row["subject"],
        remarks=row["remarks"],
        priority=row["priority"],
        status=row["status"],
        interaction_id=row["interaction_id"],
        created_at=row["created_at"],
        customer_id=row["customer_id"],
        contact_id=row["contact_id"],
    )


def as_customer(row: RowMapping) -> Customer:
    """A customer row."""
    return Customer(row["id"], row["name"], row["created_at"], row["version"])


def as_contact(row: RowMapping, identities: dict[str, str]) -> Contact:
    """A contact row with its identities."""
    return Contact(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        created_at=row["created_at"],
        customer_id=row["customer_id"],
        identities=identities,
        version=row["version"],
    )


def as_correction(row: RowMapping) -> Correction:
    """A correction row."""
    return Correction(
        id=row["id"],
        message_id=row["message_id"],
        analysis_id=row["analysis_id"],
        field=row["field"],
        was=row["was"],
        becomes=row["becomes"],
        by=row["by"],
        at=row["at"],
    )


def as_audit_event(row: RowMapping) -> AuditEvent:
    """A journal row."""
    return AuditEvent(
        id=row["id"],
        at=row["at"],
        kind=row["kind"],
        interaction_id=row["interaction_id"],
        message_id=row["message_id"],
        by=row["by"],
        detail=row["detail"],
    )
