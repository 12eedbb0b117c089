"""A sample of `bin/fuzz odata` on both databases."""

import random

from tests.edges.odata.conftest import Odata
from tests.edges.odata.fuzz import flaw_of, requests


async def test_requests_broken_at_random_are_answered_or_refused_never_our_fault(odata: Odata) -> None:
    await odata.say("The oven (order 4500012345) shows E18.")
    for address in requests(400, random.Random(7)):
        assert flaw_of(await odata.ask("GET", address)) == "", address
    assert (await odata.ask("GET", "CustomerInteraction/$count")).text == "1"
