"""The built-in analysis engine: words and numbers; it knows nothing of customers and touches no network."""

from .engine import Engine
from .intents import IntentIndex
from .reading import IntentSpec, Reading, Scored, Span, Vocabulary

__all__ = ["Engine", "IntentIndex", "IntentSpec", "Reading", "Scored", "Span", "Vocabulary"]
