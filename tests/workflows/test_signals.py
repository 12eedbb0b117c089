"""Signals, concerns and the part that was read: kept with the analysis, and what was said before reaches the reader."""

from frontdesk.model import CUSTOMER, SERVICE, Concern, Entity, Probability, Signal, Turn
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import open_container
from tests.conftest import CHEAP, Front
from tests.reading import ScriptedReader

TEXT = "Where is order 4711? Also the kettle smokes.\n-- \nKim Doe, 030 123456"
SIGNALS = (Signal("danger", 0.93, ((21, 43),)), Signal("urgent", 0.2))
CONCERNS = (
    Concern("TI", 0.9, (Probability("TI", 0.9), Probability("DI", 0.1)), 21, 44, "Complaint"),
    Concern("DI", 0.8, (Probability("DI", 0.8),), 0, 20, "Question"),
)
SIGNATURE = Entity("customer_phone", "030 123456", TEXT.index("030"), TEXT.index("030") + 10, "signature")


async def test_signals_concerns_and_reads_are_kept_with_the_analysis(settings: Settings, builtin: Builtin) -> None:
    said = {"signals": SIGNALS, "concerns": CONCERNS, "reads": ((0, 44),), "entities": (SIGNATURE,)}
    async with open_container(settings, ScriptedReader(builtin, {TEXT: said}), CHEAP) as container:
        accepted = await Front(container).say(TEXT)
        analysis = (await container.messages.readings.message(accepted.message_id)).analysis
    assert analysis is not None
    assert (analysis.signals, analysis.reads, analysis.entities) == (SIGNALS, ((0, 44),), (SIGNATURE,))
    assert [(each.intent, each.type, each.intents) for each in analysis.concerns] == [
        ("TI", "CM", CONCERNS[0].intents),
        ("DI", "QS", CONCERNS[1].intents),
    ]
    assert (analysis.signal("danger"), analysis.signal("spam")) == (0.93, 0)


async def test_what_is_no_signal_or_lies_outside_of_the_text_is_dropped(settings: Settings, builtin: Builtin) -> None:
    said = {"signals": (Signal("mood", 0.9), Signal("danger", 1.7, ((0, 900),))), "reads": ((5, 5), (0, 900))}
    async with open_container(settings, ScriptedReader(builtin, {TEXT: said}), CHEAP) as container:
        accepted = await Front(container).say(TEXT)
        analysis = (await container.messages.readings.message(accepted.message_id)).analysis
    assert analysis is not None
    assert (analysis.signals, analysis.reads) == ((Signal("danger", 1.0),), ())


async def test_a_message_is_read_with_what_both_sides_wrote_before(settings: Settings, builtin: Builtin) -> None:
    reader = ScriptedReader(builtin, {})
    async with open_container(settings, reader, CHEAP) as container:
        front = Front(container)
        opened = await front.say("My washing machine is broken, it shows error E18.")
        await front.say("It still does not work.", joins=opened.interaction_id)
    asked, answered = reader.heard["It still does not work."]
    assert asked == Turn(CUSTOMER, "My washing machine is broken, it shows error E18.")
    assert answered.role == SERVICE
    assert opened.reference in answered.text
