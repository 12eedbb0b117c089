"""Reads the messages of strangers' kind in data/ and makes variants: typed badly, loudly, with more around them."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
JUDGED = DATA.parent.parent / "benchmarks" / "strangers"
JUDGES = (1, 2, 3)
SENTIMENTS = {"N": "Negative", "U": "Neutral", "P": "Positive", "?": ""}
GREETINGS = {
    "en": ("Hi,", "Hello,", "Dear team,", "Good morning,\n\n", "Dear all,\n\n", "[transcript] Hello,"),
    "de": ("Hallo,", "Guten Tag,", "Sehr geehrte Damen und Herren,\n\n", "Liebes Team,\n\n", "(Abschrift) Grüß Gott,"),
    "fr": ("Bonjour,", "Bonjour Madame, Monsieur,\n\n", "Salut,"),
    "es": ("Hola,", "Buenos días,\n\n", "Estimados señores,\n\n"),
    "it": ("Buongiorno,", "Salve,", "Gentilissimi,\n\n"),
    "pt": ("Olá,", "Bom dia,\n\n", "Exmos. Senhores,\n\n"),
    "nl": ("Hallo,", "Goedemorgen,\n\n", "Beste mensen,\n\n"),
    "pl": ("Dzień dobry,", "Szanowni Państwo,\n\n", "Witam,"),
    "ru": ("Здравствуйте,", "Добрый день!\n\n"),
    "tr": ("Merhaba,", "İyi günler,\n\n", "Sayın yetkili,\n\n"),
}
CLOSINGS = {
    "en": ("Regards,", "Kind regards,", "Many thanks,", "Best,", "Cheers,"),
    "de": ("Mit freundlichen Grüßen", "Viele Grüße", "Danke,"),
    "fr": ("Cordialement,", "Bien à vous,", "Merci d'avance,"),
    "es": ("Un saludo,", "Atentamente,", "Gracias,"),
    "it": ("Cordiali saluti,", "Grazie,", "Saluti,"),
    "pt": ("Cumprimentos,", "Obrigado,", "Atentamente,"),
    "nl": ("Met vriendelijke groet,", "Groetjes,", "Alvast bedankt,"),
    "pl": ("Pozdrawiam", "Z poważaniem", "Dziękuję,"),
    "ru": ("С уважением,", "Спасибо,"),
    "tr": ("Saygılarımla,", "Teşekkürler,"),
}
# What strangers mean by a label is learnt from judges most.
_JUDGED = 4.0
_SUBJECTS = {
    "en": ("Question", "Order", "Re: your message"),
    "de": ("Anfrage", "Bestellung", "AW: Ihre Nachricht"),
    "fr": ("Question", "Commande"),
    "es": ("Consulta", "Pedido"),
    "it": ("Domanda", "Ordine"),
    "pt": ("Pergunta", "Encomenda"),
    "nl": ("Vraag", "Bestelling"),
    "pl": ("Pytanie", "Zamówienie"),
    "ru": ("Вопрос", "Заказ"),
    "tr": ("Soru", "Sipariş"),
}
_NAMES = (
    "Sam Sample",
    "R. Muster",
    "Maria K.",
    "J. Doe",
    "T. Novak",
    "Olga",
    "Kim",
    "P. Rossi",
    "A. Yılmaz",
    "Frank de W.",
)


@dataclass(frozen=True)
class Row:
    """A labelled message: `signals` holds those that it has, `undecided` those that nobody decided.

    `judge` is the number of the judge who wrote it, 0 for none; `original` tells it from its variants; `worth` is how
    much its intent and sentiment count beside another message's.
    """

    text: str
    language: str
    sentiment: str
    source: str
    signals: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    intent: str = "?"
    group: int = field(default=-1, compare=False)
    judge: int = 0
    original: bool = True
    worth: float = 1.0


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
    """Messages without any signal but praise, with their intent."""
    rows = []
    for line in lines(DATA / name):
        language, letter, intent, text = line.split(" ", 3)
        rows.append(
            Row(text.replace("\\n", "\n"), language, SENTIMENTS[letter], name, _praise(intent, letter), intent=intent)
        )
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


def judged_rows(judges: Sequence[int] = JUDGES) -> list[Row]:
    """The messages of judges, with their subjects; the first of them called every second message a repeated one."""
    rows = []
    for judge in judges:
        undecided = frozenset({"repeat_contact"} if judge == 1 else ())
        for line in (JUDGED / f"messages-{judge}.jsonl").read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            text = f"{said['subject']}\n\n{said['text']}" if said["subject"] else said["text"]
            intent = "-" if said["intent"] == "none" else said["intent"]
            signals = frozenset(said["signals"])
            row = Row(text, said["language"], said["sentiment"], "judged", signals, undecided=undecided, intent=intent)
            rows.append(replace(row, judge=judge, worth=_JUDGED))
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
        rows.append(Row(text, language, SENTIMENTS[letter], "retail", _praise(intent, letter), intent=intent))
    for line in lines(DATA / "shop.txt"):
        intent, letter, language, text = line.split("|", 3)
        rows.append(Row(text, language, SENTIMENTS[letter], "shop", _praise(intent, letter), intent=intent))
    return rows


def _praise(intent: str, letter: str) -> frozenset[str]:
    """The signal of a message whose only intent is to praise."""
    return frozenset({"thanks_only"} if (intent, letter) == ("CI", "P") else ())


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
        yield _changed(row, _framed(text, row.language, rng), sentiment)


def lines(path: Path) -> list[str]:
    """The lines of a data file but its comments."""
    return [x for x in path.read_text(encoding="utf-8").splitlines() if x.strip() and not x.startswith("# ")]


def _changed(row: Row, text: str, sentiment: str | None = None) -> Row:
    said = row.sentiment if sentiment is None else sentiment
    return replace(row, text=text, sentiment=said, original=False)


def _framed(text: str, language: str, rng: random.Random) -> str:
    """As a mail or a note: with subject, greeting, closing and name, or some of them."""
    greeting = rng.choice(GREETINGS.get(language, ("",)))
    subject = f"{rng.choice(_SUBJECTS.get(language, ('',)))}\n\n" if rng.random() < 0.25 else ""
    ends = rng.random()
    name = rng.choice(_NAMES) if ends < 0.7 else ""
    closing = f"{rng.choice(CLOSINGS.get(language, ('',)))}\n" if ends < 0.45 else ""
    signed = "\n\nSent from my phone" if ends > 0.9 else f"\n\n{closing}{name}"
    return f"{subject}{greeting} {text}{signed}".strip()


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
