"""The built-in analysis engine. It works on texts alone, knows no customers, and uses no network."""

from .engine import Engine
from .intents import IntentIndex
from .reading import Concern, IntentSpec, Reading, Scored, Signal, Span, Turn, Vocabulary
