"""Measures the engine on the sets written for this project: intents, abstention and sentiment.

    .venv/bin/python training/measure.py [SET ...] [--held-out | --apart] [--cache FOLDER]

SETs are shop, retail, assistant, telecom and city (all of them unless named), which the constants were picked on.
The sentiment of shop and retail is learnt, and so helps a little with their intents by description.
With --held-out the sets of tests/engine are measured instead, which nothing was picked on: look at them seldom. With
--apart the messages of strangers' kind in data/apart.txt are: signals, sentiment and intents, by language.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(ROOT / "src"))

import heads  # noqa: E402
import strangers  # noqa: E402
from remembering import Remembering  # noqa: E402

from frontdesk.engine import Engine, IntentSpec, intents  # noqa: E402
from frontdesk.engine.encoder import Encoder, Vectors  # noqa: E402
from frontdesk.engine.features import Features, registry  # noqa: E402
from frontdesk.engine.heads import Heads, Look  # noqa: E402
from frontdesk.engine.intents import IntentIndex  # noqa: E402
from frontdesk.engine.reading import SENTIMENTS  # noqa: E402
from frontdesk.engine.text import prepare  # noqa: E402

UNSEEN = ROOT / "tests" / "engine" / "unseen"
DRAWS = 4
_SENTIMENT_LETTERS = {"N": "Negative", "U": "Neutral", "P": "Positive"}
# The same six intents in other words, since every company will word them in its own way.
OTHER_WORDS = (
    ("TI", "Technical issues", "Problems with the functioning of a product, such as defects, malfunctions and errors."),
    ("PI", "Product information", "Inquiries about product features, specifications, availability and pricing."),
    ("WR", "Warranty and returns", "Questions or requests about warranties, returns, refunds and exchanges."),
    ("DI", "Delivery and installation", "Matters of shipping, delivery dates and the installation of products."),
    ("CA", "Complaint", "Expressions of dissatisfaction with a product, a service or the staff."),
    ("CI", "Compliment", "Expressions of satisfaction, praise and gratitude."),
)


@dataclass(frozen=True)
class Message:
    """A labelled text; `intent` is "-" where none of the intents fits, `sentiment` empty where it was not labelled."""

    intent: str
    sentiment: str
    text: str


class Bench:
    """What is needed to measure: the encoder, the heads and the vectors of messages."""

    def __init__(self, encoder: Encoder) -> None:
        """Load the heads."""
        self.encoder, self.heads, self.features = encoder, Heads.load(), Features()

    def index(self, specs: Sequence[IntentSpec], learned: Sequence[tuple[str, str]] = ()) -> IntentIndex:
        """See Engine.intent_index."""
        return intents.build(self.encoder, self.heads, specs, learned)

    def vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """The sentence vectors of each text."""
        parts = [[s.words for s in prepare(text).sentences] for text in texts]
        flat = self.encoder.encode([s for part in parts for s in part])
        return np.split(flat, np.cumsum([len(part) for part in parts])[:-1])

    def looks(self, texts: Sequence[str]) -> list[Look]:
        """What the network says of each text."""
        by_part = np.array([signal.scope == "part" for signal in registry()])
        found = []
        for text, vectors in zip(texts, self.vectors(texts), strict=True):
            one = prepare(text)
            parts = [self.features.of(sentence.text).row for sentence in one.sentences]
            whole = self.features.of(one.own[one.body[0] : one.body[1]]).row
            found.append(self.heads.look(vectors, whole, parts, by_part))
        return found

    def score(
        self, index: IntentIndex, texts: Sequence[str]
    ) -> tuple[list[str], list[str | None], npt.NDArray[np.float64]]:
        """The best code, the chosen code (or None) and the best one's probability of each text."""
        best, chosen, odds = [], [], []
        for vectors, look in zip(self.vectors(texts), self.looks(texts), strict=True):
            lean = float(look.sentiment[2] - look.sentiment[0])
            code, probability, ranked = index.score(vectors, lean, look.concerns)
            best.append(ranked[0].code)
            chosen.append(code)
            odds.append(probability)
        return best, chosen, np.array(odds)


def main() -> None:
    """Print one line for each set and way of knowing the intents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--held-out", action="store_true", help="measure the sets that nothing was picked on")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "frontdesk-training")
    parser.add_argument("--apart", action="store_true", help="measure strangers' messages that were kept apart")
    asked = parser.parse_args()
    if asked.apart:
        report_apart()
        return
    encoder = Remembering(asked.cache)
    bench = Bench(encoder)
    shops = {"held-out shop": UNSEEN / "shop.txt"} if asked.held_out else {"shop": HERE / "data" / "shop.txt"}
    names = ("insurance",) if asked.held_out else ("assistant", "telecom", "city")
    folder = UNSEEN if asked.held_out else HERE / "data"
    for name, path in shops.items():
        if not asked.sets or name in asked.sets:
            report_shop(bench, name, messages(path))
            if asked.held_out:
                report_sentiment(bench, name, messages(path))
    if not asked.held_out and (not asked.sets or "retail" in asked.sets):
        report_shop(bench, "retail", messages(HERE / "data" / "retail.txt", columns=5))
    for name in names:
        if not asked.sets or name in asked.sets:
            report_set(bench, name, *intent_set(folder / f"{name}.txt"))
    encoder.keep()


def report_apart() -> None:
    """Recall and false alarms of each signal, sentiment by language, and intents, all at the limits that ship."""
    rows = strangers.mixed_rows("apart.txt")
    engine = Engine.load()
    readings = engine.read_many([row.text for row in rows], engine.intent_index(shipped(True)))
    for signal in registry():
        said = np.array([reading.signal(signal.name) >= signal.limit for reading in readings])
        has = np.array([signal.name in row.signals for row in rows])
        if has.any():
            recall, false = said[has].mean(), said[~has].sum()
            _say(f"{signal.name:16} {has.sum():3} messages  recall {recall:.2f}  false {false} of {(~has).sum()}")
    wanted = np.array([SENTIMENTS.index(row.sentiment) for row in rows])
    read = np.array([SENTIMENTS.index(reading.sentiment) for reading in readings])
    sure = np.array([reading.sentiment_probability for reading in readings])
    error = _calibration(sure, read == wanted)
    f1 = heads.macro_f1(read, wanted)
    _say(f"sentiment: accuracy {(read == wanted).mean():.2f}  macro-F1 {f1:.2f}  ECE {error:.2f}")
    ironic = np.array(["irony" in row.signals for row in rows])
    if ironic.any():
        _say(f"irony read as Positive: {(read[ironic] == SENTIMENTS.index('Positive')).mean():.2f} of {ironic.sum()}")
    known = [(row, reading) for row, reading in zip(rows, readings, strict=True) if row.intent not in "?-"]
    right = np.array([reading.intents[0].code == row.intent for row, reading in known])
    odds = np.array([reading.intent_probability for _, reading in known])
    for limit in (0.5, 0.6, 0.7, 0.8):
        acted = odds >= limit
        _say(f"intents from {limit}: {acted.mean():.2f} of {len(known)}, right of those {right[acted].mean():.2f}")
    _say(f"intents: accuracy {right.mean():.2f}  ECE {_calibration(odds, right):.2f}")
    for language in sorted({row.language for row in rows}):
        own = np.array([row.language == language for row in rows])
        mine = np.array([row.language == language for row, _ in known])
        intents_right = f"{right[mine].mean():.2f} of {mine.sum()}" if mine.any() else "-"
        _say(f"{language}: sentiment {(read == wanted)[own].mean():.2f} of {own.sum()}  intents {intents_right}")


def messages(path: Path, columns: int = 4) -> list[Message]:
    """The labelled messages of a file: intent, sentiment, (type,) language, text."""
    rows = [line.split("|", columns - 1) for line in _lines(path)]
    return [Message(row[0], _SENTIMENT_LETTERS[row[1]], row[-1]) for row in rows]


def intent_set(path: Path) -> tuple[list[IntentSpec], list[Message]]:
    """The intents of a file and their utterances, those of `oos` with the intent "-"."""
    specs: list[IntentSpec] = []
    found: list[Message] = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("# "):
            code, title, description = line[2:].split(" | ", 2)
            specs.append(IntentSpec(code, title, description))
        elif line.strip():
            code = specs[-1].code
            found.append(Message("-" if code == "oos" else code, "", line))
    return [spec for spec in specs if spec.code != "oos"], found


def shipped(examples: bool) -> list[IntentSpec]:
    """The six intents that Frontdesk comes with."""
    lists = json.loads((ROOT / "src" / "frontdesk" / "storage" / "code_lists.json").read_text(encoding="utf-8"))
    return [
        IntentSpec(i["code"], i["name"], i["description"], tuple(i["examples"]) if examples else ())
        for i in lists["intent"]
    ]


def report_shop(bench: Bench, name: str, rows: list[Message]) -> None:
    """Six intents by two wordings, by the shipped examples and by examples drawn from the set."""
    other = [IntentSpec(*words) for words in OTHER_WORDS]
    report(bench, f"{name}, six intents, shipped descriptions", shipped(False), [((), rows)])
    report(bench, f"{name}, six intents, other descriptions", other, [((), rows)])
    report(bench, f"{name}, six intents, shipped examples", shipped(True), [((), rows)])
    report(bench, f"{name}, six intents, 3 of the set", other, list(draws(rows, 3)))
    report(bench, f"{name}, six intents, 10 of the set", other, list(draws(rows, 10)))


def report_set(bench: Bench, name: str, specs: list[IntentSpec], rows: list[Message]) -> None:
    """Many intents by name, by description and by examples."""
    bare = [IntentSpec(spec.code, spec.name) for spec in specs]
    report(bench, f"{name}, {len(specs)} intents, names", bare, [((), rows)])
    report(bench, f"{name}, {len(specs)} intents, descriptions", specs, [((), rows)])
    report(bench, f"{name}, {len(specs)} intents, names and 10 each", bare, list(draws(rows, 10)))


def draws(rows: list[Message], each: int) -> Iterator[tuple[list[tuple[str, str]], list[Message]]]:
    """Seeded splits: `each` examples of every intent, and the other rows."""
    codes = sorted({row.intent for row in rows} - {"-"})
    for draw in range(DRAWS):
        order = np.random.default_rng(draw).permutation(len(rows))
        taken = {i for code in codes for i in [i for i in order if rows[i].intent == code][:each]}
        learned = [(rows[i].text, rows[i].intent) for i in order if i in taken]
        yield learned, [row for i, row in enumerate(rows) if i not in taken]


def report(
    bench: Bench, title: str, specs: list[IntentSpec], splits: Sequence[tuple[Sequence[tuple[str, str]], list[Message]]]
) -> None:
    """Means over the splits: accuracy, macro-F1, share of none, out of scope caught, AUROC, calibration error."""
    results = np.array([_measures(bench, bench.index(specs, learned), rows) for learned, rows in splits])
    with np.errstate(invalid="ignore"):
        right, f1, kept, silent, caught, apart, error = results.mean(axis=0)
    outside = "" if np.isnan(apart) else f"  none of oos {caught:.2f}  AUROC {apart:.3f}"
    _say(
        f"{title:48} accuracy {right:.3f} F1 {f1:.3f}  abstaining {kept:.3f}  "
        f"none of in-scope {silent:.3f}{outside}  ECE {error:.3f}"
    )


def _measures(bench: Bench, index: IntentIndex, rows: list[Message]) -> tuple[float, ...]:
    inside = [row for row in rows if row.intent != "-"]
    outside = [row.text for row in rows if row.intent == "-"]
    best, chosen, odds = bench.score(index, [row.text for row in inside])
    wanted = [row.intent for row in inside]
    hits = np.array([a == b for a, b in zip(best, wanted, strict=True)])
    kept = float(np.mean([a == b for a, b in zip(chosen, wanted, strict=True)]))
    silent = float(np.mean([code is None for code in chosen]))
    codes = {code: i for i, code in enumerate(index.codes)}
    f1 = heads.macro_f1(np.array([codes[c] for c in best]), np.array([codes[c] for c in wanted]))
    caught = apart = float("nan")
    if outside:
        _, none, far = bench.score(index, outside)
        caught = float(np.mean([code is None for code in none]))
        apart = float(np.mean(odds[:, None] > far[None, :]) + np.mean(odds[:, None] == far[None, :]) / 2)
    return float(hits.mean()), f1, kept, silent, caught, apart, _calibration(odds, hits)


def report_sentiment(bench: Bench, name: str, rows: list[Message]) -> None:
    """Accuracy and macro-F1 of the sentiment head, which has learnt the other sets: train.py has their scores."""
    rows = [row for row in rows if row.intent != "-"]
    odds = np.stack([look.sentiment for look in bench.looks([row.text for row in rows])])
    labels = np.array([SENTIMENTS.index(row.sentiment) for row in rows])
    right, f1 = float((odds.argmax(axis=1) == labels).mean()), heads.macro_f1(odds.argmax(axis=1), labels)
    error = heads.calibration_error(odds.astype(np.float64), labels)
    _say(f"{name + ', sentiment':48} accuracy {right:.3f} F1 {f1:.3f}  ECE {error:.3f}")


def _calibration(sure: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    places = np.minimum((sure * bins).astype(int), bins - 1)
    found = [b for b in range(bins) if (places == b).any()]
    return float(sum(abs(sure[places == b].sum() - right[places == b].sum()) for b in found) / len(sure))


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("# ")]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
