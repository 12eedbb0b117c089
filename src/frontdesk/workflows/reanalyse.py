"""Reads messages again with a model that was not available when they came in. No new decision is made."""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.interfaces import ErrorKind, Held, ModelFailed, ProviderFailed, Stale
from frontdesk.interfaces.llm_stores import ModelWatch, Rereader, Rereadings
from frontdesk.model import CUSTOMER, Case, Change, Lease, Turn, Work
from frontdesk.model.translatable import tr
from frontdesk.ticketing.recording import record

# Errors that mean that no model was reached. All other errors come from a model that cannot read this text.
AWAY = frozenset(
    {
        ErrorKind.TIMEOUT,
        ErrorKind.UNREACHABLE,
        ErrorKind.SERVER_ERROR,
        ErrorKind.RATE_LIMITED,
        ErrorKind.UNAUTHORISED,
        ErrorKind.OVER_BUDGET,
        ErrorKind.OVER_LIMIT,
        ErrorKind.BREAKER_OPEN,
    }
)
AT_ONCE = 200


async def watch_for_models(
    work: Work, lease: Lease, reader: Rereader, readings: Rereadings, watch: ModelWatch, pause: float
) -> None:
    """Plan new readings of marked messages once a model is back, a few at a time. Raises Held until none is left.

    The message that has waited longest is used to find out whether a model answers; that answer is thrown away.
    """
    oldest = await watch.marked(1)
    if not oldest and await watch.end(lease):
        return
    if oldest:
        case, runs = await readings.load(replace(work, subject=oldest[0]), lease)
        try:
            await reader.analyse_anew(case.message, runs + 1)
        except ProviderFailed as error:
            if is_away(error):
                raise Held(str(error), after_seconds=pause) from None
        await watch.plan_marked(AT_ONCE)
    raise Held("marked messages are being read again", after_seconds=pause)


async def reanalyse(work: Work, lease: Lease, last_try: bool, reader: Rereader, readings: Rereadings) -> None:
    """Store a new analysis beside the earlier ones, update the interaction and end the work.

    A message that no model can read keeps its analysis. If no model answers, ProviderFailed is raised; after the last
    try the message stays marked for `watch_for_models`.
    """
    case, runs = await readings.load(work, lease)
    texts = await readings.inbound_texts(case.interaction.id)
    try:
        analysis = await reader.analyse_anew(case.message, runs + 1, said_before(texts[: case.message.sequence - 1]))
    except ProviderFailed as error:
        if is_away(error) and not last_try:
            raise
        return await readings.keep_unread(case, str(error), wait=is_away(error))
    headline = await reader.headline(analysis, texts, case.message) if case.recorded and case.is_latest else None
    for _ in range(20):
        read = Case(case.message, case.interaction, lease, repeated=True, analysis=analysis, recorded=case.recorded)
        try:
            return await readings.keep_reading(read, analysis, _refreshed(read, headline))
        except Stale:
            case, _ = await readings.load(work, lease)
    raise Stale(tr("the interaction is being changed all the time"))


def said_before(texts: Sequence[str]) -> tuple[Turn, ...]:
    """A customer's texts as turns."""
    return tuple(Turn(CUSTOMER, text) for text in texts)


def is_away(error: ProviderFailed) -> bool:
    """Whether the error says something about the services, not about the text."""
    return error.trouble in AWAY if isinstance(error, ModelFailed) else error.permanent


def _refreshed(case: Case, headline: tuple[str, str] | None) -> Change | None:
    """Title, summary, mood and intent after the new reading. A message that is not the latest changes nothing.

    The status stays. None while the message is still handled.
    """
    if not case.recorded or headline is None:
        return None
    fresh = record(case, *headline, is_latest=True)
    return Change(title=fresh.title, summary=fresh.summary, intent=fresh.intent, sentiment=fresh.sentiment)
