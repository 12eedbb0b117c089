"""The entities, with the names, keys and lengths that the SAP sample's clients know."""

from frontdesk.model.entities import EdmType, Entity, Navigation, Property, Written

INT, MOMENT, DAY = EdmType.INTEGER, EdmType.MOMENT, EdmType.DATE
SERVER, ONCE = Written.BY_SERVER, Written.ONCE
CREATED, CREATED_BY, CHANGED, CHANGED_BY = "Created On", "Created By", "Changed On", "Changed By"


def _named(*properties: Property) -> dict[str, Property]:
    return {each.name: each for each in properties}


def _ways(*navigations: Navigation) -> dict[str, Navigation]:
    return {each.name: each for each in navigations}


def _managed(created: EdmType = MOMENT, label: str = CREATED) -> tuple[Property, ...]:
    return (
        Property("createdAt", created, label=label, written=SERVER, hidden_filter=created is MOMENT),
        Property("createdBy", EdmType.STRING, 255, CREATED_BY, SERVER, hidden_filter=True),
        Property("modifiedAt", MOMENT, label=CHANGED, written=SERVER, hidden_filter=True),
        Property("modifiedBy", EdmType.STRING, 255, CHANGED_BY, SERVER, hidden_filter=True),
    )


def _to(name: str, target: str, here: str, there: str = "code", label: str = "", **more: object) -> Navigation:
    return Navigation(name, target, False, ((here, there),), label=label, **more)  # type: ignore[arg-type]  # see Navigation


def _measure(name: str, label: str) -> Property:
    return Property(name, INT, label=label, written=SERVER, default=1, measure=True)


def code_list(name: str, title: str, length: int, name_length: int) -> Entity:
    """A list of codes with names that people edit."""
    properties = _named(
        Property("code", EdmType.STRING, length, "Code", ONCE, nullable=False, named_by="name"),
        Property("name", EdmType.STRING, name_length, "Name", searched=True),
    )
    return Entity(
        name,
        ("code",),
        properties,
        creates=True,
        changes=True,
        removes=True,
        versioned=True,
        title=title,
        titles=f"{title} List",
    )


CATEGORY = code_list("CustomerInteractionCategory", "Category", 3, 30)
CHANNEL = code_list("CustomerInteractionChannel", "Channel", 3, 30)
STATUS = code_list("CustomerInteractionStatus", "Status", 2, 20)
PRIORITY = code_list("CustomerInteractionPriority", "Priority", 1, 10)
MESSAGE_TYPE = code_list("InboundCustomerMessageType", "Message Type", 2, 20)
REPLY_TYPE = code_list("OutboundServiceMessageType", "Reply Type", 2, 50)

_INTENT = _named(
    Property("code", EdmType.STRING, 2, "Code", ONCE, nullable=False, named_by="name"),
    Property("name", EdmType.STRING, 50, "Name", searched=True),
    Property("descr", EdmType.STRING, 1000, "Description", searched=True),
    Property("embedding", label="Embedding"),
)
INTENT = Entity(
    "InboundCustomerMessageIntent",
    ("code", "IsActiveEntity"),
    _INTENT
    | _named(
        Property("IsActiveEntity", EdmType.BOOLEAN, written=ONCE, nullable=False, default=True, hidden=True),
        Property("HasActiveEntity", EdmType.BOOLEAN, written=SERVER, nullable=False, default=False, hidden=True),
        Property("HasDraftEntity", EdmType.BOOLEAN, written=SERVER, nullable=False, default=False, hidden=True),
        Property("DraftUUID", EdmType.GUID, written=SERVER, shown=False, hidden=True),
        Property("siblingIsActive", EdmType.BOOLEAN, written=SERVER, shown=False, hidden=True),
    ),
    _ways(
        Navigation(
            "DraftAdministrativeData", "DraftAdministrativeData", False, (("DraftUUID", "DraftUUID"),), owned=True,
            constrained=False,
        ),
        Navigation(
            "SiblingEntity", "InboundCustomerMessageIntent", False,
            (("code", "code"), ("siblingIsActive", "IsActiveEntity")), constrained=False,
        ),
    ),
    creates=True,
    changes=True,
    removes=True,
    versioned=True,
    drafted=True,
    title="Intent",
    titles="Intents",
)  # fmt: skip
PLAIN_INTENT = Entity(INTENT.name, ("code",), _INTENT, versioned=True, title="Intent", titles="Intents")
DRAFT = Entity(
    "DraftAdministrativeData",
    ("DraftUUID",),
    _named(
        Property("DraftUUID", EdmType.GUID, label="Draft (Technical ID)", nullable=False, written=SERVER, hidden=True),
        Property("CreationDateTime", MOMENT, label="Draft Created On", written=SERVER),
        Property("CreatedByUser", EdmType.STRING, 256, "Draft Created By", SERVER),
        Property("DraftIsCreatedByMe", EdmType.BOOLEAN, label="Draft Created By Me", written=SERVER, hidden=True),
        Property("LastChangeDateTime", MOMENT, label="Draft Last Changed On", written=SERVER),
        Property("LastChangedByUser", EdmType.STRING, 256, "Draft Last Changed By", SERVER),
        Property("InProcessByUser", EdmType.STRING, 256, "Draft In Process By", SERVER),
        Property("DraftIsProcessedByMe", EdmType.BOOLEAN, label="Draft In Process By Me", written=SERVER, hidden=True),
    ),
)

_INTERACTION = (
    Property("ID", INT, label="ID", written=SERVER, nullable=False),
    Property("extRef", EdmType.STRING, 8, "Ext. Ref.", SERVER, searched=True),
    Property("category_code", EdmType.STRING, 3, "Category", named_by="category/name"),
    Property("originChannel_code", EdmType.STRING, 3, "Origin Channel", named_by="originChannel/name"),
    Property("status_code", EdmType.STRING, 2, "Status", named_by="status/name"),
    Property("priority_code", EdmType.STRING, 1, "Priority", named_by="priority/name"),
    Property("customer_ID", EdmType.STRING, 10, "Customer", named_by="customer/name"),
    Property("title", EdmType.STRING, 100, "Title", searched=True),
    Property("summary", EdmType.STRING, 300, "Description", searched=True),
    Property("tags", EdmType.STRING, 100, "Tags", searched=True),
)
_COUNT = _measure("numberOfInteractions", "Interactions")
_INTERACTION_WAYS = (
    _to("category", CATEGORY.name, "category_code", label="Category"),
    _to("originChannel", CHANNEL.name, "originChannel_code", label="Origin Channel"),
    _to("status", STATUS.name, "status_code", label="Status"),
    _to("priority", PRIORITY.name, "priority_code", label="Priority"),
    _to("customer", "Customer", "customer_ID", "ID", "Customer"),
    Navigation(
        "inboundMsgs", "InboundCustomerMessage", True, (("ID", "interaction_ID"),), owned=True, constrained=False
    ),
    Navigation(
        "outboundMsgs", "OutboundServiceMessage", True, (("ID", "interaction_ID"),), owned=True, constrained=False
    ),
)
INTERACTION = Entity(
    "CustomerInteraction",
    ("ID",),
    _named(*_managed(), *_INTERACTION, _COUNT),
    _ways(
        *_INTERACTION_WAYS,
        Navigation("messages", "MessageThread", True, (("ID", "interactionID"),), owned=True, constrained=False),
    ),
    creates=True,
    changes=True,
    removes=True,
    versioned=True,
    title="Customer Interaction",
    titles="Customer Interactions",
)
INSIGHT = Entity(
    "InteractionInsight",
    ("ID",),
    _named(
        *_managed(DAY, "Creation Date"),
        *_INTERACTION,
        _COUNT,
        Property("catname", EdmType.STRING, 30, "Category", SERVER, searched=True),
        Property("priorname", EdmType.STRING, 10, "Priority", SERVER, searched=True),
        Property("statname", EdmType.STRING, 20, "Status", SERVER, searched=True),
        Property("riskyear", INT, label="Year", written=SERVER),
    ),
    _ways(*_INTERACTION_WAYS),
    title="Interaction",
    titles="Interactions",
)
THREAD = Entity(
    "MessageThread",
    (),
    _named(
        Property("interactionID", INT, label="Interaction"),
        Property("customer", EdmType.STRING, 100, "Customer", searched=True),
        Property("customerID", EdmType.STRING, 10, "Customer"),
        Property("extRef", EdmType.STRING, 8, "Ext. Ref.", searched=True),
        Property("message", EdmType.STRING, 2000, "Message", searched=True),
        Property("name", EdmType.STRING, 100, "Name", searched=True),
        Property("direction", EdmType.STRING, 10, "Direction", SERVER),
        Property("sentiment", EdmType.STRING, 11, "Sentiment"),
        Property("summary", EdmType.STRING, 300, "Summary", searched=True),
        Property("intent", EdmType.STRING, 50, "Intent"),
        Property("createdAt", MOMENT, label=CREATED, written=SERVER, hidden_filter=True),
    ),
    title="Message",
    titles="Messages",
    order=("interactionID", "createdAt", "direction"),
)
MESSAGE = Entity(
    "InboundCustomerMessage",
    ("sequence", "interaction_ID"),
    _named(
        *_managed(),
        Property("sequence", INT, label="Sequence", written=SERVER, nullable=False, default=1),
        Property("interaction_ID", INT, label="Interaction", written=ONCE, nullable=False),
        Property("contact_ID", INT, label="Contact", written=ONCE, named_by="contact/name"),
        Property("sentiment", EdmType.STRING, 11, "Sentiment"),
        Property("type_code", EdmType.STRING, 2, "Type", named_by="type/name"),
        Property("intent_code", EdmType.STRING, 2, "Intent", named_by="intent/name"),
        Property("language", EdmType.STRING, 10, "Language"),
        Property("inboundTextMsg", EdmType.STRING, 2000, "Message", ONCE, searched=True),
        Property("audio_ID", INT, label="Recording", written=SERVER),
        Property("audio_inboundCustomerMsg_sequence", INT, written=SERVER, default=1, hidden=True),
        Property("audio_inboundCustomerMsg_interaction_ID", INT, written=SERVER, hidden=True),
        Property("summary", EdmType.STRING, 300, "Summary", searched=True),
        Property("channel_code", EdmType.STRING, 3, "Channel", ONCE, named_by="channel/name"),
        _measure("numberOfInboundCustomerMsgs", "Inbound Customer Msgs"),
        Property("intname", EdmType.STRING, 50, "Intent", SERVER),
    ),
    _ways(
        _to("interaction", INSIGHT.name, "interaction_ID", "ID"),
        _to("contact", "Contact", "contact_ID", "ID"),
        _to("type", MESSAGE_TYPE.name, "type_code"),
        _to("intent", INTENT.name, "intent_code", label="Intent", fixed=(("IsActiveEntity", True),)),
        Navigation(
            "audio", "AudioMessage", False,
            (
                ("audio_ID", "ID"),
                ("audio_inboundCustomerMsg_sequence", "inboundCustomerMsg_sequence"),
                ("audio_inboundCustomerMsg_interaction_ID", "inboundCustomerMsg_interaction_ID"),
            ),
        ),
        _to("channel", CHANNEL.name, "channel_code"),
        Navigation(
            "outboundServiceMsg", "OutboundServiceMessage", True,
            (("sequence", "replyTo_sequence"), ("interaction_ID", "replyTo_interaction_ID")),
            partner="replyTo", constrained=False,
        ),
    ),
    creates=True,
    changes=True,
    removes=True,
    versioned=True,
    title="Inbound Customer Message",
    order=("interaction_ID", "sequence"),
    titles="Inbound Customer Messages",
)  # fmt: skip
AUDIO = Entity(
    "AudioMessage",
    ("ID", "inboundCustomerMsg_sequence", "inboundCustomerMsg_interaction_ID"),
    _named(
        *_managed(),
        Property("ID", INT, label="ID", written=SERVER, nullable=False),
        Property("inboundCustomerMsg_sequence", INT, written=ONCE, nullable=False, default=1),
        Property("inboundCustomerMsg_interaction_ID", INT, written=ONCE, nullable=False),
        Property("audioData", EdmType.BINARY, label="Recording", shown=False),
    ),
    _ways(
        Navigation(
            "inboundCustomerMsg", MESSAGE.name, False,
            (("inboundCustomerMsg_sequence", "sequence"), ("inboundCustomerMsg_interaction_ID", "interaction_ID")),
        )
    ),
    creates=True,
    changes=True,
    removes=True,
    versioned=True,
    title="Recording",
    titles="Recordings",
)  # fmt: skip
REPLY = Entity(
    "OutboundServiceMessage",
    ("sequence", "interaction_ID"),
    _named(
        *_managed(),
        Property("sequence", INT, label="Sequence", written=SERVER, nullable=False),
        Property("interaction_ID", INT, label="Interaction", written=ONCE, nullable=False),
        Property("type_code", EdmType.STRING, 2, "Type", ONCE, named_by="type/name"),
        Property("outboundTextMsg", EdmType.STRING, 2000, "Message", ONCE, searched=True),
        Property("processedBy", EdmType.STRING, 100, "Processed By", ONCE, searched=True),
        Property("remark", EdmType.STRING, 200, "Remark", searched=True),
        Property("replyTo_sequence", INT, label="Reply To", written=ONCE, default=1),
        Property("replyTo_interaction_ID", INT, written=ONCE),
        _measure("numberOfOutboundCustomerMsgs", "Outbound Customer Msgs"),
    ),
    _ways(
        _to("interaction", INSIGHT.name, "interaction_ID", "ID"),
        _to("type", REPLY_TYPE.name, "type_code"),
        Navigation(
            "replyTo", MESSAGE.name, False,
            (("replyTo_sequence", "sequence"), ("replyTo_interaction_ID", "interaction_ID")),
            partner="outboundServiceMsg",
        ),
    ),
    creates=True,
    changes=True,
    removes=True,
    versioned=True,
    title="Outbound Service Message",
    order=("interaction_ID", "sequence"),
    titles="Outbound Service Messages",
)  # fmt: skip
CONTACT = Entity(
    "Contact",
    ("ID",),
    _named(
        Property("ID", INT, label="ID", written=SERVER, nullable=False, named_by="name"),
        Property("name", EdmType.STRING, 100, "Name", searched=True),
        Property("phoneNo", EdmType.STRING, 20, "Phone"),
        Property("email", EdmType.STRING, 50, "E-Mail", searched=True),
        Property("facebook", EdmType.STRING, 100, "Facebook"),
        Property("instagram", EdmType.STRING, 100, "Instagram"),
        Property("whatsapp", EdmType.STRING, 50, "WhatsApp"),
        Property("linkedin", EdmType.STRING, 100, "LinkedIn"),
        Property("twitter", EdmType.STRING, 100, "Twitter"),
        Property("slack", EdmType.STRING, 100, "Slack"),
        Property("wechat", EdmType.STRING, 50, "WeChat"),
        Property("customer_ID", EdmType.STRING, 10, "Customer", named_by="customer/name"),
    ),
    _ways(_to("customer", "Customer", "customer_ID", "ID", partner="contacts")),
    creates=True,
    changes=True,
    removes=True,
    versioned=True,
    title="Contact",
    titles="Contacts",
)
CUSTOMER = Entity(
    "Customer",
    ("ID",),
    _named(
        Property("ID", EdmType.STRING, 10, "ID", ONCE, nullable=False, named_by="name"),
        Property("name", EdmType.STRING, 100, "Name", searched=True),
    ),
    _ways(Navigation("contacts", "Contact", True, (("ID", "customer_ID"),), partner="customer", constrained=False)),
    creates=True,
    changes=True,
    removes=True,
    versioned=True,
    title="Customer",
    titles="Customers",
)
