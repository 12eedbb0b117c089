"""What the network adds: questions and praise that mention faults are none, and what was taught outweighs it."""

import pytest

from frontdesk.engine import Engine, IntentIndex, Turn


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Our last kettle died on us, so which of yours would you say keeps longest?", "PI"),
        ("Unser alter Mixer ist kaputt. Welcher von Ihren ist der leiseste?", "PI"),
        ("Première machine en panne, changée en trois jours, et celle-ci marche à merveille. Merci !", "CI"),
    ],
)
def test_what_only_mentions_a_fault_is_no_fault(engine: Engine, retail: IntentIndex, text: str, intent: str) -> None:
    assert engine.read(text, retail).intents[0].code == intent


def test_a_fault_that_is_praised_around_is_not_positive_praise(engine: Engine, retail: IntentIndex) -> None:
    reading = engine.read("Lovely colour, thank you! Only the motor stalls whenever I switch it on.", retail)
    assert (reading.intents[0].code, reading.signal("thanks_only") < 0.5) == ("TI", True)


def test_a_short_answer_is_unresolved_only_where_the_customer_wrote_before(engine: Engine, retail: IntentIndex) -> None:
    before = [Turn("customer", "My dryer stays cold."), Turn("service", "Please clean the filter.")]
    alone = engine.read("Done, no change.", retail).signal("unresolved")
    assert engine.read("Done, no change.", retail, before=before).signal("unresolved") > max(alone, 0.6)
