"""`bin/fuzz mail` in short: mails that were changed are read or kept, answered and shown, and nothing fails."""

from tests.channels.email.fuzz import run
from tests.channels.email.test_hostile import seeds


async def test_changed_mails_are_handled_answered_and_shown_and_nothing_fails() -> None:
    assert await run(seeds(), 24, 60, 7) == []
