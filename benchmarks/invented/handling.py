"""What the pipeline leaves of one message: its reading, decision, effects, replies, calls of models, journal."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import msgspec

from benchmarks.invented import shares
from benchmarks.invented.answering import Answering
from benchmarks.invented.ids import Ids
from benchmarks.invented.interaction import DemoSize, InteractionDraft
from benchmarks.invented.phrases import SUMMARY_LENGTH, Written
from benchmarks.invented.portion import Portion
from benchmarks.invented.verdicts import Verdict, has_json, verdict
from frontdesk.orchestrator.actions import ANSWER, REPLY
from frontdesk.orchestrator.gathering import text_flags

INTENT_CODES = tuple(code for code in shares.INTENTS if code)
MODEL = ("demo-model", "small-1")
INPUT_COST, OUTPUT_COST = 0.4, 1.6  # millionths a token
RULES, VERSION = "default", 1


class Handling:
    """Handles invented messages the way the pipeline does."""

    def __init__(self, chance: Random, size: DemoSize, answering: Answering) -> None:
        """Draw from `chance`; notes in the journal are made for the last days only."""
        self._chance, self._answering, self._seed = chance, answering, size.seed
        self._ids = Ids(chance)
        self._until = size.until
        self._journal_from = size.until - timedelta(days=size.journal_days)
        self._call = size.first_call

    def message(
        self, m: InteractionDraft, sequence: int, at: datetime, mood: str, written: Written, portion: Portion
    ) -> None:
        """Store a message with its analysis, decision, actions and answers."""
        chance, ids = self._chance, self._ids
        ids.begin(at)
        message_id, kind = ids.next(), shares.TYPE[m.intent](chance)
        portion.messages += 1
        analysed_at = self._by(at + timedelta(seconds=0.02 + chance.expovariate(2)))
        analysis_id, tier = self._analysis(m, message_id, analysed_at, mood, kind, written, portion)
        said = verdict(m.intent, mood, kind)
        m.waiting = m.waiting or (at if said.route != "AutoReply" else None)
        decision_id, decided_at = ids.next(), self._by(analysed_at + timedelta(milliseconds=18))
        self._record(m, sequence, mood, written, said)
        flags = text_flags(written.text)
        facts = _facts(m, sequence, (at - m.at).total_seconds() / 3600, mood, kind, tier, written, flags)
        portion.rows["decision"].append(
            (decision_id, message_id, RULES, VERSION, said.rule, said.route, said.actions_json, facts, decided_at)
        )
        self._inbound(m, sequence, at, message_id, analysis_id, written, portion)
        done_at = self._effects(m, message_id, decision_id, decided_at, said, written, portion)
        m.touched(done_at)
        self._answering.message(m, message_id, analysis_id, at, mood, said.route, kind, sequence, portion)
        if at >= self._journal_from:
            times = (analysed_at, decided_at, done_at)
            portion.rows["journal"] += _journal(m, message_id, times, mood, tier, said)

    def _by(self, at: datetime) -> datetime:
        return min(at, self._until)

    def _analysis(
        self,
        m: InteractionDraft,
        message_id: str,
        at: datetime,
        mood: str,
        kind: str,
        written: Written,
        portion: Portion,
    ) -> tuple[str, str]:
        """Its id and tier; now and then a model reads again what the built-in engine has read."""
        chance = self._chance
        by_model = chance.random() < shares.BY_MODEL
        runs = ["model" if by_model else "builtin"]
        if not by_model and chance.random() < shares.REREAD:
            runs.append("model")
        for run, tier in enumerate(runs, 1):
            analysis_id = self._ids.next()
            moment = self._by(at + timedelta(hours=3 * (run - 1)))
            took = math.exp(chance.gauss(6.6, 0.4)) if tier == "model" else math.exp(chance.gauss(2.9, 0.3))
            probability = round(0.62 + 0.37 * chance.random(), 3)
            portion.rows["analysis"].append((
                analysis_id, message_id, run, tier, "/".join(MODEL) if tier == "model" else "builtin",
                m.person.language, mood, round(0.6 + 0.39 * chance.random(), 3), written.title,
                written.text[:SUMMARY_LENGTH], kind, round(0.6 + 0.39 * chance.random(), 3), m.intent or None,
                probability if m.intent else 0.0, _intents(m.intent, probability), _entities(written),
                round(took, 3), moment,
            ))  # fmt: skip
            if tier == "model":
                self._model_call(message_id, moment, took, len(written.text), portion)
        return analysis_id, tier

    def _model_call(self, message_id: str, at: datetime, took: float, characters: int, portion: Portion) -> None:
        tokens, answered = 780 + characters // 4, int(120 + 90 * self._chance.random())
        cost = int(tokens * INPUT_COST + answered * OUTPUT_COST)
        call_id = self._ids.next()
        portion.rows["model_call"].append((
            call_id, call_id, at, at.strftime("%Y-%m-%d"), "chat", "message-analysis", 0, *MODEL, "model", "pipeline",
            message_id, 1, "ok", tokens, answered, cost, True, round(took, 3), False, True,
        ))  # fmt: skip

    def _record(self, m: InteractionDraft, sequence: int, mood: str, written: Written, said: Verdict) -> None:
        """What the interaction shows after this message."""
        if sequence == 1:
            m.title, m.summary = written.title, written.text[:SUMMARY_LENGTH]
        m.sentiment, m.route = mood, said.route
        m.sets |= {"status": "IP", **said.sets}

    def _inbound(
        self,
        m: InteractionDraft,
        sequence: int,
        at: datetime,
        message_id: str,
        analysis_id: str,
        written: Written,
        portion: Portion,
    ) -> None:
        person = m.person
        address = person.phone if m.channel in ("PHC", "SMS", "WTA") else person.email
        number = person.customer if self._chance.random() < 0.4 else ""
        portion.rows["inbound_message"].append((
            message_id, m.id, sequence, m.channel, written.text, person.name, address, person.phone, number,
            person.contact, analysis_id, True, at,
        ))  # fmt: skip
        provider_id = f"demo-data-{self._seed}-{m.id}-{sequence}"
        portion.rows["inbox_event"].append((message_id, m.channel, provider_id, message_id, at))

    def _effects(
        self,
        m: InteractionDraft,
        message_id: str,
        decision_id: str,
        at: datetime,
        said: Verdict,
        written: Written,
        portion: Portion,
    ) -> datetime:
        """Carry out the actions; when the last was done."""
        chance, done_at, call, keys = self._chance, at, "", []
        for position, action in enumerate(said.actions):
            key = f"{message_id}:{RULES}:{VERSION}:{position}"
            keys.append(key)
            state, reference, detail, waits_for, error = "done", "", "{}", "[]", ""
            if action.kind == "create_service_call":
                done_at = self._by(done_at + timedelta(milliseconds=40 + 400 * chance.random()))
                fails = chance.random() < shares.CALL_FAILS
                state, error = ("failed", "the service desk did not answer in time") if fails else ("done", "")
                call = reference = "" if fails else self._service_call(m, key, done_at, written, portion)
                detail = "{}" if fails else '{"status":"Open"}'
                call_key = key
            elif action.kind in (REPLY, ANSWER):  # nothing is known: an answer sends what it sends otherwise
                done_at = self._by(done_at + timedelta(seconds=self._answering.delay()))
                waits_for = f'["{call_key}"]' if said.calls else "[]"
                reply_id = self._ids.next()
                text = self._answering.reply(m, reply_id, message_id, key, said, call, done_at, portion)
                detail = f'{{"message":"{reply_id}","text":{msgspec.json.encode(text).decode()}}}'
            else:
                reference = str(next(iter(action.parameters.values())))
            parameters = msgspec.json.encode(action.parameters).decode()
            portion.rows["effect"].append((
                key, message_id, m.id, decision_id, position, action.kind, parameters, state, 1 if not reference or call
                else 0, reference, detail, error, at, done_at, waits_for, False,
            ))  # fmt: skip
        return done_at

    def _service_call(self, m: InteractionDraft, key: str, at: datetime, written: Written, portion: Portion) -> str:
        number, self._call = self._call, self._call + 1
        person = m.person
        portion.rows["service_call"].append((
            number, key, written.title, written.text[:SUMMARY_LENGTH], m.sets.get("priority", "M"), "Open", m.id,
            person.customer or None, person.contact, at,
        ))  # fmt: skip
        return f"SC-{number:06d}"


def _intents(intent: str, probability: float) -> str:
    if not intent:
        return "[]"
    second = INTENT_CODES[(INTENT_CODES.index(intent) + 1) % len(INTENT_CODES)]
    rest = round((1 - probability) * 0.7, 3)
    return f'[{{"code":"{intent}","probability":{probability}}},{{"code":"{second}","probability":{rest}}}]'


def _entities(written: Written) -> str:
    each = (
        f'{{"field":"{field}","value":"{value}","start":{start},"end":{end}}}'
        for field, value, start, end in written.entities
    )
    return f"[{','.join(each)}]"


def _facts(
    m: InteractionDraft,
    sequence: int,
    hours: float,
    mood: str,
    kind: str,
    tier: str,
    written: Written,
    flags: dict[str, object],
) -> str:
    """The facts as the rules saw them; see orchestrator.gathering."""
    fields = tuple(field for field, *_ in written.entities)
    entities = ",".join(f'"{field}":["{value}"]' for field, value, _, _ in written.entities)
    first = "true" if sequence == 1 else "false"
    category = m.sets.get("category", shares.CATEGORIES[m.intent])
    return (
        f'{{"intent":"{m.intent}","intent_probability":0.9,"sentiment":"{mood}","sentiment_probability":0.8,'
        f'"message_type":"{kind}","language":"{m.person.language}","tier":"{tier}","entities":{{{entities}}},'
        f'"has":{has_json(fields)},"text_length":{flags["text_length"]},"question":{_word(flags["question"])},'
        f'"capitals":{flags["capitals"]},"urgent":{_word(flags["urgent"])},"channel":"{m.channel}",'
        f'"category":"{category}","priority":"{m.sets.get("priority", "M")}",'
        f'"status":"{m.sets.get("status", "NW")}","customer":"{m.person.customer}","team":"{m.sets.get("team", "")}",'
        f'"first_message":{first},"sequence":{sequence},"age_hours":{hours:.3f},"remote_route":""}}'
    )


def _word(value: object) -> str:
    return "true" if value else "false"


def _journal(
    m: InteractionDraft, message_id: str, times: Sequence[datetime], mood: str, tier: str, said: Verdict
) -> list[tuple[object, ...]]:
    analysed_at, decided_at, done_at = times
    intent = f'"{m.intent}"' if m.intent else "null"
    analysed = f'{{"tier":"{tier}","intent":{intent},"sentiment":"{mood}"}}'
    title = msgspec.json.encode({"title": m.title}).decode()
    decided = msgspec.json.encode({"route": said.route, "rule": said.rule}).decode()
    lines = [(analysed_at, "analysed", analysed), (analysed_at, "recorded", title), (decided_at, "decided", decided)]
    lines += [
        (done_at, "acted", f'{{"kind":"{a.kind}","state":"done","reference":"","error":""}}') for a in said.actions
    ]
    lines.append((done_at, "handled", "{}"))
    return [(at, kind, m.id, message_id, "", detail) for at, kind, detail in lines]
