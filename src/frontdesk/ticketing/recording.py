"""Computes what a newly analysed message changes on its interaction."""

from frontdesk.model import Case, Change
from frontdesk.ticketing.status import after_message


def record(case: Case, title: str, summary: str, *, is_latest: bool) -> Change:
    """The change after one more message: title and summary over all messages, mood and intent of the latest by time.

    What a machine wrote opens nothing again.
    """
    now = case.interaction.status
    status = now if case.message.automatic else after_message(now)
    latest = is_latest and case.analysis is not None
    return Change(
        title=title,
        summary=summary,
        status=status if status is not now else None,
        intent=case.analysis.intent if latest and case.analysis else None,
        sentiment=case.analysis.sentiment.value if latest and case.analysis else None,
    )
