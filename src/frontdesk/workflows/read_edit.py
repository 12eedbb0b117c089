"""Reads a message again after its customer changed it. No new decision is made."""

from dataclasses import replace

from frontdesk.interfaces import Analyst, Failed, Stale
from frontdesk.interfaces.channel_stores import Edits
from frontdesk.model import Analysis, Case, Change, Lease, Work
from frontdesk.model.translatable import tr
from frontdesk.ticketing.recording import record
from frontdesk.workflows.reanalyse import said_before

SOON = 2.0


async def read_edit(work: Work, lease: Lease, analyst: Analyst, edits: Edits) -> None:
    """Store the newest text and a new analysis beside the earlier ones. Raises Failed while it is still handled."""
    readings: dict[tuple[str, ...], tuple[Analysis, str, str]] = {}  # one summary for each state of the conversation
    for _ in range(20):
        case, text, runs = await edits.load(work, lease)
        if text is None or text == case.message.text:
            return await edits.keep_over(lease)
        if case.analysis is None or not case.recorded:
            raise Failed("the message is being read for the first time", after_seconds=SOON)
        message, texts = replace(case.message, text=text), await _texts(case, text, edits)
        if texts not in readings:
            readings[texts] = await _read(replace(case, message=message), texts, runs + 1, analyst)
        analysis, title, summary = readings[texts]
        read = replace(case, message=message, analysis=analysis)
        fresh = record(read, title, summary, is_latest=case.is_latest)
        change = Change(title=title, summary=summary, intent=fresh.intent, sentiment=fresh.sentiment)
        try:
            return await edits.keep_text(read, text, analysis, change)
        except Stale:
            continue
    raise Stale(tr("the interaction is being changed all the time"))


async def _texts(case: Case, text: str, edits: Edits) -> tuple[str, ...]:
    """The conversation with the newest text in its place."""
    texts = list(await edits.inbound_texts(case.interaction.id))
    texts[case.message.sequence - 1 : case.message.sequence] = [text]
    return tuple(texts)


async def _read(case: Case, texts: tuple[str, ...], run: int, analyst: Analyst) -> tuple[Analysis, str, str]:
    """The analysis of the message as it is now, with title and summary of its conversation."""
    message = case.message
    analysis = await analyst.analyse(message, run, said_before(texts[: message.sequence - 1]))
    if case.is_latest:
        return analysis, *await analyst.headline(analysis, texts, message)
    return analysis, *await analyst.summarise(texts, message)
