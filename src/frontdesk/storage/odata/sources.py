"""The entities of the interface on our tables: where each property comes from."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    Boolean,
    FromClause,
    Integer,
    String,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)

from frontdesk.model import CodeList
from frontdesk.model.entities import EdmType
from frontdesk.storage.engines.sealing import Sealed
from frontdesk.storage.engines.types import AnyString, Moment, Words
from frontdesk.storage.odata.dialects import Sql, day, part
from frontdesk.storage.odata.frames import Opened, Source, Sources
from frontdesk.storage.schema.configuration import code
from frontdesk.storage.schema.interactions import (
    analysis,
    audio_recording,
    correction,
    inbound_message,
    interaction,
    outbound_message,
)
from frontdesk.storage.schema.odata import intent_draft, intent_vector
from frontdesk.storage.schema.people import contact, contact_identity, customer

Column = Callable[[Opened], Sql]
IDENTITIES = {
    "facebook": "FAC",
    "instagram": "INS",
    "whatsapp": "WTA",
    "linkedin": "LNK",
    "twitter": "TWT",
    "slack": "SLA",
    "wechat": "WEC",
}
PROCESSED_BY_LENGTH = 100  # as in SAP's sample; names may be longer


def _is(name: str) -> Column:
    return lambda at: at.c[name]


def _filled(name: str) -> Column:
    """Null where nothing was ever filled in."""
    return lambda at: func.nullif(at.c[name], "", type_=String())


def _beginning(name: str, most: int) -> Column:
    """Like `_filled`, of no more letters than the model says."""
    return lambda at: func.nullif(func.substr(at.c[name], 1, most, type_=String()), "", type_=String())


def _nothing(kind: Any) -> Column:
    return lambda _: cast(null(), kind)


def _one(_: Opened) -> Sql:
    return literal(1)


def _table(table: FromClause) -> Callable[[str], FromClause]:
    return lambda _dialect: table.alias()


def _code_name(which: CodeList, of: Column) -> Column:
    def name(at: Opened) -> Sql:
        mine = of(at)
        return at.join(f"name of {which}", code, lambda c: and_(c.list == which.value, c.code == mine)).name  # type: ignore[no-any-return]  # columns of a table are dynamic

    return name


def _codes(which: CodeList, described: bool = False) -> Source:
    columns: dict[str, Column] = {"code": _is("code"), "name": _is("name")}
    if described:
        columns |= {"descr": _filled("description"), "embedding": _embedding}
    return Source(
        _table(code),
        columns,
        identity="code",
        version=tuple(_is(name) for name in ("name", "description", "active")),
        always=lambda at: (at.c.list == which.value,),
        listed=lambda at: (at.c.active == true(),),
    )


def _embedding(at: Opened) -> Sql:
    return at.join("vector", intent_vector, lambda c: c.code == at.c.code).embedding  # type: ignore[no-any-return]  # see _code_name


_INTERACTION: dict[str, Column] = {
    "ID": _is("id"),
    "extRef": _is("reference"),
    "category_code": _is("category"),
    "originChannel_code": _is("channel"),
    "status_code": _is("status"),
    "priority_code": _is("priority"),
    "customer_ID": _is("customer_id"),
    "title": _filled("title"),
    "summary": _filled("summary"),
    "tags": _filled("tags"),
    "createdAt": _is("created_at"),
    "createdBy": _filled("created_by"),
    "modifiedAt": _is("updated_at"),
    "modifiedBy": _filled("modified_by"),
    "numberOfInteractions": _one,
}
_ONES = frozenset({"numberOfInteractions", "numberOfInboundCustomerMsgs", "numberOfOutboundCustomerMsgs"})


def _analysis(at: Opened) -> Any:
    return at.join("analysis", analysis, lambda c: c.id == at.c.analysis_id)


def _latest_word(at: Opened, field: str) -> Sql:
    """The latest correction of the current analysis, null where there is none."""
    said = correction.alias()
    same = (said.c.message_id == at.c.id, said.c.analysis_id == at.c.analysis_id, said.c.field == field)
    latest = select(said.c.becomes).where(*same).order_by(said.c.id.desc()).limit(1)
    return latest.correlate_except(said).scalar_subquery()


def _corrected(field: str) -> Column:
    """The latest correction, else the value of the current analysis."""
    return lambda at: func.nullif(func.coalesce(_latest_word(at, field), _analysis(at)[field]), "", type_=String())


def _last_type(at: Opened) -> Sql:
    """A person's correction, else the type by sentiment: compliment, complaint or information."""
    mood = _corrected("sentiment")(at)
    by_mood = case((mood == "Positive", "CL"), (mood == "Negative", "CM"), (mood.is_not(None), "IN"))
    return func.coalesce(_latest_word(at, "message_type"), by_mood, type_=String())


def _last_word(at: Opened) -> Sql:
    """The newest correction of a message, null where there is none."""
    said = correction.alias()
    return select(func.max(said.c.id)).where(said.c.message_id == at.c.id).correlate_except(said).scalar_subquery()


def _recordings(at: Opened) -> Sql:
    """The number of the newest recording, null where there is none."""
    sound = audio_recording.alias()
    count = select(func.count()).select_from(sound).where(sound.c.message_id == at.c.id).correlate_except(sound)
    return func.nullif(count.scalar_subquery(), 0, type_=Integer())


def _where_recorded(name: str) -> Column:
    return lambda at: case((_recordings(at).is_not(None), at.c[name]))


_MESSAGE: dict[str, Column] = {
    "sequence": _is("sequence"),
    "interaction_ID": _is("interaction_id"),
    "contact_ID": _is("contact_id"),
    "sentiment": _corrected("sentiment"),
    "type_code": _last_type,
    "intent_code": _corrected("intent"),
    "language": _corrected("language"),
    "inboundTextMsg": _is("text"),
    "audio_ID": _recordings,
    "audio_inboundCustomerMsg_sequence": _where_recorded("sequence"),
    "audio_inboundCustomerMsg_interaction_ID": _where_recorded("interaction_id"),
    "summary": _corrected("title"),
    "channel_code": _is("channel"),
    "numberOfInboundCustomerMsgs": _one,
    "intname": _code_name(CodeList.INTENT, _corrected("intent")),
    "createdAt": _is("received_at"),
    "createdBy": _filled("sender_name"),
    "modifiedAt": lambda at: func.coalesce(_analysis(at).created_at, at.c.received_at, type_=Moment()),
    "modifiedBy": _nothing(AnyString),
}


def _answered(at: Opened) -> Any:
    return at.join("answered", inbound_message, lambda c: c.id == at.c.reply_to)


_REPLY: dict[str, Column] = {
    "sequence": _is("sequence"),
    "interaction_ID": _is("interaction_id"),
    "type_code": _is("type"),
    "outboundTextMsg": _is("text"),
    "processedBy": _beginning("processed_by", PROCESSED_BY_LENGTH),
    "remark": _filled("remark"),
    "replyTo_sequence": lambda at: _answered(at).sequence,
    "replyTo_interaction_ID": lambda at: _answered(at).interaction_id,
    "numberOfOutboundCustomerMsgs": _one,
    "createdAt": _is("created_at"),
    "createdBy": _filled("processed_by"),
    "modifiedAt": _is("created_at"),
    "modifiedBy": _nothing(AnyString),
}


def _message_of_sound(at: Opened) -> Any:
    return at.join("message", inbound_message, lambda c: c.id == at.c.message_id)


def _number_of_sound(at: Opened) -> Sql:
    earlier = audio_recording.alias()
    same = (earlier.c.message_id == at.c.message_id, earlier.c.id <= at.c.id)
    return select(func.count()).select_from(earlier).where(*same).correlate_except(earlier).scalar_subquery()


_AUDIO: dict[str, Column] = {
    "ID": _number_of_sound,
    "inboundCustomerMsg_sequence": lambda at: _message_of_sound(at).sequence,
    "inboundCustomerMsg_interaction_ID": lambda at: _message_of_sound(at).interaction_id,
    "audioData": lambda at: cast(at.c.content, Sealed()),
    "createdAt": _is("created_at"),
    "createdBy": _nothing(AnyString),
    "modifiedAt": _is("created_at"),
    "modifiedBy": _nothing(AnyString),
}


def _address(channel: str) -> Column:
    def address(at: Opened) -> Sql:
        known = contact_identity.alias()
        found = select(known.c.address).where(known.c.contact_id == at.c.id, known.c.channel == channel)
        return found.limit(1).correlate_except(known).scalar_subquery()

    return address


_CONTACT: dict[str, Column] = {
    "ID": _is("id"),
    "name": _filled("name"),
    "phoneNo": _filled("phone"),
    "email": _filled("email"),
    "customer_ID": _is("customer_id"),
    **{name: _address(channel) for name, channel in IDENTITIES.items()},
}
THREAD_NAMES = (
    "interactionID", "customer", "customerID", "extRef", "message", "name", "direction", "sentiment", "summary",
    "intent", "createdAt",
)  # fmt: skip


def _thread(dialect: str) -> FromClause:
    """Messages of both directions in one list."""
    asked = Opened(_BY_NAME["InboundCustomerMessage"], dialect)
    person = asked.join("contact", contact, lambda c: c.id == asked.c.contact_id)
    sender = func.coalesce(func.nullif(person.name, ""), func.nullif(asked.c.sender_name, ""), type_=String())
    mood, short, intent = asked.column("sentiment"), asked.column("summary"), asked.column("intname")
    inbound = _arm(asked, sender, literal("Inbound"), mood, short, intent, asked.c.received_at)
    told = Opened(_BY_NAME["OutboundServiceMessage"], dialect)
    kind, text = _code_name(CodeList.REPLY_TYPE, _is("type"))(told), literal("N/A")
    to = Opened(_BY_NAME["InboundCustomerMessage"], dialect, told.joined, inbound_message.alias())
    told.joined.others.append((to.base, to.c.id == told.c.reply_to))
    intent = to.column("intname")
    outbound = _arm(told, told.column("processedBy"), literal("Outbound"), text, kind, intent, told.c.created_at)
    return union_all(inbound, outbound).subquery()


def _arm(at: Opened, name: Sql, direction: Sql, sentiment: Sql, summary: Sql, intent: Sql, created: Sql) -> Any:
    its = at.join("interaction", interaction, lambda c: c.id == at.c.interaction_id)
    whose = at.join("customer", customer, lambda c: c.id == its.customer_id)
    columns = (
        at.c.interaction_id, whose.name, its.customer_id, its.reference, cast(at.c.text, Text), name, direction,
        sentiment, summary, intent, created,
    )  # fmt: skip
    named = [column.label(label) for column, label in zip(columns, THREAD_NAMES, strict=True)]
    return select(*named).select_from(at.joined.clause())


def _intents(_dialect: str) -> FromClause:
    """Intents in use, and drafts of such and of new ones."""
    draft, vector, yes, no = intent_draft.alias(), intent_vector.alias(), true(), false()
    active = (
        select(
            code.c.code.label("code"),
            code.c.name.label("name"),
            func.nullif(code.c.description, "", type_=Words).label("descr"),
            vector.c.embedding.label("embedding"),
            yes.label("IsActiveEntity"),
            no.label("HasActiveEntity"),
            case((draft.c.id.is_not(None), yes), else_=no).label("HasDraftEntity"),
            draft.c.id.label("DraftUUID"),
            case((draft.c.id.is_not(None), no)).label("siblingIsActive"),
        )
        .select_from(code.outerjoin(draft, draft.c.code == code.c.code).outerjoin(vector, vector.c.code == code.c.code))
        .where(code.c.list == CodeList.INTENT.value, code.c.active == true())
    )
    own = intent_draft.alias()
    drafts = select(
        own.c.code, own.c.name, own.c.description, own.c.embedding, no, own.c.has_active, no, own.c.id,
        case((own.c.has_active == true(), yes)),
    )  # fmt: skip
    return union_all(active, drafts).subquery()


_INTENT_NAMES = (
    "code", "name", "descr", "embedding", "IsActiveEntity", "HasActiveEntity", "HasDraftEntity", "DraftUUID",
    "siblingIsActive",
)  # fmt: skip

_BY_NAME: dict[str, Source] = {
    "CustomerInteraction": Source(_table(interaction), _INTERACTION, "id", version=(_is("version"),), ones=_ONES),
    "InteractionInsight": Source(
        _table(interaction),
        _INTERACTION
        | {
            "createdAt": lambda at: day(at.dialect, at.c.created_at),
            "catname": _code_name(CodeList.CATEGORY, _is("category")),
            "priorname": _code_name(CodeList.PRIORITY, _is("priority")),
            "statname": _code_name(CodeList.STATUS, _is("status")),
            "riskyear": lambda at: part(at.dialect, "year", at.c.created_at, EdmType.MOMENT),
        },
        "id",
        ones=_ONES,
    ),
    "InboundCustomerMessage": Source(
        _table(inbound_message), _MESSAGE, "id", version=(_is("analysis_id"), _last_word, _recordings), ones=_ONES
    ),
    "OutboundServiceMessage": Source(_table(outbound_message), _REPLY, "id", version=(_is("remark"),), ones=_ONES),
    "AudioMessage": Source(_table(audio_recording), _AUDIO, "id", version=(_is("media_type"), _is("created_at"))),
    "Contact": Source(_table(contact), _CONTACT, "id", version=(_is("version"),)),
    "Customer": Source(_table(customer), {"ID": _is("id"), "name": _is("name")}, "id", version=(_is("version"),)),
    "MessageThread": Source(_thread, {name: _is(name) for name in THREAD_NAMES}),
    "CustomerInteractionCategory": _codes(CodeList.CATEGORY),
    "CustomerInteractionChannel": _codes(CodeList.CHANNEL),
    "CustomerInteractionStatus": _codes(CodeList.STATUS),
    "CustomerInteractionPriority": _codes(CodeList.PRIORITY),
    "InboundCustomerMessageType": _codes(CodeList.MESSAGE_TYPE),
    "OutboundServiceMessageType": _codes(CodeList.REPLY_TYPE),
    "InboundCustomerMessageIntent": Source(
        _intents, {name: _is(name) for name in _INTENT_NAMES}, version=tuple(map(_is, _INTENT_NAMES))
    ),
    "DraftAdministrativeData": Source(
        _table(intent_draft),
        {
            "DraftUUID": _is("id"),
            "CreationDateTime": _is("created_at"),
            "CreatedByUser": _is("created_by"),
            "DraftIsCreatedByMe": _nothing(Boolean()),
            "LastChangeDateTime": _is("changed_at"),
            "LastChangedByUser": _is("changed_by"),
            "InProcessByUser": _is("changed_by"),
            "DraftIsProcessedByMe": _nothing(Boolean()),
        },
        "id",
    ),
}

SOURCES = Sources(_BY_NAME, {"InboundCustomerMessageIntent": _codes(CodeList.INTENT, described=True)})
