"""Code lists and the catalogue follow edits at once."""

import pytest

from frontdesk.app import House
from frontdesk.interfaces import Conflict, NotFound
from frontdesk.model import Code, CodeList


async def test_an_edited_intent_is_in_the_next_catalogue(house: House) -> None:
    before = await house.codes.catalogue()
    await house.codes.put(Code(CodeList.INTENT, "BK", "Booking", "Wants a table", examples=("A table for two",)))
    after = await house.codes.catalogue()
    assert before.stamp != after.stamp
    assert {i.code for i in after.intents} - {i.code for i in before.intents} == {"BK"}


async def test_a_retired_entry_is_not_offered_but_keeps_its_name(house: House) -> None:
    await house.codes.remove(CodeList.INTENT, "TI")
    assert "TI" not in {i.code for i in (await house.codes.catalogue()).intents}
    assert (await house.codes.names(CodeList.INTENT))["TI"] == "Technical issues"


async def test_creating_twice_and_changing_nothing_are_refused(house: House) -> None:
    with pytest.raises(Conflict):
        await house.codes.put(Code(CodeList.CATEGORY, "SUP", "Support"), create=True)
    with pytest.raises(NotFound):
        await house.codes.put(Code(CodeList.CATEGORY, "XXX", "Nothing"), create=False)
    with pytest.raises(NotFound):
        await house.codes.remove(CodeList.CATEGORY, "XXX")


async def test_the_catalogue_is_read_again_only_when_it_changed(house: House) -> None:
    assert await house.codes.catalogue() is await house.codes.catalogue()
