"""`bin/fuzz doors` in short: pages, forms and REST routes answer strange requests with words."""

import random

from frontdesk.wiring.container import Container
from tests.edges.fuzz import fuzz


async def test_strange_requests_are_refused_with_words_and_nothing_fails(container: Container) -> None:
    assert await fuzz(container, 150, random.Random(7)) == []
