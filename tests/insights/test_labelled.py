"""Scores of readings whose right reading is known."""

from frontdesk.insights.labelled import Judged, scores

LIMITS = {"danger": 0.4, "spam": 0.5}


def judged(
    intents: tuple[str, ...] | None,
    intent: str,
    probability: float,
    has: frozenset[str] | None = None,
    danger: float = 0,
) -> Judged:
    return Judged("en", intents, intent, (intent, probability), None, ("Neutral", 0.5), has, {"danger": danger})


def test_an_intent_that_would_be_right_too_counts_as_right() -> None:
    told = scores([judged(("TI", "CA"), "CA", 0.9), judged(("DI",), "TI", 0.9)], LIMITS)
    assert told["intent"]["accuracy"]["value"] == 0.5
    assert told["intent"]["mistaken"] == {"DI as TI": 1}
    assert told["intent"]["ece"] == {"all": 0.4, "en": 0.4}


def test_recall_and_false_alarms_are_told_with_their_intervals() -> None:
    danger, none = frozenset({"danger"}), frozenset[str]()
    rows = [(danger, 0.9), (danger, 0.2), (none, 0.5), (none, 0.0), (none, 0.1), (none, 0.0)]
    told = scores([judged(None, "none", 0.0, has, p) for has, p in rows], LIMITS)["signals"]["danger"]
    assert told["recall"] == {"value": 0.5, "of": 2, "from": 0.0945, "to": 0.9055}
    assert (told["false_alarms"]["value"], told["false_alarms"]["of"]) == (0.25, 4)


def test_what_has_no_label_is_not_scored() -> None:
    assert set(scores([judged(None, "TI", 0.9)], LIMITS)) == {"messages"}
