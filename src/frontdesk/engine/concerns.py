"""Parts a message into its concerns: neighbouring sentences that speak of the same intent."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt

from .cues import Cues, fold
from .encoder import Vectors
from .heads import Heads, Look
from .intents import IntentIndex
from .lists import read
from .reading import Concern, Scored
from .summarising import is_filler
from .text import Prepared

# How sure a sentence, and then a whole matter, must be of its intent; how little of it may be the other's; and how
# likely the whole message must think it. The second row holds where a sentence says that it turns to something else.
_SENTENCE, _CONCERN, _OTHER, _TRACE = 0.5, 0.7, 0.2, 0.08
_TURNED_SENTENCE, _TURNED_CONCERN, _TURNED_OTHER = 0.25, 0.35, 0.6
# How far into a sentence the words may stand that turn to something else.
_AT_ONCE = 3
_PRESSING = {"Complaint": 2, "ServiceRequest": 2, "Question": 1, "Information": 1, "Complement": 0}


def part(
    prepared: Prepared, vectors: Vectors, look: Look, index: IntentIndex, heads: Heads, whole: Sequence[Scored]
) -> tuple[Concern, ...]:
    """The concerns in the order of the text, none if there is only one or nothing is said for sure.

    `look` has the usual concerns and the sentiments of the sentences.
    `whole` are the intents of the message read as one: a matter must leave its trace there too.
    """
    count = len(vectors)
    says = speaking(prepared, count)
    if len(index.codes) < 2 or says.sum() < 2:
        return ()
    odds = index.each(vectors, look.moods[:, 2] - look.moods[:, 0], look.topics)
    turns = np.array([_turns(sentence.text) for sentence in prepared.sentences[:count]])
    groups = _groups(odds, says, turns)
    if len(groups) < 2:
        return ()
    found = [_concern(prepared, vectors, first, last, says, look, index, heads) for first, last in groups]
    trace = {each.code: each.probability for each in whole}
    least, seen = (_TURNED_CONCERN, 0.0) if turns[1:].any() else (_CONCERN, _TRACE)
    sure = [m for m in found if m.probability >= least and trace.get(m.intent or "", 0.0) >= seen]
    return tuple(sure) if len({m.intent for m in sure}) >= 2 else ()


def most_pressing(concerns: Sequence[Concern], whole: Sequence[Scored]) -> Concern:
    """What must be seen to first: faults and requests before questions, praise last; then what is likeliest."""
    likely = {each.code: each.probability for each in whole}
    return max(concerns, key=lambda c: (_PRESSING[c.type], likely.get(c.intent or "", 0.0)))


def speaking(prepared: Prepared, count: int) -> npt.NDArray[np.bool_]:
    """Which of the first sentences say more than a number or a set phrase; all of them where none does."""
    sentences = prepared.sentences[:count]
    says = np.array([not (s.is_number_only or is_filler(s.text)) for s in sentences], np.bool_)
    return says if says.any() else np.ones(count, np.bool_)


def _turns(sentence: str) -> bool:
    return any(hit.start <= _AT_ONCE for hit in _turning().find(fold(sentence)))


@cache
def _turning() -> Cues:
    return Cues({"turns": [phrase for phrases in read("concerns.toml")["turns_to"].values() for phrase in phrases]})


def _groups(
    odds: npt.NDArray[np.float32], says: npt.NDArray[np.bool_], turns: npt.NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """First and last sentence of each matter; what is unsure belongs to the matter before it."""
    groups: list[tuple[int, int]] = []
    current, start = -1, 0
    for i, row in enumerate(odds):
        best = int(row.argmax())
        enough, rest = (_TURNED_SENTENCE, _TURNED_OTHER) if turns[i] or turns[1:].any() else (_SENTENCE, _OTHER)
        if not says[i] or row[best] < enough or best == current:
            continue
        if current >= 0 and row[current] <= rest * row[best]:
            groups.append((start, i - 1))
            start = i
        if current < 0 or start == i:
            current = best
    return [*groups, (start, len(odds) - 1)]


def _concern(
    prepared: Prepared,
    vectors: Vectors,
    first: int,
    last: int,
    says: npt.NDArray[np.bool_],
    look: Look,
    index: IntentIndex,
    heads: Heads,
) -> Concern:
    places = [i for i in range(first, last + 1) if says[i]] or list(range(first, last + 1))
    rows, mood = vectors[places], look.moods[places].mean(axis=0)
    chosen, probability, ranked = index.score(rows, float(mood[2] - mood[0]), look.topics[places].mean(axis=0))
    sentences = prepared.sentences[first : last + 1]
    type_, _ = heads.message_type(replace(prepared, sentences=sentences), rows, mood)
    return Concern(chosen, probability, ranked, sentences[0].start, sentences[-1].end, type_)
