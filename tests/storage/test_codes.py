"""Code lists and the catalogue follow edits at once."""

import pytest

from frontdesk.interfaces import Conflict, NotFound
from frontdesk.model import Code, CodeList
from frontdesk.wiring.container import Container


async def test_an_edited_intent_is_in_the_next_catalogue(container: Container) -> None:
    before = await container.configuration.codes.catalogue()
    await container.configuration.codes.put(
        Code(CodeList.INTENT, "BK", "Booking", "Wants a table", examples=("A table for two",))
    )
    after = await container.configuration.codes.catalogue()
    assert before.stamp != after.stamp
    assert {i.code for i in after.intents} - {i.code for i in before.intents} == {"BK"}


async def test_a_retired_entry_is_not_offered_but_keeps_its_name(container: Container) -> None:
    await container.configuration.codes.remove(CodeList.INTENT, "TI")
    assert "TI" not in {i.code for i in (await container.configuration.codes.catalogue()).intents}
    assert (await container.configuration.codes.names(CodeList.INTENT))["TI"] == "Technical issues"


async def test_creating_twice_and_changing_nothing_are_refused(container: Container) -> None:
    with pytest.raises(Conflict):
        await container.configuration.codes.put(Code(CodeList.CATEGORY, "SUP", "Support"), create=True)
    with pytest.raises(NotFound):
        await container.configuration.codes.put(Code(CodeList.CATEGORY, "XXX", "Nothing"), create=False)
    with pytest.raises(NotFound):
        await container.configuration.codes.remove(CodeList.CATEGORY, "XXX")


async def test_the_catalogue_is_read_again_only_when_it_changed(container: Container) -> None:
    assert await container.configuration.codes.catalogue() is await container.configuration.codes.catalogue()
