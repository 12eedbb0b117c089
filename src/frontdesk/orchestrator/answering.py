"""Carries out the action `answer`: answers the question of a message from what is known, once, and keeps why."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from frontdesk.interfaces import ActionHandler, ConnectorFailed
from frontdesk.interfaces.knowledge import Answers
from frontdesk.model import Action, Case, Effect, Receipt, Turn
from frontdesk.model.answers import Answer, AnswerKind, Asker
from frontdesk.orchestrator.actions import REPLY, WHENS
from frontdesk.orchestrator.replying import Replying, receipt_of
from frontdesk.orchestrator.templates import AUTO_REPLY

TurnsOf = Callable[[Case], Awaitable[Sequence[Turn]]]
# Types of replies that count as answers; whatever else is sent only acknowledges.
_TYPES = {AnswerKind.ANSWERED: "QA", AnswerKind.ORDER_STATUS: "RB"}
_USED = 5
# Stands in the remark before the template that was sent instead of an answer.
_MARK = " · "
# What is asked below an answer that goes to where no button can be.
DID_IT_HELP = {
    "en": "Did this help? Please tell us: {link}",
    "de": "Hat das geholfen? Bitte sagen Sie es uns: {link}",
    "fr": "Cela vous a-t-il aidé ? Dites-le-nous : {link}",
    "es": "¿Le ha servido? Díganoslo: {link}",
}
LinkOf = Callable[[str], str]


class AnswerQuestion(ActionHandler):
    """The handler of `answer`."""

    def __init__(
        self, answers: Answers, turns_of: TurnsOf, replying: Replying, links: Mapping[str, LinkOf] | None = None
    ) -> None:
        """`turns_of` reads the conversation up to a message; answers are sent as replies are.

        `links` make, by the code of a channel, the link to where a reader says whether a message helped.
        """
        self._answers, self._turns_of, self._replying, self._links = answers, turns_of, replying, links or {}

    @override
    async def find(self, key: str) -> Receipt | None:
        """What was sent for the key, and what the remark tells about it."""
        stored = await self._replying.sent(key)
        if stored is None:
            return None
        receipt = receipt_of(stored, Receipt(stored.provider_id))
        kind, *rest = stored.remark.split(", ", 1)
        template = rest[0].split(_MARK)[1:2] if rest else []
        told = {**receipt.detail, "kind": kind, "sent": True}
        return Receipt(receipt.reference, told | ({"template": template[0]} if template else {}))

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Answer, and send what is to be sent. Raises DeliveryFailed, ConnectorFailed."""
        when, otherwise = effect.action.parameters.get("when", WHENS[0]), effect.action.parameters.get("otherwise")
        try:
            answer = await self._answers.answer(await self._turns_of(case), asker_of(case))
        except ConnectorFailed:
            # The customer need not wait until the system with the orders is back: a person looks.
            if when != WHENS[0] or not otherwise:
                raise
            answer = Answer("", AnswerKind.NOT_KNOWN, case.analysis.language if case.analysis else "")
        told = record_of(answer)
        if when == "draft":
            return Receipt("", told | {"sent": False})
        if when == "always" or is_sure(answer):
            message = self._replying.message(
                effect, case, _TYPES.get(answer.kind, AUTO_REPLY), answer.text, remark_of(answer)
            )
            if message.type != AUTO_REPLY and (link_of := self._links.get(message.channel)):
                asks = DID_IT_HELP.get(answer.language, DID_IT_HELP["en"]).format(link=link_of(message.id))
                message = replace(message, text=f"{message.text}\n\n{asks}")
        elif otherwise:
            message = self._replying.written(replace(effect, action=Action(REPLY, {"template": otherwise})), case)
            remark = [remark_of(answer), otherwise, *([message.remark] if message.remark else [])]
            message = replace(message, remark=_MARK.join(remark))
            told["template"] = otherwise
        else:
            return Receipt("", told | {"sent": False})
        sent = await self._replying.send(message)
        return Receipt(sent.reference, told | dict(sent.detail) | {"sent": True})


def is_sure(answer: Answer) -> bool:
    """Whether it is worth sending by itself. A question back is where something is known that it leads to."""
    if answer.kind is AnswerKind.ASKS_BACK:
        return bool(answer.used or answer.order)
    return answer.kind in _TYPES


def asker_of(case: Case) -> Asker:
    """Who wrote, as far as it is proven."""
    sender = case.message.sender
    proven = (sender.address, sender.phone) if sender.identity.is_proven else ()
    return Asker(customer_id=case.proven_customer or "", addresses=proven)


def record_of(answer: Answer) -> dict[str, Any]:
    """Why it was answered so: kept with the effect and shown on the page."""
    return {
        "kind": answer.kind.value,
        "confidence": round(answer.confidence, 4),
        "question": list(answer.concerns),
        "text": answer.text,
        "citations": [
            {"article": c.article, "version": c.version, "start": c.start, "end": c.end, "title": c.title, "url": c.url}
            for c in answer.citations
        ],
        "choices": list(answer.choices),
        "used": [
            {"article": u.article, "version": u.version, "start": u.start, "end": u.end, "score": u.score}
            for u in answer.used[:_USED]
        ],
    }


def remark_of(answer: Answer) -> str:
    """The same in one line for the team: `answered, 94 %: returns 3 [0:120]`."""
    places = [f"{c.article} {c.version} [{c.start}:{c.end}]" for c in answer.citations]
    return f"{answer.kind.value}, {answer.confidence:.0%}: {', '.join(places) or '–'}"
