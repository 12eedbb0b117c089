"""The how-tos do what they say: their files, word for word, on a desk."""

import re
import textwrap
import tomllib
from pathlib import Path

from frontdesk.model import Receipt, Status
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL
from frontdesk.storage.pipeline.statuses import StoredStatuses
from frontdesk.wiring.container import Container
from tests.fakes import BackEnd
from tests.timing.desk import Desk
from tests.workflows.deciding import deciding

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
FRIDAY = "2026-07-03T13:00:00+00:00"  # 15:00 in Berlin


async def followed(container: Container, page: str, start: str) -> Desk:
    """A desk with the file of a how-to."""
    [block] = re.findall(r"^ *```toml\n(.*?)^ *```", (HOW_TO / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    desk = Desk(container, start)
    await desk.set_up(tomllib.loads(textwrap.dedent(block)))
    return desk


async def test_a_message_of_friday_afternoon_is_escalated_on_monday_at_eleven(container: Container) -> None:
    desk = await followed(container, "escalate-what-waits.md", FRIDAY)
    matter = await desk.says()
    await desk.until("2026-07-06T08:59:00+00:00")
    assert await desk.timed() == []
    await desk.until("2026-07-06T09:00:00+00:00")
    after = await desk.records.get(matter.reference)
    assert (after.team, after.priority, after.tags) == ("TEC", "H", "late")


async def test_who_does_not_answer_is_reminded_and_then_closed(container: Container) -> None:
    desk = await followed(container, "remind-and-close.md", FRIDAY)
    matter = await desk.answers(await desk.says(), "What is the number of your order?")
    await desk.until("2026-07-06T13:00:00+00:00")
    await desk.after(minutes=1)
    assert "still need our help" in (await desk.sent())[-1]
    await desk.until("2026-07-10T13:00:00+00:00")
    assert (await desk.records.get(matter.reference)).status is Status.CLOSED
    assert (await desk.says("It is 4711.", joins=matter.id)).status is not Status.CLOSED


async def test_after_a_service_call_the_customer_is_asked_once(container: Container) -> None:
    desk, calls = await followed(container, "ask-after-a-service-call.md", FRIDAY), BackEnd()
    desk.decides(deciding({"kind": CREATE_SERVICE_CALL}), {CREATE_SERVICE_CALL: calls})
    await desk.says("The machine is broken.")
    [key], statuses = calls.done, StoredStatuses(desk.database, desk.clock)
    for status in ("Open", "Completed", "Closed"):
        await statuses.changed(key)
        [(_, lease)] = [each for each in await desk.queue.claim("test", 9, 30) if each[0].kind == "status"]
        await statuses.keep(lease, key, Receipt("1", {"status": status}))
        await desk.after(days=3)
    assert await desk.sent() == ["Our technician was with you. Does everything work again?"]
