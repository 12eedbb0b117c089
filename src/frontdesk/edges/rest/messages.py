"""Messages: handing one in, and what became of it."""

from typing import Annotated, Literal

from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta

from frontdesk.edges.rest.analysis_answers import AnalysisAnswer, CorrectionAnswer
from frontdesk.edges.rest.answers import (
    DecidedAgainAnswer,
    MessageAnswer,
    Receipt,
    created,
    replay,
    show,
    show_again,
    show_reading,
)
from frontdesk.edges.rest.bodies import Address, Body, Name, Phone
from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.services import Asked, IdempotencyHeader, MessageId, RouteGroup, once_of, who
from frontdesk.interfaces import Invalid, NotFound
from frontdesk.model import Identity, NewMessage, Role, Sender
from frontdesk.services.deciding_again import decided_again
from frontdesk.ticketing.changes import FIELDS, check_correction
from frontdesk.ticketing.status import allowed_change
from frontdesk.ticketing.submission import MOST_CHARACTERS, PROVIDER_ID_LENGTH, check

AUDIO = "audio/"
# To be saved, never to be shown in place; a page may still play it.
SAVED = {"Content-Disposition": 'attachment; filename="recording"'}


class SenderBody(Body, frozen=True, forbid_unknown_fields=True):
    """The sender, as far as it is known. `identity` is what the caller vouches for: nothing, or that they signed in."""

    name: Name = ""
    address: Address = ""
    phone: Phone = ""
    customer_no: Phone = ""
    identity: Literal["unproven", "signed_in"] = "unproven"


class MessageBody(Body, frozen=True, forbid_unknown_fields=True):
    """A customer's message. `interaction` is the reference of the interaction that it continues.

    Sent by a program, it continues that one where its sender takes part in it; else it opens one of its own, which
    tells where it may belong (`may_belong_to`).
    """

    text: Annotated[
        str, Meta(min_length=1, max_length=MOST_CHARACTERS, examples=["My washing machine does not start."])
    ]
    channel: Annotated[str, Meta(min_length=1, max_length=40, examples=["WEB"])] = "WEB"
    sender: SenderBody = SenderBody()
    provider_id: Annotated[str, Meta(max_length=PROVIDER_ID_LENGTH)] = ""
    interaction: Annotated[str, Meta(max_length=8, pattern=r"^([A-Z0-9]{8})?$(?!\n)")] = ""


class CorrectionBody(Body, frozen=True, forbid_unknown_fields=True):
    """A correction. An empty intent means that none of the list fits; an empty entity that the message names none.

    Several values of an entity are separated by commas.
    """

    field: Literal[FIELDS]  # type: ignore[valid-type]  # which reads as if they were written here
    value: Annotated[str, Meta(max_length=300)]


class MessageRoutes(RouteGroup):
    """Messages of customers."""

    path = "/messages"
    tags = ("Messages",)

    @route(
        "POST",
        "/",
        Role.SERVICE,
        "Hand in a message",
        "Answers when the message is stored durably, and never waits for its analysis. The same "
        "(channel, provider_id) is stored once; without it and without an Idempotency-Key, the same words of the same "
        "sender's address within five minutes are.",
        responses={200: ResponseSpec(Receipt, description="It had been stored before.", generate_examples=False)},
        status_code=202,
        response_headers=[
            ResponseHeader(name="Location", documentation_only=True, description="The interaction."),
            ResponseHeader(name="Idempotency-Replayed", documentation_only=True, description="A repeated request."),
        ],
    )
    async def hand_in(
        self, request: Asked, data: JSONBody[MessageBody], idempotency_key: IdempotencyHeader = None
    ) -> Response[Receipt]:
        """Store a message."""
        sender = data.sender
        message = check(
            NewMessage(
                data.text,
                data.channel,
                Sender(sender.name, sender.address, sender.phone, sender.customer_no, Identity(sender.identity)),
                data.provider_id,
                await self._joins(data.interaction) if data.interaction else None,
                if_participant=not request.user.role.covers(Role.AGENT),
                unless_repeated=not data.provider_id and idempotency_key is None,
            ),
            await self.channels.known(),
        )
        stored = await self.services.messages.inbox.accept(
            message, who(request), await once_of(request, idempotency_key)
        )
        self.services.metrics.accepted(message.channel, duplicate=stored.duplicate or stored.replayed)
        if not stored.duplicate:
            self.services.wake()
        return Response(
            Receipt(stored.reference, stored.interaction_id, stored.message_id, stored.sequence, stored.duplicate),
            status_code=200 if stored.duplicate else 202,
            headers={"Location": f"/api/v1/interactions/{stored.reference}"} | replay(stored),
        )

    async def _joins(self, reference: str) -> int:
        try:
            return (await self.services.interactions.records.get(reference)).id
        except NotFound as error:
            raise Invalid(str(error), "interaction") from None

    @route("GET", "/{message_id:str}", Role.SERVICE, "A message and what became of it")
    async def read(self, message_id: MessageId) -> MessageAnswer:
        """The message with its current analysis, decision and effects."""
        return show_reading(await self.services.messages.readings.message(message_id))

    @route("GET", "/{message_id:str}/analyses", Role.AGENT, "All analyses of a message")
    async def analyses(self, message_id: MessageId) -> list[AnalysisAnswer]:
        """Every run, oldest first."""
        return [show(each, AnalysisAnswer) for each in await self.services.messages.readings.analyses(message_id)]

    @route(
        "GET",
        "/{message_id:str}/audio",
        Role.AGENT,
        "The recording of a phone message",
        media_type="application/octet-stream",
    )
    async def audio(self, message_id: MessageId) -> Response[bytes]:
        """The sound as it came in."""
        recording = await self.services.messages.readings.audio(message_id)
        kind = recording.media_type if recording.media_type.startswith(AUDIO) else "application/octet-stream"
        return Response(recording.content, media_type=kind, headers=SAVED)

    @route("GET", "/{message_id:str}/corrections", Role.AGENT, "What people corrected")
    async def corrections(self, message_id: MessageId) -> list[CorrectionAnswer]:
        """Oldest first."""
        return [show(each, CorrectionAnswer) for each in await self.services.messages.readings.corrections(message_id)]

    @route(
        "POST",
        "/{message_id:str}/corrections",
        Role.AGENT,
        "Correct an analysis",
        "Kept beside the analysis, never over it. A corrected intent makes the message an example of it: "
        "the next analysis knows it.",
    )
    async def correct(
        self,
        request: Asked,
        message_id: MessageId,
        data: JSONBody[CorrectionBody],
        idempotency_key: IdempotencyHeader = None,
    ) -> Response[CorrectionAnswer]:
        """Keep a person's word."""
        value = check_correction(data.field, data.value, await self.services.configuration.codes.all())
        once = await once_of(request, idempotency_key)
        kept = await self.services.messages.readings.correct(message_id, data.field, value, who(request), once)
        return created(kept, show(kept.value, CorrectionAnswer), f"/api/v1/messages/{message_id}/corrections")

    @route("GET", "/{message_id:str}/decision-again", Role.AGENT, "What the rules would decide with the corrections")
    async def again(self, message_id: MessageId) -> DecidedAgainAnswer:
        """By the rules in force. Nothing is done."""
        return show_again((await decided_again(self.services, message_id))[0])

    @route(
        "POST",
        "/{message_id:str}/decision-again",
        Role.AGENT,
        "Set what the rules would decide with the corrections",
        "Sets fields of the interaction. Replies, service calls and other actions are left to a person.",
        status_code=200,
    )
    async def set_again(
        self,
        request: Asked,
        message_id: MessageId,
        idempotency_key: IdempotencyHeader = None,  # any POST takes one; doing it twice changes nothing
    ) -> DecidedAgainAnswer:
        """Set it."""
        found, interaction = await decided_again(self.services, message_id)
        change = allowed_change(interaction, found.change)
        await self.services.interactions.records.change(interaction, change, who(request))
        return show_again(found)
