"""Trains the engine's small heads and writes src/frontdesk/engine/weights/heads.npz; see README.md beside it.

    .venv/bin/python training/train.py [--cache FOLDER]

The same inputs give the same arrays: everything drawn is seeded, one thread is used.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "src"))

import heads  # noqa: E402
import made_up  # noqa: E402
import network  # noqa: E402
import strangers  # noqa: E402
from remembering import Hearing, Remembering  # noqa: E402

from frontdesk.engine import IntentSpec, intents  # noqa: E402
from frontdesk.engine.encoder import MIDDLE, SAID, Encoder  # noqa: E402
from frontdesk.engine.features import Features  # noqa: E402
from frontdesk.engine.heads import LAYERS, inputs, type_inputs  # noqa: E402
from frontdesk.engine.reading import MESSAGE_TYPES, SENTIMENTS  # noqa: E402
from frontdesk.engine.text import prepare  # noqa: E402

TARGET = HERE.parent / "src" / "frontdesk" / "engine" / "weights" / "heads.npz"
MADE_UP, MADE_UP_USUAL = 2_500, 400
FOLDS, SEED = 5, 7
_SENTIMENT_LETTERS = {"N": "Negative", "U": "Neutral", "P": "Positive"}
_TYPE_LETTERS = dict(zip(("CM", "CL", "QS", "SR", "IN"), MESSAGE_TYPES, strict=True))

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def main() -> None:
    """Train, print the held-out scores, write the arrays."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "frontdesk-training")
    cache = parser.parse_args().cache
    write_middle()
    encoder = Remembering(cache)
    features = Features()
    hearing = Hearing(cache)
    data = network.Set.make(encoder, features, network.training_rows(), hearing)
    arrays = network.train(data, features, TARGET.parent.parent / "signals")
    reader = network.Network(*(arrays[n].astype(np.float32) for n in LAYERS))
    types = Corpus(encoder, features, *type_corpus())
    first = len(network.CONCERNS)
    logits = reader(types.network_inputs())[:, first : first + len(SENTIMENTS)]
    odds = heads.softmax(float(arrays["factors"][1]) * logits.astype(np.float64))
    type_head, type_factor = crossed("message type", types.type_inputs(odds), types, 3e-4)
    arrays |= dict(
        message_type=(type_factor * type_head).astype(np.float16),
        **background(encoder),
        **known(encoder, network.near_rows(network.STRANGERS[:-1])),
        usual=usual(encoder, features).astype(np.float16),
    )
    encoder.keep()
    hearing.keep()
    np.savez(TARGET, allow_pickle=False, **arrays)
    _say(f"wrote {TARGET.name}: {TARGET.stat().st_size} bytes")


def write_middle() -> None:
    """What the encoder's inner layer has in common over sentences in general and over what customers say."""
    encoder = Encoder(middle=np.zeros(1, np.float32))
    general = [t for name in ("background", "telecom", "assistant", "city") for t in utterances(f"{name}.txt")]
    said = [s.text for text, *_ in made_up.messages(MADE_UP_USUAL, SEED) for s in prepare(text).sentences]
    inner = [heads.unit(encoder.encode(texts)[:, SAID:]).mean(axis=0) for texts in (general, said)]
    np.save(TARGET.with_name(MIDDLE), np.mean(inner, axis=0).astype(np.float16))


def retail() -> list[list[str]]:
    """The messages written by hand: intent, sentiment, type, language, text."""
    return [line.split("|", 4) for line in _lines("retail.txt")]


def shop() -> list[list[str]]:
    """More messages written by hand: intent, sentiment, language, text."""
    return [line.split("|", 3) for line in _lines("shop.txt")]


def utterances(name: str) -> list[str]:
    """The sentences of one of the hand-written intent sets."""
    return _lines(name)


def type_corpus() -> tuple[list[str], Labels, Array, int, Labels]:
    """Texts, labels, weights, how many of the first are hand-written (those are what is scored), and their groups."""
    hand = [(row[4], _TYPE_LETTERS[row[2]]) for row in retail()]
    made = [(text, type_) for text, _, type_, _ in made_up.messages(MADE_UP, SEED)]
    asked = [(t, "Question") for t in utterances("telecom.txt") if t.endswith("?")]
    rows = hand + made + asked
    weights = [20.0] * len(hand) + [1.0] * len(made) + [1.0] * len(asked)
    labels = np.array([MESSAGE_TYPES.index(t) for _, t in rows])
    return [t for t, _ in rows], labels, np.array(weights), len(hand), np.arange(len(hand))


class Corpus:
    """Texts with their sentence vectors, labels and weights."""

    def __init__(
        self,
        encoder: Encoder,
        features: Features,
        texts: list[str],
        labels: Labels,
        weights: Array,
        scored: int,
        groups: Labels,
    ) -> None:
        """Embed all texts by sentence; those of one group are never learnt from and scored at once."""
        self.labels, self.weights, self.scored, self.groups = labels, weights, scored, groups
        self.prepared = [prepare(text) for text in texts]
        parts = [[s.words for s in one.sentences][: network.MOST_SENTENCES] or [" "] for one in self.prepared]
        self.traits = [features.of(one.own[one.body[0] : one.body[1]]).row for one in self.prepared]
        flat = encoder.encode([s for part in parts for s in part])
        self.vectors = np.split(flat, np.cumsum([len(part) for part in parts])[:-1])

    def network_inputs(self) -> npt.NDArray[np.float32]:
        """What the network sees, one row for each text."""
        return np.stack([inputs(v, t) for v, t in zip(self.vectors, self.traits, strict=True)])

    def type_inputs(self, odds: Array) -> Array:
        """What the type head sees, one row for each text."""
        rows = [type_inputs(p, v, o) for p, v, o in zip(self.prepared, self.vectors, odds, strict=True)]
        return np.stack(rows).astype(np.float64)


def crossed(name: str, inputs: Array, corpus: Corpus, penalty: float) -> tuple[Array, float]:
    """Score by cross-validation over the hand-written texts, then fit on all; the head and its temperature."""
    fold = corpus.groups % FOLDS
    logits = np.zeros((corpus.scored, int(corpus.labels.max()) + 1))
    for f in range(FOLDS):
        out = np.flatnonzero(fold == f)
        rest = np.setdiff1d(np.arange(len(inputs)), out)
        head = heads.fit(inputs[rest], corpus.labels[rest], corpus.weights[rest], penalty, steps=80)
        logits[out] = _logits(inputs[out], head)
    labels = corpus.labels[: corpus.scored]
    factor = heads.temperature(logits, labels)
    odds = heads.softmax(factor * logits)
    chosen = odds.argmax(axis=1)
    accuracy, f1 = float((chosen == labels).mean()), heads.macro_f1(chosen, labels)
    error = heads.calibration_error(odds, labels)
    _say(f"{name}: accuracy {accuracy:.3f} macro-F1 {f1:.3f} ECE {error:.3f} on {len(labels)} messages, {FOLDS} folds")
    return heads.fit(inputs, corpus.labels, corpus.weights, penalty), factor


def background(encoder: Encoder) -> dict[str, npt.NDArray[np.generic]]:
    """What intents compete with: vectors of sentences for no customer service, of their topics, and which is whose."""
    specs: list[IntentSpec] = []
    texts: list[str] = []
    topic_of: list[int] = []
    for line in (HERE / "data" / "background.txt").read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("# "):
            name, description = line[2:].split(" | ", 1)
            if name != "-":
                specs.append(IntentSpec(name, name, description))
        elif line.strip():
            texts.append(line)
            topic_of.append(len(specs) - 1)
    return {
        **small("background", encoder.encode(texts)),
        "topics": intents.described(encoder, specs).astype(np.float16),
        "topic_of": np.array(topic_of, np.int16),
    }


def small(name: str, rows: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[np.generic]]:
    """The rows in a byte for each number, with what they are to be multiplied with."""
    scale = np.abs(rows).max(axis=1, keepdims=True) / 127
    return {name: np.round(rows / scale).astype(np.int8), f"{name}_scale": scale.astype(np.float16)}


# What shops are usually written about, each in three wordings.
KNOWN = {
    "TI": (
        "Technical issues: A product, device or app does not work: it is broken, faulty, shows an error or leaks.",
        "Technical issues: Problems with a product, such as defects, malfunctions and errors.",
        "Fault: The customer reports that something does not work.",
    ),
    "PI": (
        "Product information: A question about a product: features, sizes, availability, price, how to use it.",
        "Product information: Inquiries about product features, specifications, availability and pricing.",
        "Product question: The customer asks for details of an article.",
    ),
    "WR": (
        "Warranty and returns: The customer wants to return or exchange an item, get a refund, or asks about warranty.",
        "Warranty and returns: Questions or requests about warranties, returns, refunds and exchanges.",
        "Returns: The customer sends something back.",
    ),
    "DI": (
        "Delivery and installation: Where a parcel or order is, late or missing delivery, appointments, installation.",
        "Delivery and installation: Matters of shipping, delivery dates and the installation of products.",
        "Delivery: The customer asks when an order arrives.",
    ),
    "CA": (
        "Complaint: The customer is dissatisfied with service, staff, a store or waiting times and complains about it.",
        "Complaint: Expressions of dissatisfaction with a product, a service or the staff.",
        "Complaint: The customer is angry about bad service.",
    ),
    "CI": (
        "Compliment: The customer praises or thanks: happy with a product, the service or the staff.",
        "Compliment: Expressions of satisfaction, praise and gratitude.",
        "Praise: The customer is happy.",
    ),
}


def known(encoder: Encoder, rows: list[strangers.Row]) -> dict[str, npt.NDArray[np.generic]]:
    """Messages about the usual concerns, one vector each, and what those concerns are."""
    codes = list(KNOWN)
    chosen = list({row.text: row for row in rows if row.intent in KNOWN}.values())
    wordings = [encoder.encode([KNOWN[code][i] for code in codes]) for i in range(3)]
    return {
        **small("known", encoder.recall_messages([row.text for row in chosen])),
        "known_topics": heads.unit(np.sum(wordings, axis=0)).astype(np.float16),
        "known_topic_of": np.array([codes.index(row.intent) for row in chosen], np.int16),
    }


def usual(encoder: Encoder, features: Features) -> npt.NDArray[np.float32]:
    """The middle of what is said in general and of what customers say: every intent is near to it by chance."""
    around = encoder.encode(utterances("background.txt"))
    said = Corpus(encoder, features, *type_corpus()).vectors[len(retail()) :][:MADE_UP_USUAL]
    means = np.stack([v.mean(axis=0) / np.linalg.norm(v.mean(axis=0)) for v in said])
    return np.stack([around.mean(axis=0), means.mean(axis=0)])


def _logits(inputs: Array, head: Array) -> Array:
    return np.asarray(inputs @ head[:-1] + head[-1])


def _lines(name: str) -> list[str]:
    lines = (HERE / "data" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("# ")]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
