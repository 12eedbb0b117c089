"""The list of interactions: searched, filtered, sorted, counted; the address holds all of it."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get
from litestar.response import Stream

from frontdesk.model import Account, Caller, CodeList, Role
from frontdesk.model.console import MOST_IN_VIEW, ListRow, ListSort, ViewCounts
from frontdesk.model.queries import DeskView
from frontdesk.orchestrator.actions import SET_ASIDE
from frontdesk.ticketing.status import ENDED
from frontdesk.ui.console.list_query import CODED, DATES, FIXED, LABELS, LENGTH_OF_DAY, SNOOZE_NAMES, VIEWS, ListQuery
from frontdesk.ui.events import event_stream
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import LANGUAGES, CodeLabels

ROWS = 50
FIELDS = tuple(each.name for each in fields(ListRow))
PATH = "/console/interactions"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: what its heading says, by which orders it is sorted, on which windows it is left out."""

    key: str
    label: str
    sorts: tuple[ListSort, ListSort] | None = None
    narrow: str = ""


COLUMNS = (
    Column("customer", N_("Customer")),
    Column("waits", N_("Waits")),
    Column("subject", N_("Interaction")),
    Column("owner", N_("Owner"), narrow="less"),
    Column("channel", N_("Channel"), narrow="less rare"),
    Column("priority", N_("Priority"), (ListSort.PRIORITY_FIRST, ListSort.PRIORITY), narrow="less"),
    Column("status", N_("Status"), (ListSort.STATUS, ListSort.STATUS_LAST), narrow="less"),
    Column("updated", N_("Changed"), (ListSort.UPDATED_FIRST, ListSort.UPDATED), narrow="less"),
)
# Offered before anybody saved one.
READY_VIEWS = (
    (N_("Open"), "status=NW&status=IP&status=RO&status=AA"),
    (N_("New"), "status=NW"),
    (N_("Negative and urgent"), "sentiment=Negative&priority=H&priority=V&status=NW&status=IP&status=RO"),
    (N_("Set aside"), f"route={SET_ASIDE}"),
)


@get(PATH, opt=AGENT, include_in_schema=False)
async def interactions(request: PageRequest, services: Needs) -> Response[str]:
    """The page."""
    query = ListQuery.read(_query(request))
    context = await list_context(services, query, request.user)
    context |= {
        "views": await services.interactions.views.of(request.user.id),
        "ready_views": [*((label, query) for label, query, _ in desk_views(request.user)), *READY_VIEWS],
        "me": request.user.id,
        "people": [each.name for each in await services.people.accounts.accounts() if _serves(each)],
        "snoozes": SNOOZE_NAMES,
        "undo": request.query_params.get("undo", "").split(),
        "undo_at": request.query_params.get("at", ""),
        "offered": await offered(services),
        "address": query.view(),
        "zone": str(services.zone),
        "exact": {name: at.isoformat() for name, at in query.dates.items() if isinstance(at, datetime)},
    }
    return services.pages.page(request, "console/interactions.html", N_("Interactions"), context)


@get(f"{PATH}/rows", opt=AGENT, include_in_schema=False)
async def rows(request: PageRequest, services: Needs) -> Response[str]:
    """The table alone."""
    context = await list_context(services, ListQuery.read(_query(request)), request.user)
    return services.pages.page(request, "console/_interaction_rows.html", "", context)


@get(f"{PATH}/count", opt=AGENT, include_in_schema=False)
async def count(request: PageRequest, services: Needs) -> Response[str]:
    """How many there are, fetched after the page so that nobody waits for it."""
    number = await services.interactions.lists.count(ListQuery.read(_query(request)).filter(services.zone))
    return services.pages.page(request, "console/_interaction_count.html", "", {"count": number})


@get("/console/views/count", opt=AGENT, include_in_schema=False)
async def view_counts(request: PageRequest, services: Needs) -> Response[str]:
    """The views with how many each holds, for the navigation of every page."""
    counts, at = await services.interactions.lists.view_counts(), request.headers.get("hx-current-url", "")
    here = ListQuery.read(urlsplit(at).query).view() if urlsplit(at).path == PATH else None
    availability = await services.interactions.assignment.heard(request.user.id)
    context = {"desk_views": desk_views(request.user, counts), "turn": counts.turn, "here": here}
    told = await services.interactions.personal.told(request.user)
    context |= {"availability": availability.value, "told": told}
    return services.pages.page(request, "console/_desk_views.html", "", context)


@get(f"{PATH}/events", opt=AGENT, include_in_schema=False)
async def events(services: Needs) -> Stream:
    """Tells when to fetch the table again."""
    return event_stream(services.live, None)


async def list_context(services: Needs, query: ListQuery, reader: Caller) -> dict[str, Any]:
    """What the table needs."""
    page = await services.interactions.lists.page(query.filter(services.zone), query.sort, ROWS, query.cursor)
    names = CodeLabels.of(await services.configuration.codes.all())
    seen = await services.interactions.personal.seen(reader, [row.id for row in page.rows])
    unread = {row.reference for row in page.rows if row.status not in ENDED and row.messages > seen.get(row.id, 0)}
    return {
        "now": services.clock(),
        "rows": [show_row(row, names) | {"unread": row.reference in unread} for row in page.rows],
        "columns": [_heading(column, query) for column in COLUMNS],
        "query": query,
        "tokens": _tokens(query, names),
        "next_url": f"{PATH}?{query.address(cursor=page.next_cursor)}" if page.next_cursor else None,
        "first_url": f"{PATH}?{query.address()}" if query.cursor else None,
    }


async def offered(services: Needs) -> list[dict[str, Any]]:
    """The filters with what they can be set to."""
    lists = await services.configuration.codes.all()
    coded = [
        (name, [(entry.code, entry.name) for entry in lists.get(which, ()) if entry.active])
        for name, which in CODED.items()
    ]
    fixed = [(name, list(values.items())) for name, values in FIXED.items()]
    return [{"name": name, "label": LABELS[name], "values": values} for name, values in (*coded, *fixed)]


def desk_views(reader: Caller, counts: ViewCounts | None = None) -> list[tuple[str, str, str]]:
    """What is to be done: label, query and (where they are given) number of each view that the reader has."""
    return [
        (label, f"view={name}", _told(getattr(counts, name)) if counts else "")
        for name, label in VIEWS.items()
        if name != DeskView.TEAMS or reader.grant.teams
    ]


def _told(number: int) -> str:
    return f"{number}" if number < MOST_IN_VIEW else f"{MOST_IN_VIEW - 1}+"


def show_row(row: ListRow, names: CodeLabels) -> dict[str, Any]:
    """A row with names for its codes."""
    return {name: getattr(row, name) for name in FIELDS} | {
        "words": row.summary.removeprefix(row.title).lstrip(" .:!?"),
        "owner": row.assignee or names.of_code(CodeList.TEAM, row.team),
        "status": row.status.value,
        **{f"{name}_name": names.of_code(which, getattr(row, name)) for name, which in CODED.items() if name in FIELDS},
        "due_at": row.due_at if row.is_due else None,
        "tags": [tag.strip() for tag in row.tags.split(",") if tag.strip()],
    }


def _serves(account: Account) -> bool:
    return account.active and account.role.covers(Role.AGENT)


def _query(request: PageRequest) -> str:
    return bytes(request.scope.get("query_string", b"")).decode("latin-1")


def _heading(column: Column, query: ListQuery) -> dict[str, Any]:
    heading: dict[str, Any] = {"key": column.key, "label": column.label, "narrow": column.narrow, "url": "", "is": ""}
    if column.sorts is not None:
        first, second = column.sorts
        other = second if query.sort is first else first
        heading["url"] = f"{PATH}?{query.address(sort=other)}"
        if query.sort in column.sorts:
            heading["is"] = "descending" if query.sort.value.startswith("-") else "ascending"
    return heading


def _tokens(query: ListQuery, names: CodeLabels) -> list[dict[str, str]]:
    """Each value of the filter as a token with the address without it."""
    return [
        {
            "label": "" if name == "q" else LABELS[name],
            "value": _named(name, value, names),
            "url": f"{PATH}?{query.without(name, value).address()}",
        }
        for name, value in query.pairs()
    ]


def _named(name: str, value: str, names: CodeLabels) -> str:
    if name in CODED:
        return names.of_code(CODED[name], value)
    if name == "language":
        return LANGUAGES.get(value, value)
    if name in DATES and len(value) > LENGTH_OF_DAY:
        return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return VIEWS[value] if name == "view" else FIXED.get(name, {}).get(value, value)


HANDLERS = (interactions, rows, count, view_counts, events)
