"""What customers hear: automatic replies, people's answers and memos, corrections, and how a matter ends."""

import math
from datetime import datetime, timedelta
from random import Random

from benchmarks.invented import shares
from benchmarks.invented.ids import Ids
from benchmarks.invented.interaction import InteractionDraft
from benchmarks.invented.phrases import phrases, pick
from benchmarks.invented.portion import Portion
from benchmarks.invented.times import in_office
from benchmarks.invented.verdicts import CALL, NAME, REFERENCE, Verdict, otherwise, reply_text

SLOW, VERY_SLOW = 0.1, 0.02


class Answering:
    """Answers invented messages."""

    def __init__(self, chance: Random, until: datetime) -> None:
        """Draw from `chance`; nothing happens after `until`."""
        self._chance, self._until = chance, until
        self._ids = Ids(chance)

    def delay(self) -> float:
        """Seconds until an automatic reply has gone out: mostly some, longer when there was a jam."""
        lot = self._chance.random()
        if lot < VERY_SLOW:
            return math.exp(self._chance.gauss(8.2, 0.8))
        return math.exp(self._chance.gauss(5.2, 0.7) if lot < SLOW else self._chance.gauss(1.8, 0.5))

    def reply(
        self,
        m: InteractionDraft,
        reply_id: str,
        message_id: str,
        key: str,
        said: Verdict,
        call: str,
        at: datetime,
        to: Portion,
    ) -> str:
        """The automatic reply of the decision; its text."""
        template = otherwise(said.reply) if said.calls and not call else said.reply
        text = reply_text(template, m.person.language)
        text = text.replace(NAME, m.person.name).replace(REFERENCE, m.reference).replace(CALL, call)
        remark = f"FSM Service Call Code: {call}" if call else ""
        self._outbound(m, reply_id, "AR", text, "Frontdesk", at, message_id, key, to, remark)
        m.was_acknowledged(at)
        return text

    def message(
        self, m: InteractionDraft, message_id: str, analysis_id: str, at: datetime, mood: str, route: str, kind: str,
        sequence: int, to: Portion,
    ) -> None:  # fmt: skip
        """What people do about a message: answer, note, correct."""
        chance = self._chance
        if chance.random() < shares.BY_PERSON.get(route, shares.BY_PERSON_ELSE):
            self._by_person(m, message_id, "HA", at, to)
        if chance.random() < shares.MEMOS:
            self._by_person(m, message_id, "IM", at, to)
        if chance.random() < shares.CORRECTED:
            self._correct(m, message_id, analysis_id, at, mood, kind, sequence, to)

    def end(self, m: InteractionDraft, to: Portion) -> None:
        """Solved and closed after some days, or still open."""
        last = m.updated or m.at
        ended = last + timedelta(days=math.exp(self._chance.gauss(0.6, 0.9)))
        if ended < self._until and self._chance.random() < 0.97:
            m.waiting = None
            status = shares.END(self._chance)
            m.sets |= {"status": status, "by": pick(self._chance, shares.AGENTS)}
            m.closed = ended if status in ("CL", "CO") else None
            m.touched(ended)
        elif self._chance.random() < 0.12:
            m.sets["status"] = "AA"
        elif m.length > 1 and self._chance.random() < 0.1:
            m.sets["status"] = "RO"

    def _by_person(self, m: InteractionDraft, message_id: str, type: str, at: datetime, to: Portion) -> None:
        chance = self._chance
        when = in_office(at + timedelta(hours=math.exp(chance.gauss(1.2, 0.9))))
        if when >= self._until:
            return
        language = m.person.language
        text = pick(chance, phrases()["memos"] if type == "IM" else phrases()["answers"][language])
        self._ids.begin(when)
        self._outbound(m, self._ids.next(), type, text, pick(chance, shares.AGENTS), when, message_id, None, to)
        if type == "HA":
            m.answered(when)
        m.touched(when)

    def _outbound(
        self, m: InteractionDraft, id: str, type: str, text: str, by: str, at: datetime, message_id: str,
        key: str | None, to: Portion, remark: str = "",
    ) -> None:  # fmt: skip
        m.outbound += 1
        state = "delivered" if type == "IM" else "sent"
        recipient = "" if type == "IM" else m.person.email
        to.rows["outbound_message"].append((
            id, m.id, m.outbound, type, m.channel, recipient, text, by, remark, message_id, key, state, "", "", at,
        ))  # fmt: skip

    def _correct(
        self, m: InteractionDraft, message_id: str, analysis_id: str, at: datetime, mood: str, kind: str, sequence: int,
        to: Portion,
    ) -> None:  # fmt: skip
        """A person's word against the reading; the interaction follows it where it is of the latest message."""
        chance, field = self._chance, shares.FIELD(self._chance)
        was, draw = {
            "intent": (m.intent, shares.INTENT),
            "sentiment": (mood, shares.MOOD["WR"]),
            "message_type": (kind, shares.TYPE["WR"]),
        }[field]
        becomes = next(value for value in iter(lambda: draw(chance), None) if value != was)
        when = in_office(at + timedelta(hours=1 + 8 * chance.random()))
        if when >= self._until:
            return
        self._ids.begin(when)
        by = pick(chance, shares.AGENTS)
        to.rows["correction"].append((self._ids.next(), message_id, analysis_id, field, was, becomes, by, when))
        m.touched(when)
        if sequence == m.length and field == "sentiment":
            m.sentiment = becomes
        if sequence == m.length and field == "intent":
            m.intent = becomes
