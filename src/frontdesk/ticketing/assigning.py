"""To whom an interaction goes, and when it is taken from its owner again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from frontdesk.model.desk import AssignmentMode, Availability, Colleague, Owned, TeamAssignment, WhenAbsent

_NEVER = datetime.min.replace(tzinfo=UTC)


def next_owner(wanted: TeamAssignment, people: Mapping[str, Colleague], not_to: str = "") -> Colleague | None:
    """Who gets the team's next interaction: who is available, below the limit, and next by the team's mode."""
    can = [
        each
        for each in people.values()
        if wanted.team in each.teams
        and each.availability is Availability.AVAILABLE
        and each.name != not_to
        and (not wanted.most_open or each.open < wanted.most_open)
    ]
    by_open = wanted.mode is AssignmentMode.FEWEST_OPEN
    return min(can, key=lambda p: (p.open if by_open else 0, p.assigned_at or _NEVER, p.name), default=None)


def moves_to(owned: Owned, wanted: TeamAssignment, people: Sequence[Colleague], now: datetime) -> str | None:
    """Whose it becomes instead of its owner's: the deputy's, the team's (empty), or None where it stays.

    `people` are those who have an account. An owner without one is a program's name, which is never absent.
    """
    if is_overdue(owned, wanted, now):
        return ""
    owners = [each for each in people if each.name == owned.owner]
    if wanted.when_absent is WhenAbsent.KEPT or not owners:
        return None
    if any(each.absent_since is None or each.absent_since > owned.asked_at for each in owners):
        return None
    deputy = next((each for each in people if each.name == owners[0].deputy), None)
    is_deputed = wanted.when_absent is WhenAbsent.DEPUTY and deputy and deputy.absent_since is None
    return owners[0].deputy if is_deputed else ""


def is_overdue(owned: Owned, wanted: TeamAssignment, now: datetime) -> bool:
    """Whether its owner was silent for too long; it is taken back once for each time that the customer waits."""
    if not wanted.returns_after_hours or (owned.returned_at and owned.returned_at >= owned.waiting_since):
        return False
    silent_since = max(owned.waiting_since, owned.owned_since or owned.waiting_since)
    return now - silent_since >= timedelta(hours=wanted.returns_after_hours)
