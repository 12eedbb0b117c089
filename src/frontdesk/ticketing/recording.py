"""Computes what a newly analysed message changes on its interaction."""

from frontdesk.model import Case, Change
from frontdesk.ticketing.status import after_message


def record(case: Case, title: str, summary: str, thread_length: int) -> Change:
    """The change after one more message: title and summary over all messages, mood and intent of the latest."""
    status = after_message(case.interaction.status)
    latest = case.message.sequence >= thread_length and case.analysis is not None
    return Change(
        title=title,
        summary=summary,
        status=status if status is not case.interaction.status else None,
        intent=case.analysis.intent if latest and case.analysis else None,
        sentiment=case.analysis.sentiment.value if latest and case.analysis else None,
    )
