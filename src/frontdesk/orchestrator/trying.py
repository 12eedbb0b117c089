"""Shows how a changed list of intents would read past messages, before it is saved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from frontdesk.interfaces import Catalogue, ReaderAnswer
from frontdesk.model import Code, Intent


@dataclass(frozen=True, slots=True)
class Read:
    """A past message: its interaction's reference and its text."""

    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class IntentShift:
    """The number of messages that would be read as `after` instead of `before`; empty means no intent."""

    before: str
    after: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a trial."""

    messages: int
    changed: int
    turns: tuple[IntentShift, ...]


def with_intent(catalogue: Catalogue, entry: Code) -> Catalogue:
    """The catalogue as if this entry were saved. Its stamp is one that no saved catalogue has."""
    others = tuple(each for each in catalogue.intents if each.code != entry.code)
    mine = (Intent(entry.code, entry.name, entry.description, entry.examples),) if entry.active else ()
    digest = hash((entry.code, entry.name, entry.description, entry.active, entry.examples))
    return replace(catalogue, stamp=f"{catalogue.stamp} tried {digest}", intents=(*others, *mine))


def compare(messages: Sequence[Read], before: Sequence[ReaderAnswer], after: Sequence[ReaderAnswer]) -> Trial:
    """The messages whose intent differs between both readings, the most frequent change first."""
    turned: dict[tuple[str, str], list[str]] = {}
    for message, one, other in zip(messages, before, after, strict=True):
        if one.intent != other.intent:
            turned.setdefault((one.intent or "", other.intent or ""), []).append(message.reference)
    counted = Counter({pair: len(found) for pair, found in turned.items()})
    turns = tuple(IntentShift(*pair, tuple(turned[pair])) for pair, _ in counted.most_common())
    return Trial(len(messages), sum(counted.values()), turns)
