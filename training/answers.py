"""Makes what answering is calibrated with, from the knowledge bases and questions in training/answers; see README.md.

    .venv/bin/python training/answers.py [--measure] [--cache FOLDER]

Writes src/frontdesk/answers/weights/topics.npz (vectors of the topics) and evidence.json (weights and limits), and
prints how well knowledge bases are answered that the weights have not seen. With --measure it writes nothing.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import asyncio
import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "src"))

from frontdesk.answers.collection import Collection, words_in  # noqa: E402
from frontdesk.answers.concerns import concerns_of  # noqa: E402
from frontdesk.answers.evidence import NAMES, evidence  # noqa: E402
from frontdesk.answers.following import Asked, asked_as  # noqa: E402
from frontdesk.answers.passages import even, passages_of, text_of  # noqa: E402
from frontdesk.answers.ranking import Question, Ranking, rank  # noqa: E402
from frontdesk.answers.reordering import E5, ENGINE, FACTS, Covers, best_places, facts_of, reordered  # noqa: E402
from frontdesk.answers.topics import Topics, topic_texts  # noqa: E402
from frontdesk.engine.language import LanguageReader  # noqa: E402
from frontdesk.model.knowledge import Article  # noqa: E402
from frontdesk.providers.builtin import Builtin  # noqa: E402
from frontdesk.providers.e5 import e5_encoder  # noqa: E402

STRANGERS = HERE.parent / "benchmarks" / "strangers"
TARGET = HERE.parent / "src" / "frontdesk" / "answers" / "weights"
BASES = (
    *("bicycles", "coffee", "power", "library", "invoices"),
    *("hotel", "mobile", "pets", "museum", "furniture"),
    *("garden", "hosting", "campers", "bank", "pool"),
)
# Of judges who did not know the search: benchmarks/strangers.
JUDGES = ("judge-1", "judge-2", "judge-3")
JUDGED = {
    **dict.fromkeys(("plain", "cross_language"), "answerable"),
    **dict.fromkeys(("near_miss", "internal"), "near"),
    **{"far_off": "far", "follow_up": "follow"},
}
# What a desk is asked: two thirds have an answer, a fifth nearly, the rest is far off.
MIX = {"answerable": 10 / 15, "near": 3 / 15, "far": 2 / 15}
ANSWERABLE = ("answerable", "follow")
RATES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2)
PULL, ORDER_PULL = 50.0, 10.0
# Removing the article that answers makes a question without one: good to learn from, but some are answered elsewhere.
JUDGED_WEIGHT = 3.0
WEIGHT = {"answerable": 1.0, "removed": 0.5, "near": 2.0, "far": 0.4, "follow": 1.0, "small": 0.05, "known": 0.2}

# Kind, earlier turns, question, articles (of those that say the same the first) of which any answers.
Asking = tuple[str, list[str], str, tuple[str, ...]]
Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.float32]


class Encoders:
    """Both encoders, remembering what they made."""

    def __init__(self, cache: Path | None) -> None:
        self.builtin, self.e5 = Builtin(), e5_encoder()
        self.file = cache / "answers.pickle" if cache else None
        self.known: dict[tuple[str, str], Numbers] = {}
        if self.file is not None and self.file.exists():
            self.known = pickle.loads(self.file.read_bytes())  # noqa: S301 - written below

    def keep(self) -> None:
        """Write what was made into the cache folder."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_bytes(pickle.dumps(self.known))

    def __call__(self, name: str, texts: Sequence[str]) -> Numbers:
        """One row for each text; `NAME/asked` encodes questions."""
        missing = [text for text in dict.fromkeys(texts) if (name, text) not in self.known]
        if missing:
            for text, row in zip(missing, asyncio.run(self._make(name, missing)), strict=True):
                self.known[name, text] = row
        return np.stack([self.known[name, text] for text in texts]) if texts else np.zeros((0, 512), np.float32)

    async def _make(self, name: str, texts: Sequence[str]) -> Numbers:
        if name == ENGINE:
            return np.asarray(await self.builtin.embed(texts), np.float32)
        assert self.e5 is not None
        return await (self.e5.questions(texts) if name.endswith("asked") else self.e5.passages(texts))


@dataclass
class Row:
    """A question with what was found for it, the evidence for the best article, and whether that is right."""

    base: "Base"
    kind: str
    text: str
    ranking: Ranking
    covers: Covers
    facts: Numbers
    wanted: tuple[str, ...] = ()
    others: "tuple[Row, ...]" = ()
    share: float = 1.0
    found: tuple[str, ...] = ()
    right: bool = False
    evidence: Numbers = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def is_wanted(self) -> Array:
        """For each of the best articles whether it answers."""
        groups = self.base.collection.groups
        return np.array([groups[place] in self.wanted for place in self.covers.articles], float)

    def put_in_order(self, weights: Array) -> None:
        """Score the articles with these weights, and take the evidence for what is told."""
        best = reordered(self.base.collection, self.ranking, self.covers, weights)
        self.found = tuple(self.base.collection.groups[place] for place in best.told)
        self.right = any(each in self.wanted for each in self.found)
        self.evidence = evidence(self.base.collection, best, self.covers)


@dataclass
class Base:
    """A knowledge base with its questions."""

    name: str
    collection: Collection
    questions: "list[Asking]"
    words: list[Numbers]

    @property
    def weight(self) -> float:
        """A question of a judge's counts for more: it is like those that will come."""
        return JUDGED_WEIGHT if self.name in JUDGES else 1.0


def read_base(name: str, encoders: Encoders, topics: dict[str, Topics]) -> Base:
    """A knowledge base of the folder or of a judge."""
    articles, questions = judged(name[-1]) if name in JUDGES else made(name)
    passages = [passage for article in articles for passage in passages_of(article)]
    owner = {article.id: article for article in articles}
    texts = [text_of(owner[passage.article], passage) for passage in passages]
    vectors = {name: encoders(name, texts) for name in topics}
    collection = Collection(articles, passages, vectors, topics)
    words = [encoders(ENGINE, collection.words_of(place)) for place in range(len(collection.articles))]
    return Base(name, collection, questions, words)


def judged(number: str) -> tuple[list[Article], list[Asking]]:
    """What a judge wrote."""
    lines = {what: (STRANGERS / f"{what}-{number}.jsonl").read_text("utf-8") for what in ("articles", "questions")}
    known, asked = ([json.loads(line) for line in lines[what].splitlines()] for what in ("articles", "questions"))
    articles = [
        Article(each["id"], each["title"], each["body"], each["language"], tuple(each["questions"]))
        for each in known
        if each["audience"] == "public"
    ]
    questions: list[Asking] = [("known", [], text, (each.id,)) for each in articles for text in each.questions]
    for each in asked:
        before = [turn["text"] for turn in each["conversation"] if turn["role"] == "customer"]
        concerns = concerns_of(each["question"])
        text = concerns[0].text if len(concerns) == 1 else each["question"]
        wanted = () if each["expects"] == "none" else tuple(each["expects"])
        kind = JUDGED[each["kind"]] if wanted or each["kind"] != "follow_up" else "near"
        questions.append((kind, before, text, wanted))
    return articles, questions


def made(name: str) -> tuple[list[Article], list[Asking]]:
    """What a file of the folder says."""
    raw = yaml.safe_load((HERE / "answers" / f"{name}.yaml").read_text("utf-8"))
    articles: list[Article] = []
    questions: list[Asking] = []
    same = {each["id"]: each.get("same", each["id"]) for each in raw["articles"]}
    for each in raw["articles"]:
        language = next(key for key in each if len(key) == 2 and key != "id")
        article = Article(each["id"], each[language], each["body"], language, tuple(each.get("questions", ())))
        products = tuple(map(str, each.get("products", ())))
        articles.append(replace(article, products=products, translation_of=each.get("same", "")))
        questions += [("answerable", [], text, (same[each["id"]],)) for text in each["ask"]]
        questions += [("known", [], text, (same[each["id"]],)) for text in each.get("questions", ())]
    questions += [("near", [], text, ()) for text in raw["none"]]
    questions += [("follow", before, text, (same.get(wanted, wanted),)) for before, text, wanted in raw["follow"]]
    far = yaml.safe_load((HERE / "answers" / "far.yaml").read_text("utf-8"))
    questions += [("far", [], text, ()) for text in far]
    return articles, questions


def read_topics(encoders: Encoders, names: Sequence[str]) -> dict[str, Topics]:
    """The topics of the folder."""
    texts = [even(text) for text in topic_texts()]
    asked = {ENGINE: ENGINE, E5: f"{E5}/asked"}
    return {n: Topics(_half(encoders(n, texts)), _half(encoders(asked[n], texts))) for n in names}


def _half(rows: Numbers) -> Numbers:
    return rows.astype(np.float16).astype(np.float32)


class Measuring:
    """Asks the questions of a base."""

    def __init__(self, encoders: Encoders, names: Sequence[str]) -> None:
        self.encoders, self.names, self.languages = encoders, names, LanguageReader()

    def rows(self, base: Base) -> list[Row]:
        """What is found for each question; for answerable ones also without their article, and among a few."""
        found = []
        chance = np.random.default_rng(7)
        every = np.ones(len(base.collection.articles), bool)
        for kind, before, text, wanted in base.questions:
            found.append(self._row(base, kind, asked_as(text, before), wanted, every))
            if kind == "answerable":
                kept = np.array([group not in wanted for group in base.collection.groups])
                found.append(self._row(base, "removed", asked_as(text, before), (), kept))
                # A knowledge base begins with a few articles.
                few = chance.random(len(kept)) < chance.random() * 5 / len(kept)
                found.append(self._row(base, "small", asked_as(text, before), wanted, few | ~kept))
                if (few & kept).any():
                    found.append(self._row(base, "small", asked_as(text, before), (), few & kept))
        return found

    def _row(self, base: Base, kind: str, asked: Asked, wanted: tuple[str, ...], allowed: npt.NDArray[np.bool_]) -> Row:
        rows = [self._one(base, kind, text, asked.language_of, wanted, allowed) for text in asked.texts]
        return replace(rows[0], others=tuple(rows[1:]), share=asked.alone)

    def _one(
        self,
        base: Base,
        kind: str,
        text: str,
        language_of: str,
        wanted: tuple[str, ...],
        allowed: npt.NDArray[np.bool_],
    ) -> Row:
        asked = {ENGINE: ENGINE, E5: f"{E5}/asked"}
        text = even(text)
        vectors = {name: self.encoders(asked[name], [text])[0] for name in self.names}
        question = Question(text, self.languages.read(language_of), vectors)
        ranking = rank(base.collection, question, allowed)
        rows = {place: base.words[place] for place in best_places(base.collection, ranking)}
        covers = Covers(self.encoders(ENGINE, words_in(text)), rows)
        return Row(base, kind, text, ranking, covers, facts_of(base.collection, ranking, covers), wanted)


def ordered(rows: Sequence[Row]) -> Array:
    """Weights of FACTS that put the article that answers first (conditional logit, Newton's method, ridge)."""
    asked = [(row.others or (row,))[-1] for row in rows if row.kind in ANSWERABLE]
    kept = [row for row in asked if row.is_wanted.any()]
    facts = [row.facts.astype(np.float64) - row.facts.mean(axis=0) for row in kept]
    spread = np.concatenate(facts).std(axis=0)
    spread = np.where(spread < 1e-6, 1.0, spread)
    w = np.zeros(len(FACTS))
    for _ in range(8):
        slope, curve = ORDER_PULL * w, np.eye(len(w)) * ORDER_PULL
        for row, x in zip(kept, (each / spread for each in facts), strict=True):
            much = row.base.weight
            p = np.exp(x @ w - (x @ w).max())
            p /= p.sum()
            q = p * row.is_wanted / (p @ row.is_wanted)
            slope += much * ((p - q) @ x)
            curve += much * ((x.T * p) @ x - np.outer(p @ x, p @ x))
        w -= np.linalg.solve(curve, slope)
    return w / spread


def fitted(rows: Sequence[Row]) -> dict[str, Any]:
    """A logistic regression (Newton's method, ridge) as evidence.json holds it, without limits."""
    x = np.array([row.evidence for row in rows], np.float64)
    y = np.array([row.right for row in rows], np.float64)
    weight = np.array([WEIGHT[row.kind] * row.base.weight for row in rows])
    middle, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread < 1e-6, 1.0, spread)
    x = np.c_[(x - middle) / spread, np.ones(len(x))]
    w = np.zeros(x.shape[1])
    ridge = np.eye(len(w)) * PULL
    ridge[-1, -1] = 1e-3
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        step = np.linalg.solve((x.T * (weight * p * (1 - p))) @ x + ridge, x.T @ (weight * (p - y)) + ridge @ w)
        w -= step
        if np.abs(step).max() < 1e-7:
            break
    parts = {"middle": middle, "spread": spread, "weights": w[:-1]}
    named = {part: dict(zip(NAMES, np.round(values, 5).tolist(), strict=True)) for part, values in parts.items()}
    return {**named, "bias": round(float(w[-1]), 5)}


def confidence(model: dict[str, Any], rows: Sequence[Row]) -> Array:
    """What a fitted model says."""
    middle, spread, w = (np.array([model[part][n] for n in NAMES]) for part in ("middle", "spread", "weights"))
    x = np.array([row.evidence for row in rows], np.float64)
    return np.asarray(1 / (1 + np.exp(-(((x - middle) / spread) @ w + model["bias"]))))


def crossed(rows: list[Row]) -> Array:
    """The confidence of each row by a model that has not seen its knowledge base; of two ways to search, the surer."""
    result = np.zeros(len(rows))
    for base in (*BASES, *JUDGES):
        weights = ordered([row for row in rows if row.base.name != base])
        for row in rows:
            for each in (row, *row.others) if row.base.name == base else ():
                each.put_in_order(weights)
    for base in (*BASES, *JUDGES):
        model = fitted([row for row in rows if row.base.name != base and row.kind != "follow"])
        for i, row in enumerate(rows):
            if row.base.name == base:
                result[i] = confidence(model, [row])[0]
                for other in row.others:
                    if (sure := confidence(model, [other])[0]) > result[i] * row.share:
                        result[i], rows[i] = sure, other
    return result


def shares(rows: Sequence[Row], sure: Array, near: str) -> tuple[Array, Array]:
    """From the surest question down: confidence, and wrong answers as a share of all."""
    named = {near: "near", "far": "far", **dict.fromkeys(ANSWERABLE, "answerable")}
    kinds = [named.get(row.kind, "") for row in rows]
    order = [int(i) for i in np.argsort(-sure) if kinds[int(i)]]
    weight = np.array([MIX[kinds[i]] / kinds.count(kinds[i]) for i in order])
    return sure[order], np.cumsum(weight * [not rows[i].right for i in order])


def limits(rows: Sequence[Row], sure: Array) -> list[list[float]]:
    """For each rate the least confidence that keeps it, whoever wrote and whichever way nothing answers."""
    is_judged = np.array([row.base.name in JUDGES for row in rows])
    found = []
    for rate in RATES:
        least = 0.0
        for chosen in (is_judged, ~is_judged):
            mine = [row for row, one in zip(rows, chosen, strict=True) if one]
            for near in ("near", "removed"):
                level, wrong = shares(mine, sure[chosen], near)
                kept = np.flatnonzero(wrong <= rate)
                least = max(least, float(level[kept[-1]]) if len(kept) else 0.999)
        found.append([rate, round(least, 4)])
    return found


def told(rows: Sequence[Row], sure: Array, label: str) -> None:
    """Print the figures of the made bases, of the judges' together, and of each of these."""
    found = limits(rows, sure)
    groups = {"made": BASES, "judges": JUDGES, **{name: (name,) for name in JUDGES}}
    for group, names in groups.items():
        mine = [i for i, row in enumerate(rows) if row.base.name in names]
        by = {kind: [i for i in mine if rows[i].kind == kind] for kind in WEIGHT}
        answerable = [i for kind in ANSWERABLE for i in by[kind]]
        first = {kind: np.mean([rows[i].found[0] in rows[i].wanted for i in by[kind]]) for kind in ANSWERABLE}
        say(
            f"{label}, {group}: right one first {first['answerable']:.3f} of {len(by['answerable'])}, follow-ups"
            f" {first['follow']:.3f} of {len(by['follow'])}"
        )
        for rate, limit in found if len(names) > 1 else found[3:4]:
            share = {kind: np.mean([sure[i] >= limit for i in by[kind]]) for kind in by if by[kind]}
            good = np.mean([sure[i] >= limit and rows[i].right for i in answerable])
            two = np.mean([len(rows[i].found) > 1 for i in mine if sure[i] >= limit])
            asked = [*answerable, *by["near"], *by["far"]]
            wrong = np.mean([sure[i] >= limit and not rows[i].right for i in asked])
            say(
                f"  rate {rate:.3f} limit {limit:.3f}: answered right {good:.3f} (two articles {two:.2f}),"
                f" wrong {wrong:.3f};"
                f" answered near {share['near']:.3f} removed {share['removed']:.3f} far {share['far']:.3f}"
            )


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--cache", type=Path, help="A folder that keeps vectors from run to run.")
    options = parser.parse_args()
    encoders, written = Encoders(options.cache), {}
    for label, names in (("both", (E5, ENGINE)), ("engine", (ENGINE,))):
        topics = read_topics(encoders, names)
        if label == "both" and not options.measure:
            TARGET.mkdir(exist_ok=True)
            arrays = {
                f"{n}/{part}": getattr(t, part).astype(np.float16)
                for n, t in topics.items()
                for part in ("searched", "asked")
            }
            np.savez_compressed(TARGET / "topics.npz", **arrays)  # type: ignore[arg-type]
        bases = [read_base(name, encoders, topics) for name in (*BASES, *JUDGES)]
        measuring = Measuring(encoders, names)
        rows = [row for base in bases for row in measuring.rows(base)]
        sure = crossed(rows)
        told(rows, sure, label)
        order = dict(zip(FACTS, np.round(ordered(rows), 5).tolist(), strict=True))
        model = fitted([row for row in rows if row.kind != "follow"])
        written[label] = {"order": order, **model, "limits": limits(rows, sure)}
    encoders.keep()
    if not options.measure:
        (TARGET / "evidence.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
