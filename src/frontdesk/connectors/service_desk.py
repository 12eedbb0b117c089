"""The built-in service desk: service calls kept in our own database, so that nothing else is needed."""

from typing_extensions import override

from frontdesk.connectors.quoting import NOT_OPENED, quoted, subject_of
from frontdesk.interfaces import ActionHandler, Clock, OwnRows, Recorder, ServiceDeskStore
from frontdesk.model import Case, Effect, Receipt, ServiceCall
from frontdesk.orchestrator.actions import REMARK_SERVICE_CALL

OPEN = "Open"
SUBJECT_LENGTH = 200


class ServiceDesk(Recorder, ActionHandler):
    """The performer of `create_service_call` and `remark_service_call`."""

    def __init__(self, store: ServiceDeskStore, clock: Clock) -> None:
        """Keep calls in `store`."""
        self._store, self._clock = store, clock

    @override
    async def find(self, key: str) -> Receipt | None:
        call = await self._store.call_by_key(key)
        return _receipt(call) if call else None

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Open a call with the interaction's title, the message's own words, priority and customer; or add a remark."""
        if effect.action.kind == REMARK_SERVICE_CALL:
            return await self._remark(effect, case)
        return _receipt(await self._store.open_call(self._call(effect, case)))

    async def _remark(self, effect: Effect, case: Case) -> Receipt:
        call = await self._store.add_remark(str(effect.action.parameters["call"]), quoted(case))
        return _receipt(call) if call else Receipt("", NOT_OPENED)

    @override
    def record(self, effect: Effect, case: Case, rows: OwnRows) -> Receipt | None:
        if effect.action.kind == REMARK_SERVICE_CALL:
            return None
        return _receipt(rows.open_call(self._call(effect, case)))

    def _call(self, effect: Effect, case: Case) -> ServiceCall:
        return ServiceCall(
            code="",
            key=effect.key,
            subject=subject_of(case, SUBJECT_LENGTH),
            remarks=_remarks(case),
            priority=case.interaction.priority,
            status=OPEN,
            interaction_id=case.interaction.id,
            created_at=self._clock(),
            customer_id=case.interaction.customer_id,
            contact_id=case.message.contact_id,
        )


def _remarks(case: Case) -> str:
    """The remarks for a technician, in the order of the sample."""
    interaction, analysis = case.interaction, case.analysis
    parts = [f"Interaction {interaction.reference}."]
    if analysis is not None:
        parts += [f"Sentiment: {analysis.sentiment}.", f"Intent: {analysis.intent or 'none'}."]
        parts += [f"{entity.field}: {entity.value}." for entity in analysis.entities]
    return " ".join([*parts, quoted(case)])


def _receipt(call: ServiceCall) -> Receipt:
    return Receipt(call.code, {"connector": "service_desk", "code": call.code, "status": call.status})
