"""The registry of signals: what a message may say beside its intent. One data file a signal, in engine/signals."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

# From this probability on a signal counts as present, where its file says nothing else.
LIMIT = 0.5
SIGNALS = (
    *("wants_person", "danger", "threatens", "cancels", "privacy_request", "resolved", "unresolved", "thanks_only"),
    *("irony", "urgent", "abuse", "automatic", "spam", "no_words", "instructs_model", "repeat_contact"),
)
# With these a message may be left alone, or its sender thanked and no more.
RESTING = frozenset({"resolved", "thanks_only", "automatic", "spam"})


@dataclass(frozen=True, slots=True)
class SignalKind:
    """A signal: its label for people, what it means, and the probability from which rules treat it as present."""

    name: str
    label: str
    description: str
    limit: float


@cache
def signal_kinds() -> Mapping[str, SignalKind]:
    """All signals by name."""
    folder = files("frontdesk") / "engine" / "signals"
    return {name: _kind(name, folder / f"{name}.toml") for name in SIGNALS}


def _kind(name: str, file: Traversable) -> SignalKind:
    text = file.read_text("utf-8") if file.is_file() else ""
    said = tomllib.loads(text)
    label = str(said.get("label") or name.replace("_", " ").capitalize())
    return SignalKind(name, label, str(said.get("description", "")), float(said.get("limit", LIMIT)))
