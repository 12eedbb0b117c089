"""What becomes of a message that its customer changed: it is read again; nothing new is decided or done about it."""

from dataclasses import replace

from frontdesk.interfaces import Analyst, Failed, Stale
from frontdesk.interfaces.channel_stores import Edits
from frontdesk.model import Case, Change, Lease, Work
from frontdesk.model.translatable import tr
from frontdesk.ticketing.recording import record

SOON = 2.0


async def read_edit(work: Work, lease: Lease, analyst: Analyst, edits: Edits) -> None:
    """The newest text in place, a new analysis beside the earlier ones. Raises Failed while the first is under way."""
    for _ in range(20):
        case, text, runs = await edits.load(work, lease)
        if text is None or text == case.message.text:
            return await edits.keep_over(lease)
        if case.analysis is None or not case.recorded:
            raise Failed("the message is being read for the first time", after_seconds=SOON)
        message = replace(case.message, text=text)
        analysis = await analyst.analyse(message, runs + 1)
        read = replace(case, message=message, analysis=analysis)
        try:
            return await edits.keep_text(read, text, analysis, await _refreshed(read, analyst, edits))
        except Stale:
            continue
    raise Stale(tr("the interaction is being changed all the time"))


async def _refreshed(case: Case, analyst: Analyst, edits: Edits) -> Change | None:
    """Title, summary, mood and intent as now read; the status stays."""
    if case.analysis is None:
        return None
    texts = list(await edits.inbound_texts(case.interaction.id))
    texts[case.message.sequence - 1 : case.message.sequence] = [case.message.text]
    headline = case.analysis.title, case.analysis.summary
    title, summary = headline if len(texts) == 1 else await analyst.summarise(tuple(texts), case.message)
    fresh = record(case, title, summary, len(texts))
    return Change(title=fresh.title, summary=fresh.summary, intent=fresh.intent, sentiment=fresh.sentiment)
