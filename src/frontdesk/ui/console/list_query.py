"""A list's filter as the address bar holds it: read from a query, checked, written back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import parse_qsl, urlencode

from frontdesk.model import CodeList, InteractionFilter, Sentiment
from frontdesk.model.console import ListSort
from frontdesk.model.queries import Confidence, DeskView
from frontdesk.ticketing.submission import storable
from frontdesk.ui.console.origins import NAME, known
from frontdesk.ui.languages import N_
from frontdesk.ui.thread_view import READERS

# The parameter of each list of codes, and where its values come from.
CODED = {
    "status": CodeList.STATUS,
    "priority": CodeList.PRIORITY,
    "category": CodeList.CATEGORY,
    "channel": CodeList.CHANNEL,
    "intent": CodeList.INTENT,
    "team": CodeList.TEAM,
    "message_type": CodeList.MESSAGE_TYPE,
}
FIXED: Mapping[str, Mapping[str, str]] = {
    "sentiment": {each.value: each.value for each in Sentiment},
    "confidence": {
        Confidence.LOW.value: N_("Below 50 percent"),
        Confidence.MEDIUM.value: N_("50 to 80 percent"),
        Confidence.HIGH.value: N_("80 percent and more"),
    },
    "tier": {tier.value: label for tier, label in READERS.items()},
}
LABELS = {
    "status": N_("Status"),
    "priority": N_("Priority"),
    "category": N_("Category"),
    "channel": N_("Channel"),
    "intent": N_("Intent"),
    "sentiment": N_("Sentiment"),
    "team": N_("Team"),
    "message_type": N_("Type"),
    "confidence": N_("Confidence"),
    "tier": N_("Read by"),
    "customer": N_("Customer"),
    "since": N_("Changed from"),
    "until": N_("Changed to"),
    "opened_since": N_("Opened from"),
    "opened_until": N_("Opened to"),
    "language": N_("Language"),
    "route": N_("Route"),
    "view": N_("View"),
}
VIEWS: Mapping[str, str] = {
    DeskView.MINE.value: N_("Mine"),
    DeskView.UNASSIGNED.value: N_("Unassigned"),
    DeskView.TEAMS.value: N_("My teams"),
    DeskView.WAITING.value: N_("Waiting for us"),
    DeskView.MENTIONED.value: N_("Mentioned"),
    DeskView.SNOOZED.value: N_("Snoozed"),
    DeskView.PROPOSALS.value: N_("Proposals"),
    DeskView.UNSURE.value: N_("Unsure"),
    DeskView.DUE.value: N_("Due"),
}
# How long an interaction is set aside, by the names of ticketing.changes.SNOOZES.
SNOOZE_NAMES = {
    "1h": N_("for an hour"),
    "4h": N_("for four hours"),
    "1d": N_("for a day"),
    "3d": N_("for three days"),
    "1w": N_("for a week"),
    "answer": N_("until the customer answers"),
}
MANY = (*CODED, *FIXED, "language", "route")
DATES = ("since", "until", "opened_since", "opened_until")
MOST_VALUES = 30
LONGEST_VALUE = 60
LONGEST_TEXT = 200
EARLIEST = date(1970, 1, 2)
LATEST = date(9998, 12, 30)
LENGTH_OF_DAY = len("2026-01-31")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list shows: the text, the values of each filter, customer and dates as written, the order, the place.

    A date can be a time with zone; `origin` is the page that led here.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    customer: str = ""
    dates: Mapping[str, date] = field(default_factory=dict)
    sort: ListSort = ListSort.UPDATED_FIRST
    cursor: str = ""
    strange: tuple[str, ...] = ()
    origin: str = ""
    desk: DeskView | None = None

    @classmethod
    def read(cls, query: str) -> "ListQuery":
        """From the part of an address behind the question mark; what makes no sense is named in `strange`."""
        try:
            pairs = parse_qsl(query, max_num_fields=300)
        except ValueError:
            return cls(strange=("query",))
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(storable(value).strip())
        return cls._of(given)

    @classmethod
    def _of(cls, given: Mapping[str, Sequence[str]]) -> "ListQuery":
        strange: list[str] = []
        chosen: dict[str, tuple[str, ...]] = {}
        for name in MANY:
            values = tuple(dict.fromkeys(v for v in given.get(name, ()) if v and len(v) <= LONGEST_VALUE))[:MOST_VALUES]
            allowed = FIXED.get(name)
            if allowed and any(value not in allowed for value in values):
                strange.append(name)
                values = tuple(value for value in values if value in allowed)
            if values:
                chosen[name] = values
        dates: dict[str, date] = {}
        for name in DATES:
            written = next((value for value in reversed(given.get(name, ())) if value), "")
            if day := _day(written):
                dates[name] = day
            elif written:
                strange.append(name)
        view = _last(given, "view")
        if view and view not in set(DeskView):
            strange.append("view")
            view = ""
        wanted_sort = _last(given, "sort") or (ListSort.WAITING if view == DeskView.WAITING else "")
        if wanted_sort and wanted_sort not in set(ListSort):
            strange.append("sort")
            wanted_sort = ""
        return cls(
            text=_last(given, "q")[:LONGEST_TEXT],
            chosen=chosen,
            customer=_last(given, "customer")[:10],
            dates=dates,
            sort=ListSort(wanted_sort or ListSort.UPDATED_FIRST),
            cursor=_last(given, "cursor")[:400],
            strange=tuple(strange),
            origin=known(_last(given, NAME)),
            desk=DeskView(view) if view else None,
        )

    def filter(self, zone: tzinfo) -> InteractionFilter:
        """As stores know it. Days are whole and those of the zone; the last one counts. Times are as they are."""
        chosen: dict[str, Any] = {name: values for name, values in self.chosen.items() if name != "confidence"}
        return InteractionFilter(
            **chosen,
            confidence=tuple(Confidence(each) for each in self.chosen.get("confidence", ())),
            customer_id=self.customer or None,
            text=self.text,
            since=_begin(self.dates.get("since"), zone),
            until=_end(self.dates.get("until"), zone),
            opened_since=_begin(self.dates.get("opened_since"), zone),
            opened_until=_end(self.dates.get("opened_until"), zone),
            view=self.desk,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The filter as names and values, without order and place."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(name, value) for name in MANY for value in self.chosen.get(name, ())]
        pairs += [("customer", self.customer)] if self.customer else []
        pairs += [("view", self.desk.value)] if self.desk else []
        return pairs + [(name, day.isoformat()) for name, day in self.dates.items()]

    def address(self, *, cursor: str = "", sort: ListSort | None = None) -> str:
        """The query of this filter in this order (or another), from the start or a place."""
        pairs, order = self.pairs(), sort or self.sort
        if order is not (ListSort.WAITING if self.desk is DeskView.WAITING else ListSort.UPDATED_FIRST):
            pairs.append(("sort", order.value))
        if cursor:
            pairs.append(("cursor", cursor))
        if self.origin:
            pairs.append((NAME, self.origin))
        return urlencode(pairs)

    def view(self) -> str:
        """The query without where the reader came from, as views and exports want it."""
        return replace(self, origin="").address()

    def without(self, name: str, value: str) -> "ListQuery":
        """The same without one value of a filter."""
        if name == "q":
            return replace(self, text="", cursor="")
        if name == "customer":
            return replace(self, customer="", cursor="")
        if name == "view":
            return replace(self, desk=None, sort=ListSort.UPDATED_FIRST, cursor="")
        if name in DATES:
            return replace(self, dates={n: d for n, d in self.dates.items() if n != name}, cursor="")
        left = tuple(each for each in self.chosen.get(name, ()) if each != value)
        return replace(self, chosen={**self.chosen, name: left} if left else _omit(self.chosen, name), cursor="")


def _omit(chosen: Mapping[str, tuple[str, ...]], name: str) -> Mapping[str, tuple[str, ...]]:
    return {key: values for key, values in chosen.items() if key != name}


def _last(given: Mapping[str, Sequence[str]], name: str) -> str:
    return given[name][-1] if given.get(name) else ""


def _day(text: str) -> date | None:
    """A day, or a time with its zone."""
    try:
        day = datetime.fromisoformat(text) if len(text) > LENGTH_OF_DAY else date.fromisoformat(text)
    except ValueError:
        return None
    if isinstance(day, datetime) and day.tzinfo is None:
        return None
    return day if EARLIEST <= date(day.year, day.month, day.day) <= LATEST else None


def _begin(day: date | None, zone: tzinfo) -> datetime | None:
    if isinstance(day, datetime):
        return day.astimezone(UTC)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) if day else None


def _end(day: date | None, zone: tzinfo) -> datetime | None:
    """A day counts to its end."""
    return _begin(day if day is None or isinstance(day, datetime) else day + timedelta(days=1), zone)
