"""Titles and summaries say what matters, in the text's own words."""

from frontdesk.engine import Engine, IntentIndex

LONG = (
    "Dear Sir or Madam,\n\nI hope this message finds you well. My name is Jane Doe. The dishwasher that I "
    "bought in March stops after ten minutes and shows error E15. I have cleaned the filter twice and "
    "checked the hose. My neighbour had a look too and found nothing. The weather has been fine. Please "
    "send a technician to repair the dishwasher this week.\n\nKind regards,\nJane Doe"
)


def test_the_title_is_the_concern_not_the_greeting(engine: Engine, retail: IntentIndex) -> None:
    title = engine.read(LONG, retail).title
    assert "dishwasher" in title
    assert not title.startswith(("Dear", "I hope", "My name"))


def test_the_summary_of_a_long_text_begins_with_the_request(engine: Engine, retail: IntentIndex) -> None:
    summary = engine.read(LONG, retail).summary
    assert summary.index("technician") < summary.index("stops")


def test_a_quoted_earlier_message_is_not_the_title(engine: Engine, retail: IntentIndex) -> None:
    text = "The new kettle leaks as well.\n\nOn Monday, 3 May 2024 Support wrote:\n> We sent you a new kettle."
    reading = engine.read(text, retail)
    assert reading.title == "The new kettle leaks as well"
    assert "We sent you" not in reading.summary


def test_markup_is_not_read_as_words(engine: Engine, retail: IntentIndex) -> None:
    reading = engine.read("<div><p>The <b>lamp</b> is broken.</p></div>", retail)
    assert reading.title == "The lamp is broken"


def test_a_title_is_cut_at_a_word(engine: Engine, retail: IntentIndex) -> None:
    title = engine.read("My washing machine " + "really " * 30 + "does not spin", retail).title
    assert title.endswith(("really…", "machine…"))


def test_an_interaction_is_summed_up_over_its_messages(engine: Engine) -> None:
    title, summary = engine.summarise(
        [
            ("Hello, my oven does not heat any more."),
            "I tried the reset as you said, still cold.",
            "Please send a technician.",
        ]
    )
    assert "oven" in title
    assert "technician" in summary


def test_no_messages_have_an_empty_summary(engine: Engine) -> None:
    assert engine.summarise([]) == ("", "")
