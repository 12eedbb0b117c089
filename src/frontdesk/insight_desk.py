"""Puts the insights together under the settings, over the database."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from frontdesk.insights.cards import Targets
from frontdesk.insights.desk import InsightDesk
from frontdesk.insights.reporting import CodeLists, Report
from frontdesk.interfaces import Clock, Invalid
from frontdesk.settings import Insights as Knobs
from frontdesk.storage.database import Database
from frontdesk.storage.insights import StoredFacts


@dataclass(frozen=True, slots=True)
class Insights:
    """The insights with their stored facts; what edges, pages and commands are handed."""

    desk: InsightDesk
    facts: StoredFacts
    report: Report


def insights(knobs: Knobs, database: Database, codes: CodeLists, clock: Clock) -> Insights:
    """The insights under these settings. Raises Invalid that names the setting."""
    try:
        zone = ZoneInfo(knobs.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            f"insights.time_zone: there is no time zone {knobs.time_zone!r}: write one as in Europe/Berlin",
            "insights.time_zone",
        ) from None
    facts = StoredFacts(database)
    targets = Targets(
        negative_share=knobs.target_negative_share,
        first_answer_median=knobs.target_first_answer_seconds,
        time_to_close=knobs.target_close_hours * 3600,
        automation_rate=knobs.target_automation,
    )
    desk = InsightDesk(facts, zone)
    return Insights(desk, facts, Report(desk, codes, targets, clock))
