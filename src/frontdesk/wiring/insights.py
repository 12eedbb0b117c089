"""Puts the insights together under the settings, over the database."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from frontdesk.insights.cards import Targets
from frontdesk.insights.reporting import Report
from frontdesk.insights.service import InsightService
from frontdesk.interfaces import Clock, CodeLists, Invalid
from frontdesk.model.translatable import tr
from frontdesk.services.parts import InsightServices
from frontdesk.settings.sections import Insights as InsightSettings
from frontdesk.storage.engines.database import Database
from frontdesk.storage.insights.accuracy import StoredAccuracy
from frontdesk.storage.insights.facts import StoredFacts


def time_zone(name: str) -> ZoneInfo:
    """The clock that the desk lives by. Raises Invalid that names the setting."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            tr("insights.time_zone: there is no time zone {zone!r}: write one as in Europe/Berlin", zone=name),
            "insights.time_zone",
        ) from None


def insights(section: InsightSettings, database: Database, codes: CodeLists, clock: Clock) -> InsightServices:
    """The insights under these settings. Raises Invalid that names the setting."""
    zone = time_zone(section.time_zone)
    facts = StoredFacts(database)
    targets = Targets(
        negative_share=section.target_negative_share,
        first_answer_median=section.target_first_answer_seconds,
        time_to_close=section.target_close_hours * 3600,
        automation_rate=section.target_automation,
    )
    desk = InsightService(facts, zone)
    return InsightServices(desk, facts, Report(desk, codes, targets, clock), StoredAccuracy(database))
