"""The services: paths, namespaces, what each shows, and the operations of each."""

from dataclasses import replace

from frontdesk.edges.odata.catalogue import entities as e
from frontdesk.model.entities import Entity, Kind, Operation, Parameter, Service, Structure

MESSAGE, INTERACTION, INTENT = e.MESSAGE.name, e.INTERACTION.name, e.INTENT.name
_ALL = (
    e.INSIGHT, e.INTERACTION, e.THREAD, e.CATEGORY, e.CHANNEL, e.STATUS, e.PRIORITY, e.MESSAGE_TYPE, e.INTENT,
    e.MESSAGE, e.AUDIO, e.REPLY_TYPE, e.REPLY, e.CONTACT, e.CUSTOMER,
)  # fmt: skip
TEXT = Parameter("text", nullable=False)
DRAFT_OPERATIONS = ("draftPrepare", "draftActivate", "draftEdit")


def _set(*each: Entity) -> dict[str, Entity]:
    return {entity.name: entity for entity in each}


def _without_drafts(entity: Entity) -> Entity:
    ways = {name: replace(way, fixed=()) if way.target == INTENT else way for name, way in entity.navigations.items()}
    return replace(e.PLAIN_INTENT if entity is e.INTENT else entity, navigations={} if entity is e.INTENT else ways)


def _customers_view(entity: Entity) -> Entity:
    plain = _without_drafts(entity)
    writable = {e.INTERACTION.name, e.MESSAGE.name, e.AUDIO.name, e.CONTACT.name, e.CUSTOMER.name}
    return plain if entity.name in writable else plain.read_only()


ADMIN = Service(
    "admin",
    "TicketingService",
    _set(*_ALL, e.DRAFT),
    (
        Operation("draftPrepare", (Parameter("SideEffectsQualifier"),), bound=INTENT, gives=INTENT),
        Operation("draftActivate", (), bound=INTENT, gives=INTENT),
        Operation("draftEdit", (Parameter("PreserveChanges", Kind.BOOLEAN),), bound=INTENT, gives=INTENT),
        Operation("reply", (Parameter("text"), Parameter("type_code")), bound=MESSAGE, gives=e.REPLY.name),
    ),
    inner=frozenset({e.DRAFT.name}),
)
CUSTOMER = Service("cust", "CustomerService", _set(*(_customers_view(each) for each in _ALL)))
AGENT = Service(
    "agent",
    "AgentService",
    _set(*(_without_drafts(each).read_only() for each in _ALL)),
    (
        Operation("processByllm", (), bound=INTERACTION, gives=INTERACTION),
        Operation("summarise", (), bound=INTERACTION, gives=INTERACTION),
        Operation("sentimentAnalyse", (), bound=INTERACTION, gives=Kind.STRING),
        Operation("reply", (Parameter("text"), Parameter("type_code")), bound=MESSAGE, gives=e.REPLY.name),
    ),
)
_FOUND = Structure("Entity", {"field": Kind.STRING, "value": Kind.STRING})
_READ = Structure(
    "Reading", {"sentiment": Kind.STRING, "title": Kind.STRING, "summary": Kind.STRING, "entities": "Entity"}
)
_ANSWER = Structure("Answer", {"data": "Reading", "created_at": Kind.MOMENT, "total_tokens": Kind.INTEGER})
_NEAR = Structure("Similarity", {"index": Kind.INTEGER, "similarity": Kind.DOUBLE})
_VECTOR = Parameter("vector", Kind.DOUBLE, many=True, nullable=False)
_PAIR = (Parameter("a", Kind.DOUBLE, many=True, nullable=False), Parameter("b", Kind.DOUBLE, many=True, nullable=False))
LLM = Service(
    "llm-proxy",
    "LLMProxyService",
    operations=(
        Operation("invokeLLM", (Parameter("use_case", nullable=False), TEXT), gives="Answer"),
        *(
            Operation(name, (TEXT,), gives="Answer")
            for name in ("sentimentAnalyse", "summarise", "extractEntities", "processCustomerMessage")
        ),
        Operation("embedding", (TEXT,), gives=Kind.STRING),
        Operation("zeroShotClassification", (TEXT,), gives=Kind.STRING),
        Operation("dot", _PAIR, True, gives=Kind.DOUBLE),
        Operation("norm", (_VECTOR,), True, gives=Kind.DOUBLE),
        Operation("cosineSimilarity", _PAIR, True, gives=Kind.DOUBLE),
        Operation(
            "similaritySearch",
            (_VECTOR, Parameter("vectors", Kind.STRING), Parameter("limit", Kind.INTEGER)),
            True,
            gives="Similarity",
            gives_many=True,
        ),
    ),
    structures=(_FOUND, _READ, _ANSWER, _NEAR),
)
_ROUTED = Structure("Routed", {"type": Kind.STRING, "route": Kind.STRING, "replyMessage": Kind.STRING})
_ROUTED2 = Structure("RoutedV2", {"type": Kind.STRING, "route": Kind.STRING, "fsmcode": Kind.STRING})
TICKETS = Service(
    "int-ticket",
    "cust.int.srv.OrchestratorService",
    operations=(
        Operation("handleMessage", (Parameter("message", nullable=False),), gives="Routed"),
        Operation("handleMessageV2", (Parameter("message", nullable=False),), gives="RoutedV2"),
    ),
    structures=(_ROUTED, _ROUTED2),
)
_ORDER = Structure(
    "DeliveryStatus",
    {
        "orderNo": Kind.STRING,
        "state": Kind.STRING,
        "deliveryDate": Kind.STRING,
        "shippedOn": Kind.STRING,
        "tracking": Kind.STRING,
        "blocked": Kind.BOOLEAN,
    },
)
_TICKET = Structure("SupportTicket", {"code": Kind.STRING, "interaction_ID": Kind.INTEGER, "subject": Kind.STRING})
ERP = Service(
    "erp-proxy",
    "ERPProxyService",
    operations=(
        Operation("checkDeliveryStatus", (Parameter("orderNo", nullable=False),), gives="DeliveryStatus"),
        Operation(
            "createSupportTicket",
            (Parameter("interaction_ID", Kind.INTEGER), Parameter("subject"), Parameter("text")),
            gives="SupportTicket",
        ),
    ),
    structures=(_ORDER, _TICKET),
)

SERVICES: dict[str, Service] = {each.path: each for each in (ADMIN, CUSTOMER, AGENT, LLM, TICKETS, ERP)}
