"""The services: paths, namespaces, what each shows, and the operations of each."""

from dataclasses import replace

from frontdesk.edges.odata.catalogue import entities as e
from frontdesk.model.entities import EdmType, Entity, ODataService, Operation, Parameter, Structure

MESSAGE, INTERACTION, INTENT = e.MESSAGE.name, e.INTERACTION.name, e.INTENT.name
_ALL = (
    e.INSIGHT, e.INTERACTION, e.THREAD, e.CATEGORY, e.CHANNEL, e.STATUS, e.PRIORITY, e.MESSAGE_TYPE, e.INTENT,
    e.MESSAGE, e.AUDIO, e.REPLY_TYPE, e.REPLY, e.CONTACT, e.CUSTOMER,
)  # fmt: skip
TEXT = Parameter("text", nullable=False)


def _set(*each: Entity) -> dict[str, Entity]:
    return {entity.name: entity for entity in each}


def _without_drafts(entity: Entity) -> Entity:
    ways = {name: replace(way, fixed=()) if way.target == INTENT else way for name, way in entity.navigations.items()}
    return replace(e.PLAIN_INTENT if entity is e.INTENT else entity, navigations={} if entity is e.INTENT else ways)


def _customers_view(entity: Entity) -> Entity:
    plain = _without_drafts(entity)
    writable = {e.INTERACTION.name, e.MESSAGE.name, e.AUDIO.name, e.CONTACT.name, e.CUSTOMER.name}
    return plain if entity.name in writable else plain.read_only()


ADMIN = ODataService(
    "admin",
    "TicketingService",
    _set(*_ALL, e.DRAFT),
    (
        Operation("draftPrepare", (Parameter("SideEffectsQualifier"),), bound=INTENT, gives=INTENT),
        Operation("draftActivate", (), bound=INTENT, gives=INTENT),
        Operation("draftEdit", (Parameter("PreserveChanges", EdmType.BOOLEAN),), bound=INTENT, gives=INTENT),
        Operation("reply", (Parameter("text"), Parameter("type_code")), bound=MESSAGE, gives=e.REPLY.name),
    ),
    inner=frozenset({e.DRAFT.name}),
)
CUSTOMER = ODataService("cust", "CustomerService", _set(*(_customers_view(each) for each in _ALL)))
AGENT = ODataService(
    "agent",
    "AgentService",
    _set(*(_without_drafts(each).read_only() for each in _ALL)),
    (
        Operation("processByllm", (), bound=INTERACTION, gives=INTERACTION),
        Operation("summarise", (), bound=INTERACTION, gives=INTERACTION),
        Operation("sentimentAnalyse", (), bound=INTERACTION, gives=EdmType.STRING),
        Operation("reply", (Parameter("text"), Parameter("type_code")), bound=MESSAGE, gives=e.REPLY.name),
    ),
)
_FOUND = Structure("Entity", {"field": EdmType.STRING, "value": EdmType.STRING})
_READ = Structure(
    "Reading", {"sentiment": EdmType.STRING, "title": EdmType.STRING, "summary": EdmType.STRING, "entities": "Entity"}
)
_ANSWER = Structure("Answer", {"data": "Reading", "created_at": EdmType.MOMENT, "total_tokens": EdmType.INTEGER})
_NEAR = Structure("Similarity", {"index": EdmType.INTEGER, "similarity": EdmType.DOUBLE})
_VECTOR = Parameter("vector", EdmType.DOUBLE, many=True, nullable=False)
_PAIR = (
    Parameter("a", EdmType.DOUBLE, many=True, nullable=False),
    Parameter("b", EdmType.DOUBLE, many=True, nullable=False),
)
LLM = ODataService(
    "llm-proxy",
    "LLMProxyService",
    operations=(
        Operation("invokeLLM", (Parameter("use_case", nullable=False), TEXT), gives="Answer"),
        *(
            Operation(name, (TEXT,), gives="Answer")
            for name in ("sentimentAnalyse", "summarise", "extractEntities", "processCustomerMessage")
        ),
        Operation("embedding", (TEXT,), gives=EdmType.STRING),
        Operation("zeroShotClassification", (TEXT,), gives=EdmType.STRING),
        Operation("dot", _PAIR, True, gives=EdmType.DOUBLE),
        Operation("norm", (_VECTOR,), True, gives=EdmType.DOUBLE),
        Operation("cosineSimilarity", _PAIR, True, gives=EdmType.DOUBLE),
        Operation(
            "similaritySearch",
            (_VECTOR, Parameter("vectors", EdmType.STRING), Parameter("limit", EdmType.INTEGER)),
            True,
            gives="Similarity",
            gives_many=True,
        ),
    ),
    structures=(_FOUND, _READ, _ANSWER, _NEAR),
)
_ROUTED = Structure("Routed", {"type": EdmType.STRING, "route": EdmType.STRING, "replyMessage": EdmType.STRING})
_ROUTED2 = Structure("RoutedV2", {"type": EdmType.STRING, "route": EdmType.STRING, "fsmcode": EdmType.STRING})
TICKETS = ODataService(
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
        "orderNo": EdmType.STRING,
        "state": EdmType.STRING,
        "deliveryDate": EdmType.STRING,
        "shippedOn": EdmType.STRING,
        "tracking": EdmType.STRING,
        "blocked": EdmType.BOOLEAN,
    },
)
_TICKET = Structure(
    "SupportTicket", {"code": EdmType.STRING, "interaction_ID": EdmType.INTEGER, "subject": EdmType.STRING}
)
ERP = ODataService(
    "erp-proxy",
    "ERPProxyService",
    operations=(
        Operation("checkDeliveryStatus", (Parameter("orderNo", nullable=False),), gives="DeliveryStatus"),
        Operation(
            "createSupportTicket",
            (Parameter("interaction_ID", EdmType.INTEGER), Parameter("subject"), Parameter("text")),
            gives="SupportTicket",
        ),
    ),
    structures=(_ORDER, _TICKET),
)

SERVICES: dict[str, ODataService] = {each.path: each for each in (ADMIN, CUSTOMER, AGENT, LLM, TICKETS, ERP)}
