"""Reads the messages of strangers' kind in data/ and makes variants: typed badly, loudly, with more around them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
SENTIMENTS = {"N": "Negative", "U": "Neutral", "P": "Positive", "?": ""}
GREETINGS = {
    "en": ("Hi,", "Hello,", "Dear team,"), "de": ("Hallo,", "Guten Tag,"), "fr": ("Bonjour,",), "es": ("Hola,",),
    "it": ("Buongiorno,",), "pt": ("Olá,",), "nl": ("Hallo,",), "pl": ("Dzień dobry,",), "tr": ("Merhaba,",),
}  # fmt: skip
_SIGNATURES = ("\n\nRegards,\nSam Sample", "\n\nSam", "\n\nSent from my phone", "")


@dataclass(frozen=True)
class Row:
    """A labelled message: `signals` holds those that it has, `undecided` those that nobody decided."""

    text: str
    language: str
    sentiment: str
    source: str
    signals: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    intent: str = "?"
    group: int = field(default=-1, compare=False)


def signal_rows() -> list[Row]:
    """The messages written for the signals; one of a signal's file that has `-` is near to it, and has it not."""
    rows = []
    for path in sorted((DATA / "signals").glob("*.txt")):
        for line in lines(path):
            language, letter, *rest = line.split(" ")
            labels = []
            while rest and (rest[0] == "-" or (rest[0][0] in "+?" and rest[0][1:].replace("_", "").isalpha())):
                labels.append(rest.pop(0))
            own = {path.stem} if "-" not in labels else set()
            rows.append(
                Row(
                    " ".join(rest).replace("\\n", "\n"),
                    language,
                    SENTIMENTS[letter],
                    path.stem,
                    frozenset(own | {label[1:] for label in labels if label[0] == "+"}),
                    frozenset() if own else frozenset({path.stem}),
                    frozenset(label[1:] for label in labels if label[0] == "?"),
                )
            )
    return rows


def ordinary_rows(name: str = "ordinary.txt") -> list[Row]:
    """Messages without any signal, with their intent."""
    rows = []
    for line in lines(DATA / name):
        language, letter, intent, text = line.split(" ", 3)
        rows.append(Row(text.replace("\\n", "\n"), language, SENTIMENTS[letter], name, intent=intent))
    return rows


def mixed_rows(name: str) -> list[Row]:
    """Messages of all kinds in one file, with their intent and their signals."""
    rows = []
    for line in lines(DATA / name):
        language, letter, intent, labels, text = line.split(" ", 4)
        signals = frozenset(labels.split(",")) - {"-"}
        source = next(iter(sorted(signals)), "ordinary.txt")
        rows.append(Row(text.replace("\\n", "\n"), language, SENTIMENTS[letter], source, signals, intent=intent))
    return rows


def long_rows() -> list[Row]:
    """Letters of some length."""
    rows = []
    for line in lines(DATA / "long.txt"):
        language, letter, intent, labels, text = line.split(" ", 4)
        signals = frozenset(labels.split(",")) - {"-"}
        rows.append(Row(text.replace("\\n", "\n"), language, SENTIMENTS[letter], "long", signals, intent=intent))
    return rows


def retail_rows() -> list[Row]:
    """The older sets of customer messages, whose signals nobody has written down."""
    rows = []
    for line in lines(DATA / "retail.txt"):
        intent, letter, _, language, text = line.split("|", 4)
        rows.append(Row(text, language, SENTIMENTS[letter], "retail", intent=intent))
    for line in lines(DATA / "shop.txt"):
        intent, letter, language, text = line.split("|", 3)
        rows.append(Row(text, language, SENTIMENTS[letter], "shop", intent=intent))
    return rows


def plain_rows() -> list[Row]:
    """Sentences to an assistant, a phone company, a bank, a railway and about anything."""
    names = ("telecom", "assistant", "city", "background")
    return [Row(text, "en", "", name) for name in names for text in lines(DATA / f"{name}.txt")]


def variants(rows: list[Row], seed: int, others: list[Row]) -> Iterator[Row]:
    """Two of each row: typed badly, loudly or in lower case; and with a greeting, another sentence or a signature."""
    rng = random.Random(seed)  # noqa: S311  # variants, no secrets
    spoken: dict[str, list[Row]] = {}
    for other in others:
        if len(other.text) < 160:
            spoken.setdefault(other.language, []).append(other)
    for row in rows:
        if "\n" in row.text or len(row.text) > 300:
            continue
        yield _changed(row, _badly(row.text, rng))
        if row.source in ("no_words", "automatic", "spam", "thanks_only") or row.text.islower():
            continue
        near = spoken.get(row.language, [])
        text, sentiment = row.text, row.sentiment
        if near and rng.random() < 0.6:
            other = rng.choice(near)
            text = f"{other.text} {text}" if rng.random() < 0.5 else f"{text} {other.text}"
            if other.sentiment != sentiment and "Neutral" not in (other.sentiment, sentiment):
                sentiment = ""
            elif sentiment == "Neutral":
                sentiment = other.sentiment
            if "irony" in row.signals or "irony" in row.denied:
                text, sentiment = row.text, row.sentiment
        greeting = rng.choice(GREETINGS.get(row.language, ("",)))
        yield _changed(row, f"{greeting} {text}{rng.choice(_SIGNATURES)}".strip(), sentiment)


def lines(path: Path) -> list[str]:
    """The lines of a data file but its comments."""
    return [x for x in path.read_text(encoding="utf-8").splitlines() if x.strip() and not x.startswith("# ")]


def _changed(row: Row, text: str, sentiment: str | None = None) -> Row:
    said = row.sentiment if sentiment is None else sentiment
    return Row(text, row.language, said, row.source, row.signals, row.denied, row.undecided, row.intent, row.group)


def _badly(text: str, rng: random.Random) -> str:
    how = rng.random()
    if how < 0.15:
        return text.upper()
    if how < 0.4:
        return text.lower().rstrip(".!")
    if not text.isascii() and how < 0.6:
        return text.rstrip(".。!！")
    words = text.split(" ")
    for _ in range(1 + len(words) // 8):
        at = rng.randrange(len(words))
        word = words[at]
        if len(word) > 3 and word.isascii():
            i = rng.randrange(1, len(word) - 1)
            words[at] = rng.choice((word[:i] + word[i + 1 :], word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]))
    return " ".join(words)
