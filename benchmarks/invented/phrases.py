"""What the invented customers write: texts put together from phrases, with what a reading of them would find."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

LANGUAGES = ("en", "de", "fr", "es")
TITLE_LENGTH, SUMMARY_LENGTH = 100, 300


@dataclass(frozen=True, slots=True)
class Written:
    """A text with its first sentence and the entities in it: field, value, start, end."""

    text: str
    title: str
    entities: tuple[tuple[str, str, int, int], ...]


@cache
def phrases() -> dict[str, Any]:
    """All phrases by kind."""
    raw: dict[str, Any] = json.loads((files("benchmarks.invented") / "phrases.json").read_text("utf-8"))
    return raw


def write(chance: Random, intent: str, language: str, mood: str, name: str, customer: str, later: bool) -> Written:
    """A message of this intent and mood; `later` continues a conversation."""
    said = phrases()
    bank = said["follow_ups"][language] if later else said["matters"][intent][language]
    interaction = pick(chance, bank.get(mood) or bank["Neutral"])
    product, model = pick(chance, said["products"][language]), pick(chance, said["models"])
    order = f"4500{chance.randrange(10**6):06d}"
    interaction = interaction.replace("{p}", product).replace("{m}", model).replace("{n}", str(chance.randrange(2, 60)))
    parts = [interaction]
    for _ in range(chance.randrange(3)):
        detail = pick(chance, said["details"][language])
        if detail in parts or ("{c}" in detail and not customer):
            continue
        parts.append(detail)
    body = " ".join(parts).replace("{o}", order).replace("{c}", customer)
    greeting, closing = pick(chance, said["greetings"][language]), pick(chance, said["closings"][language])
    text = body if chance.random() < 0.35 else f"{greeting}\n\n{body}\n\n{closing}\n{name}"
    found = (("product_name", product), ("order_no", order), ("customer_no", customer))
    return Written(text, interaction[:TITLE_LENGTH], tuple(_spans(text, found)))


def pick(chance: Random, choices: Any) -> str:
    """One of them; quicker than Random.choice, which matters a few million times."""
    return choices[int(chance.random() * len(choices))]  # type: ignore[no-any-return]


def _spans(text: str, found: tuple[tuple[str, str], ...]) -> list[tuple[str, str, int, int]]:
    spans = []
    for field, value in found:
        at = text.find(value) if value else -1
        if at >= 0:
            spans.append((field, value, at, at + len(value)))
    return spans
