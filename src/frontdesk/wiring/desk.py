"""What rules know of the desk, out of the settings: its clock, its public holidays, and how certain actions must be."""

from collections.abc import Callable
from datetime import date

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.actions import KINDS
from frontdesk.orchestrator.gathering import Desk
from frontdesk.settings.sections import Settings
from frontdesk.timing.calendars import public_holidays as holidays_of
from frontdesk.wiring.insights import time_zone


def desk(settings: Settings) -> Desk:
    """The desk under these settings. Raises Invalid that names the setting."""
    section = settings.rules
    if unknown := section.least.keys() - KINDS.keys():
        raise Invalid(
            tr(
                "rules.least: there is no action {action!r}: use {known}",
                action=min(unknown),
                known=", ".join(sorted(KINDS)),
            ),
            "rules.least",
        )
    least = {"low": section.least_low, "medium": section.least_medium, "high": section.least_high, **section.least}
    return Desk(time_zone(settings.insights.time_zone), public_holidays(section.holidays), least)


def public_holidays(place: str) -> Callable[[date], str]:
    """The names of a place's public holidays by day. Raises Invalid that names the setting."""
    try:
        return holidays_of(place)
    except Invalid as error:
        raise Invalid(f"rules.holidays: {error}", "rules.holidays") from None
