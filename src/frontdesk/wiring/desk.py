"""What rules know of the desk, out of the settings: its clock, its public holidays, and how certain actions must be."""

from collections.abc import Callable
from datetime import date
from functools import cache

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.actions import KINDS
from frontdesk.orchestrator.gathering import Desk, no_holiday
from frontdesk.settings.sections import Settings
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
    """The names of a place's public holidays by day: DE, or DE-BY with a part of the country. Raises Invalid."""
    if not place:
        return no_holiday
    import holidays  # its lists take a tenth of a second, which only who asks for them should wait

    country, _, part = place.partition("-")
    try:
        calendar = holidays.country_holidays(country, part or None)
    except (NotImplementedError, AttributeError, ValueError):
        raise Invalid(
            tr(
                "rules.holidays: no calendar is known of {place!r}: write a country as DE, or a part as DE-BY",
                place=place,
            ),
            "rules.holidays",
        ) from None
    return cache(lambda day: calendar.get(day) or "")
