"""Reads a message again, with a model that was not there when it came. Nothing new is decided or done about it."""

from frontdesk.interfaces import Stale
from frontdesk.interfaces.llm_stores import Rereader, Rereadings
from frontdesk.model import Case, Change, Lease, Work
from frontdesk.ticketing.recording import record


async def reanalyse(work: Work, lease: Lease, reader: Rereader, readings: Rereadings) -> None:
    """A new analysis beside the earlier ones, the interaction refreshed, the work ended. Raises ProviderFailed."""
    case, runs = await readings.load(work, lease)
    analysis = await reader.analyse_anew(case.message, runs + 1)
    for _ in range(20):
        read = Case(case.message, case.interaction, lease, repeated=True, analysis=analysis, recorded=case.recorded)
        change = await _refreshed(read, reader, readings)
        try:
            return await readings.keep_reading(read, analysis, change)
        except Stale:
            case, _ = await readings.load(work, lease)
    raise Stale("the interaction is being changed all the time")


async def _refreshed(case: Case, reader: Rereader, readings: Rereadings) -> Change | None:
    """Title, summary, mood and intent as now read; the status stays. None while the message is still on its way."""
    if not case.recorded or case.analysis is None:
        return None
    texts = await readings.inbound_texts(case.interaction.id)
    headline = case.analysis.title, case.analysis.summary
    title, summary = headline if len(texts) == 1 else await reader.summarise(texts, case.message)
    fresh = record(case, title, summary, len(texts))
    return Change(title=fresh.title, summary=fresh.summary, intent=fresh.intent, sentiment=fresh.sentiment)
