"""Any number of messages with all that the pipeline and people would have left of them, the same for the same seed."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from benchmarks.invented import shares
from benchmarks.invented.answering import Answering
from benchmarks.invented.handling import Handling
from benchmarks.invented.interaction import DemoSize, InteractionDraft
from benchmarks.invented.people import People
from benchmarks.invented.phrases import write
from benchmarks.invented.portion import Portion
from benchmarks.invented.times import Times

PORTION = 5_000
REFERENCES = 36**8
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
BY = "demo-data"


def make(size: DemoSize) -> Iterator[Portion]:
    """All rows, in portions of some thousand messages."""
    chance = Random(size.seed)
    people = People(chance, size.messages, size.first_contact, size.first_customer)
    lengths = _lengths(chance, size.messages)
    times = Times(chance, size.until, size.span)
    answering = Answering(chance, size.until)
    handling = Handling(chance, size, answering)
    portion = Portion()
    _people(portion, people, times.first)
    for number, at in enumerate(times.moments(len(lengths))):
        draft = _interaction(chance, size, number, at, lengths[number], people, times)
        _converse(chance, draft, handling, portion, size.until)
        answering.end(draft, portion)
        portion.rows["interaction"].append(_row(draft))
        if portion.messages >= PORTION:
            yield portion
            portion = Portion()
    yield portion


def _converse(chance: Random, draft: InteractionDraft, handling: Handling, portion: Portion, until: datetime) -> None:
    at, mood = draft.at, shares.MOOD[draft.intent](chance)
    for sequence in range(1, draft.length + 1):
        if sequence > 1:
            at = min(at + timedelta(hours=math.exp(chance.gauss(2.6, 1.2))), until - timedelta(seconds=chance.random()))
            mood = _next_mood(chance, mood)
        person = draft.person
        written = write(chance, draft.intent, person.language, mood, person.name, person.customer, sequence > 1)
        handling.message(draft, sequence, at, mood, written, portion)


def _next_mood(chance: Random, mood: str) -> str:
    lot = chance.random()
    if lot < 0.55:
        return mood
    return "Neutral" if lot < 0.75 else "Negative" if lot < 0.87 else "Positive"


def _lengths(chance: Random, messages: int) -> list[int]:
    """How many messages each interaction has; together exactly as many as wished for."""
    lengths: list[int] = []
    left = messages
    while left > 0:
        lengths.append(min(int(shares.LENGTH(chance)), left))
        left -= lengths[-1]
    return lengths


def _interaction(
    chance: Random, size: DemoSize, number: int, at: datetime, length: int, people: People, times: Times
) -> InteractionDraft:
    draw = shares.BAD_DAY_INTENT if times.is_bad(at) else shares.CHRISTMAS_INTENT if at.month == 12 else shares.INTENT
    person = people.writer(chance)
    # Somebody mostly writes the same way, and chat gains on e-mail over time.
    own = Random(person.contact)
    channel = shares.CHANNEL(own if chance.random() < 0.7 else chance)
    if channel == "EMI" and chance.random() < 0.25 * (at - times.first).days / times.days:
        channel = "WTA"
    # A number times an odd constant modulo the count of references meets each reference once.
    place = ((size.first_interaction + number) * 1_580_030_173 + size.seed * 7_919) % REFERENCES
    return InteractionDraft(
        size.first_interaction + number, _reference(place), person, channel, draw(chance), at, length
    )


def _reference(place: int) -> str:
    letters = []
    for _ in range(8):
        place, digit = divmod(place, 36)
        letters.append(DIGITS[digit])
    return "".join(letters)


def _row(m: InteractionDraft) -> tuple[object, ...]:
    sets = m.sets
    return (
        m.id, m.reference, m.title, m.summary, sets.get("category", shares.CATEGORIES[m.intent]), m.channel,
        sets.get("status", "IP"), sets.get("priority", "M"), m.person.customer or None, sets.get("team", ""), m.route,
        "", m.intent or None, m.sentiment, BY, sets.get("by", ""), m.at, m.updated or m.at, m.first_answer,
        m.acknowledged, m.first_answer, m.waiting, m.waiting_on,
        m.closed, m.version,
    )  # fmt: skip


def _people(portion: Portion, people: People, at: datetime) -> None:
    customers: dict[str, str] = {}
    for person in people.everyone:
        if person.customer:
            customers.setdefault(person.customer, person.company or person.name)
        portion.rows["contact"].append(
            (person.contact, person.name, person.email, person.phone, person.customer or None, at, 1)
        )
        portion.rows["contact_identity"].append(("EMI", person.email, person.contact))
    portion.rows["customer"] += [(number, name, at, 1) for number, name in customers.items()]
