"""Operations on interactions, messages, tickets and orders."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from frontdesk.edges.odata.catalogue import SERVICES
from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.operations.back_office import BackOffice
from frontdesk.edges.odata.operations.language import Language
from frontdesk.edges.odata.operations.operations import Doing, OperationCall, plain, structured
from frontdesk.edges.odata.protocol.bodies import value_of_json
from frontdesk.edges.odata.protocol.exchange import ODataResponse, message_header
from frontdesk.edges.odata.writes import Writes
from frontdesk.interfaces import Analyst, Conflict
from frontdesk.model import Role
from frontdesk.model.entities import EdmType, Entity
from frontdesk.model.querying import Call, Expression, Field, Literal, Order, Query, Write
from frontdesk.storage.odata.reading import StoredEntities
from frontdesk.storage.odata.waiting import StoredHandled
from frontdesk.storage.odata.writing import StoredWrites

ADMIN, AGENT, TICKETS, ERP = "admin", "agent", "int-ticket", "erp-proxy"
ASYNC_STATUS = 202
TEXTS = ("inboundTextMsg", "text", "message")  # under which a message's text may be told


class Handling:
    """Operations that change something."""

    def __init__(
        self,
        entities: StoredEntities,
        writer: StoredWrites,
        writes: Writes,
        handled: StoredHandled,
        language: Language,
        analyst: Analyst,
        office: BackOffice,
        wake: Any,
        seconds: float,
    ) -> None:
        """Wired in `wiring.odata`."""
        self._entities, self._writer, self._writes, self._handled = entities, writer, writes, handled
        self._language, self._analyst, self._office = language, analyst, office
        self._wake, self._seconds = wake, seconds

    def handlers(self) -> Mapping[tuple[str, str], Doing]:
        """The operations by service and name."""
        return {
            **{(ADMIN, name): self.draft for name in ("draftPrepare", "draftActivate", "draftEdit")},
            (ADMIN, "reply"): self.reply,
            (AGENT, "reply"): self.reply,
            (AGENT, "processByllm"): self.refresh,
            (AGENT, "summarise"): self.refresh,
            (AGENT, "sentimentAnalyse"): self.mood,
            (TICKETS, "handleMessage"): self.handle,
            (TICKETS, "handleMessageV2"): self.handle,
            (ERP, "checkDeliveryStatus"): self.order,
            (ERP, "createSupportTicket"): self.ticket,
        }

    async def draft(self, asked: OperationCall) -> ODataResponse:
        """Begin, check or activate the draft of an intent."""
        asked.request.need_editor()
        name = asked.operation.name
        write = Write(name, asked.operation.bound, asked.key, dict(asked.told), None, asked.request.by)
        write = await self._writes.with_vector(write, asked.request)
        try:
            [done] = await self._writer.write([write])
        except Conflict as error:
            raise ODataError(str(error), 409) from None
        entity = asked.request.service.entities[asked.operation.bound]
        status = 200 if name == "draftPrepare" else 201
        return await self._writes.represent(asked.request, entity, done.key, status, {}, asked.depth)

    async def reply(self, asked: OperationCall) -> ODataResponse:
        """Answer a message: with the text that is given, else with one that a model drafts, else with a stock text."""
        asked.request.need(Role.AGENT)
        interaction_id, sequence = asked.key["interaction_ID"], asked.key["sequence"]
        text, kind = asked.told.get("text"), asked.told.get("type_code")
        if not text:
            text = await self._language.suggested(await self._conversation(asked, interaction_id), asked.request)
            kind = kind or ("QA" if text else "AR")
            text = text or await self._office.stock_answer(interaction_id)
        values = {
            "interaction_ID": interaction_id,
            "outboundTextMsg": text,
            "type_code": kind,
            "replyTo_sequence": sequence,
            "replyTo_interaction_ID": interaction_id,
        }
        [done] = await self._writer.write(
            [Write("create", "OutboundServiceMessage", {}, values, None, asked.request.by)]
        )
        self._wake()
        entity = asked.request.service.entities["OutboundServiceMessage"]
        said = (
            {} if kind == "IM" else message_header("SENT", "The answer is stored and is being sent to the customer.", 1)
        )
        return await self._writes.represent(asked.request, entity, done.key, 200, said, asked.depth)

    async def _conversation(self, asked: OperationCall, interaction_id: int) -> list[dict[str, str]]:
        """Both sides' messages in the order in which they were written."""
        entity = asked.request.service.entities["MessageThread"]
        where = _equals(entity, "interactionID", interaction_id)
        order = (Order(Field("createdAt", EdmType.MOMENT)),)
        found = await self._entities.read(
            Query(entity, (where,), order=order, columns=("direction", "message"), top=200)
        )
        authors = {"Inbound": "customer", "Outbound": "service"}
        return [{"author": authors[row["direction"]], "text": row["message"]} for row in found.rows]

    async def refresh(self, asked: OperationCall) -> ODataResponse:
        """Read all that the customer wrote again: a new title and summary of the interaction."""
        asked.request.need(Role.AGENT)
        texts = await self._texts(asked)
        title, summary = await self._analyst.summarise(texts)
        values = {"title": title, "summary": summary}
        said = message_header("READ", f"{len(texts)} messages were read again.", 1)
        await self._writer.write([Write("change", asked.operation.bound, asked.key, values, None, asked.request.by)])
        entity = asked.request.service.entities[asked.operation.bound]
        return await self._writes.represent(asked.request, entity, asked.key, 200, said, asked.depth)

    async def mood(self, asked: OperationCall) -> ODataResponse:
        """The sentiment over all messages of the customer."""
        asked.request.need(Role.AGENT)
        texts = await self._texts(asked)
        return plain(asked, await self._language.sentiment("\n\n".join(texts)[-20_000:], asked.request), EdmType.STRING)

    async def _texts(self, asked: OperationCall) -> list[str]:
        entity = asked.request.service.entities["InboundCustomerMessage"]
        where = _equals(entity, "interaction_ID", asked.key["ID"])
        found = await self._entities.read(Query(entity, (where,), columns=("inboundTextMsg",), top=500))
        if not found.rows:
            raise ODataError(f"interaction {asked.key['ID']} has no message of a customer yet")
        return [row["inboundTextMsg"] for row in found.rows]

    async def handle(self, asked: OperationCall) -> ODataResponse:
        """Accept a message, wait until it is handled, and return the route and the actions.

        A message that names its interaction belongs there; where it is the last one of it, what became of it is told.
        """
        given = asked.told["message"]
        values = _references(given) if isinstance(given, Mapping) else {}
        interaction_id = values.get("interaction_ID")
        there = await self._office.latest(interaction_id) if interaction_id is not None else None
        if there is not None and (not isinstance(given, Mapping) or _is_said(given, there.text)):
            accepted: Sequence[str] = (there.id,)
        else:
            values["inboundTextMsg"] = message_text(given)
            message = Write("create", "InboundCustomerMessage", {}, values, None, asked.request.by)
            if interaction_id is None:
                message = replace(message, entity="CustomerInteraction", values={"inboundMsgs": [values]})
            [done] = await self._writer.write([message])
            accepted = done.accepted
            self._wake()
        if not asked.request.prefers.no_wait:
            await self._handled.wait(accepted, self._seconds)
        outcome = await self._office.outcome(accepted[0])
        last = "fsmcode" if asked.operation.name == "handleMessageV2" else "replyMessage"
        answer = structured(asked, {name: outcome.get(name) for name in ("type", "route", last)})
        return answer if outcome.get("route") is not None else ODataResponse(ASYNC_STATUS, answer.body, answer.headers)

    async def order(self, asked: OperationCall) -> ODataResponse:
        """The delivery status of an order."""
        receipt = await self._office.order(asked.text("orderNo"))
        told = receipt.detail
        names = {
            "orderNo": "number",
            "state": "state",
            "deliveryDate": "delivery_date",
            "shippedOn": "shipped_on",
            "tracking": "tracking",
        }
        found: dict[str, Any] = {theirs: told.get(ours) or None for theirs, ours in names.items()}
        return structured(asked, found | {"blocked": bool(told.get("blocked"))})

    async def ticket(self, asked: OperationCall) -> ODataResponse:
        """Open a support ticket, of an interaction that there is or of a new one."""
        asked.request.need(Role.AGENT)
        told, by = asked.told, asked.request.by
        interaction_id = told.get("interaction_ID")
        if interaction_id is None:
            values = {
                "title": (told.get("subject") or "Support ticket")[:100],
                "summary": (told.get("text") or "")[:300],
            }
            [done] = await self._writer.write([Write("create", "CustomerInteraction", {}, values, None, by)])
            interaction_id = done.key["ID"]
        receipt = await self._office.ticket(interaction_id, by)
        return structured(
            asked, {"code": receipt.reference, "interaction_ID": interaction_id, "subject": told.get("subject")}
        )


def _references(given: Mapping[str, Any]) -> dict[str, Any]:
    """The interaction, contact and channel that a message names. Raises ODataError."""
    known = SERVICES[ADMIN].entities["InboundCustomerMessage"].properties
    named = (name for name in ("interaction_ID", "contact_ID", "channel_code") if given.get(name) is not None)
    return {name: value_of_json(given[name], known[name]) for name in named}


def _is_said(given: Mapping[str, Any], text: str) -> bool:
    """Whether a message is one that is stored: the same text, or none at all."""
    told = [given[name] for name in TEXTS if given.get(name) is not None]
    return not told or (isinstance(told[0], str) and told[0].strip() == text.strip())


def message_text(given: Any) -> str:
    """The text of a message that is told as such or as an object. Raises ODataError."""
    if isinstance(given, Mapping):
        given = next((given[name] for name in TEXTS if name in given), None)
    if not isinstance(given, str) or not given.strip():
        raise ODataError("message is a text, or an object with inboundTextMsg", target="message")
    return given


def _equals(entity: Entity, name: str, value: Any) -> Expression:
    kind = entity.properties[name].kind
    return Call("eq", (Field(name, kind), Literal(value, kind)), EdmType.BOOLEAN)
