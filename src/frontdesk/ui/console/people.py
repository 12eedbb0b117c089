"""Message history over all customers, and the page of one customer."""

from dataclasses import asdict
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from frontdesk.model import CodeList, InteractionFilter, Sentiment
from frontdesk.model.console import HistoryRow, ListSort, Mood
from frontdesk.ticketing.submission import storable
from frontdesk.ui.console.interactions import show_row
from frontdesk.ui.languages import N_
from frontdesk.ui.services import AGENT, Needs, PageRequest
from frontdesk.ui.thread_view import CodeLabels

ROWS = 40
MOST_MONTHS = 24
Sentiments = Annotated[list[str] | None, QueryParameter(name="sentiment")]


@get("/console/history", opt=AGENT, include_in_schema=False)
async def history(
    request: PageRequest,
    services: Needs,
    customer: FromQuery[str] = "",
    sentiment: Sentiments = None,
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """What customers wrote, the newest first."""
    wanted = storable(customer).strip()[:10]
    moods = [each for each in Sentiment if each.value in (sentiment or ())]
    page = await services.interactions.history.messages(wanted, [each.value for each in moods], ROWS, cursor[:200])
    names = CodeLabels.of(await services.configuration.codes.all())
    context = {
        "rows": [_row(row, names) for row in page.rows],
        "customer": wanted,
        "sentiments": [(each.value, each in moods) for each in Sentiment],
        "next_cursor": page.next_cursor,
        "chosen": [each.value for each in moods],
    }
    return services.pages.page(request, "console/history.html", N_("Message history"), context)


@get("/console/customers/{customer_id:str}", opt=AGENT, include_in_schema=False)
async def customer(request: PageRequest, services: Needs, customer_id: FromPath[str]) -> Response[str]:
    """Who they are, how they reach us, all their interactions, how they felt."""
    found = await services.people.customers.get(storable(customer_id)[:10])
    contacts = await services.people.contacts.page(50, customer_id=found.id)
    wanted = InteractionFilter(customer_id=found.id)
    page = await services.interactions.lists.page(wanted, ListSort.UPDATED_FIRST, ROWS)
    moods = (await services.interactions.history.moods(found.id))[-MOST_MONTHS:]
    names = CodeLabels.of(await services.configuration.codes.all())
    context = {
        "customer": found,
        "contacts": [
            {
                "contact": each,
                "channels": [(names.of_code(CodeList.CHANNEL, c), address) for c, address in each.identities.items()],
            }
            for each in contacts.rows
        ],
        "rows": [show_row(row, names) for row in page.rows],
        "more": page.next_cursor is not None,
        "count": await services.interactions.lists.count(wanted),
        "moods": _bars(moods),
    }
    return services.pages.page(request, "console/customer.html", found.name, context)


def _row(row: HistoryRow, names: CodeLabels) -> dict[str, Any]:
    return {
        **asdict(row),
        "channel_name": names.of_code(CodeList.CHANNEL, row.channel),
        "intent_name": names.of_code(CodeList.INTENT, row.intent),
        "at": row.received_at,
    }


def _bars(moods: tuple[Mood, ...]) -> list[dict[str, Any]]:
    """Months as stacked bars, each part's place and height in hundredths of the highest."""
    highest = max((m.negative + m.neutral + m.positive for m in moods), default=1)
    bars = []
    for mood in moods:
        parts, top = [], 100.0
        for tone, number in (("negative", mood.negative), ("neutral", mood.neutral), ("positive", mood.positive)):
            height = 100 * number / highest
            top -= height
            parts.append({"tone": tone, "number": number, "y": f"{top:.1f}", "height": f"{height:.1f}"})
        bars.append({"month": mood.month, "parts": parts, "mood": mood})
    return bars


HANDLERS = (history, customer)
