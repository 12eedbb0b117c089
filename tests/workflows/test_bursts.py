"""Many messages of one interaction at once: in order, and its conversation is summarised once for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from frontdesk.interfaces import Analyst
from frontdesk.model import Analysis, Change, InboundMessage, NewMessage
from frontdesk.storage.schema.interactions import interaction, outbound_message
from frontdesk.storage.schema.pipeline import journal
from frontdesk.wiring.container import Container
from frontdesk.wiring.runner import runner_over

MESSAGES = 20


@dataclass
class Counting:
    """The real analyst, counting its calls; now and then a person changes the interaction meanwhile."""

    analyst: Analyst
    container: Container
    disturbs: bool = False
    summaries: int = 0

    async def analyse(self, message: InboundMessage, run: int = 1, earlier: Sequence[str] = ()) -> Analysis:
        return await self.analyst.analyse(message, run, earlier)

    async def headline(self, analysis: Analysis, texts: Sequence[str], message: InboundMessage) -> tuple[str, str]:
        self.summaries += 1
        if self.disturbs:
            rows = select(interaction.c.reference).where(interaction.c.id == message.interaction_id)
            reference = await self.container.database.read(lambda c: c.execute(rows).scalar_one())
            before = await self.container.interactions.records.get(reference)
            await self.container.interactions.records.change(before, Change(tags=f"touched {self.summaries}"), "kim")
        return await self.analyst.headline(analysis, texts, message)

    async def summarise(self, texts: Sequence[str], message: InboundMessage | None = None) -> tuple[str, str]:
        self.summaries += 1
        return await self.analyst.summarise(texts, message)


async def burst(container: Container, *, disturbs: bool = False) -> Counting:
    analyst = Counting(container.pipeline.analyst, container, disturbs)
    first = await container.messages.inbox.accept(NewMessage("My washing machine leaks.", "WEB"))
    for number in range(1, MESSAGES):
        text = f"And problem number {number}: it is broken."
        await container.messages.inbox.accept(NewMessage(text, "WEB", joins=first.interaction_id))
    await runner_over(
        container.work.queue, container.settings, replace(container.pipeline, analyst=analyst)
    ).run_until_idle()
    assert await container.work.queue.counts() == {"open": 0, "failed": 0}
    return analyst


async def test_a_burst_is_summarised_once_for_each_message(container: Container) -> None:
    assert (await burst(container)).summaries <= MESSAGES + 1


async def test_who_changes_the_interaction_meanwhile_causes_no_summary_more(container: Container) -> None:
    assert (await burst(container, disturbs=True)).summaries <= MESSAGES + 1
    [matter] = await container.database.read(lambda c: c.execute(select(interaction)).mappings().all())
    assert matter["tags"] == f"touched {MESSAGES}"


async def test_a_burst_is_handled_and_answered_in_order(container: Container) -> None:
    await burst(container)
    handled = select(journal.c.message_id).where(journal.c.kind == "handled").order_by(journal.c.id)
    answered = select(outbound_message.c.reply_to).order_by(outbound_message.c.sequence)
    order = await container.database.read(lambda c: c.execute(handled).scalars().all())
    assert order == sorted(order)
    told = await container.database.read(lambda c: c.execute(answered).scalars().all())
    assert told[0] == order[0]
    assert told == [each for each in order if each in told]  # a topic is acknowledged once
