"""Insights: figures split and filtered, the rows behind them, the cards of the dashboard, exports."""

from typing import Annotated

from litestar import Response
from litestar.di import Provide
from litestar.params import PathParameter, QueryParameter

from frontdesk.edges.rest.declaring import route
from frontdesk.edges.rest.insights.answers import (
    CardAnswer,
    CatalogueAnswer,
    ChangeAnswer,
    FiguresAnswer,
    RowsAnswer,
    catalogue,
    changes_named,
    show_figures,
    show_rows,
)
from frontdesk.edges.rest.insights.parameters import Asked, Figures, asked_figures, asked_filters
from frontdesk.edges.rest.services import RouteGroup
from frontdesk.edges.spreadsheets import CSV, XLSX, Table, as_csv, as_xlsx, attachment
from frontdesk.insights.cards import card
from frontdesk.insights.reporting import Report
from frontdesk.model import Role

ASKED = {"asked": Provide(asked_filters, sync_to_thread=False), "figures": Provide(asked_figures, sync_to_thread=False)}
MOST_ROWS = 200
MOST_EXPORTED = 10_000
CardName = Annotated[str, PathParameter(max_length=40, description="The name of a card.")]
Offset = Annotated[int, QueryParameter(ge=0, le=10_000_000, description="How many rows to leave out.")]
Bom = Annotated[bool, QueryParameter(description="Begin with the mark of UTF-8, which Excel needs.")]
RowLimit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS, description="How many rows at most.")]


class InsightRoutes(RouteGroup):
    """Figures about what happens at the front desk."""

    path = "/insights"
    tags = ("Insights",)
    dependencies = ASKED

    @route("GET", "/", Role.AGENT, "What can be asked")
    async def catalogue(self) -> CatalogueAnswer:
        """All measures, dimensions, cards and named periods, and the time zone of the calendar."""
        return catalogue(self._report)

    @route("GET", "/figures", Role.AGENT, "Figures")
    async def read_figures(self, asked: Asked, figures: Figures) -> FiguresAnswer:
        """Measures of the rows that fit, split by up to two dimensions; each cell has the query of its rows."""
        report = self._report
        answer = await report.figures(figures.question(asked), asked.period())
        return show_figures(report, answer)

    @route("GET", "/figures/csv", Role.AGENT, "Figures as CSV", media_type=CSV)
    async def figures_csv(self, asked: Asked, figures: Figures, bom: Bom = True) -> Response[bytes]:
        """The same figures, one line for each cell."""
        return attachment(as_csv(await self._table(asked, figures), bom=bom), CSV, "figures.csv")

    @route("GET", "/figures/xlsx", Role.AGENT, "Figures as a sheet", media_type=XLSX)
    async def figures_xlsx(self, asked: Asked, figures: Figures) -> Response[bytes]:
        """The same figures, one line for each cell."""
        return attachment(as_xlsx(await self._table(asked, figures)), XLSX, "figures.xlsx")

    @route("GET", "/rows", Role.AGENT, "The rows behind a figure")
    async def rows(self, asked: Asked, figures: Figures, limit: RowLimit = 50, offset: Offset = 0) -> RowsAnswer:
        """The interactions, messages or replies that make up the first measure, newest first, and how many they are."""
        report = self._report
        return show_rows(await report.rows(figures.question(asked), asked.period(), limit, offset), limit, offset)

    @route("GET", "/rows/csv", Role.AGENT, "The rows behind a figure as CSV", media_type=CSV)
    async def rows_csv(self, asked: Asked, figures: Figures, bom: Bom = True) -> Response[bytes]:
        """Up to 10,000 of them, newest first."""
        return attachment(as_csv(await self._row_table(asked, figures), bom=bom), CSV, "rows.csv")

    @route("GET", "/rows/xlsx", Role.AGENT, "The rows behind a figure as a sheet", media_type=XLSX)
    async def rows_xlsx(self, asked: Asked, figures: Figures) -> Response[bytes]:
        """Up to 10,000 of them, newest first."""
        return attachment(as_xlsx(await self._row_table(asked, figures)), XLSX, "rows.xlsx")

    @route("GET", "/cards/{name:str}", Role.AGENT, "A card of the dashboard")
    async def read_card(self, name: CardName, asked: Asked) -> CardAnswer:
        """What a card shows under these filters: figures with targets and the period before, rows, or changes."""
        report, shown = self._report, card(name)
        return CardAnswer.of(report, await report.card(shown, asked.where(), asked.period()))

    @route("GET", "/changes", Role.AGENT, "What changed since the period before")
    async def changes(self, asked: Asked) -> list[ChangeAnswer]:
        """Shares of values, and of negative interactions within intents, tested against the period before.

        The tests are corrected for their number (Benjamini-Hochberg); the surest come first.
        """
        report = self._report
        return await changes_named(report, await report.changes(asked.where(), asked.period()))

    async def _table(self, asked: Asked, figures: Figures) -> Table:
        return self._report.table(await self._report.figures(figures.question(asked), asked.period()))

    async def _row_table(self, asked: Asked, figures: Figures) -> Table:
        found = await self._report.rows(figures.question(asked), asked.period(), MOST_EXPORTED)
        return self._report.row_table(found)

    @property
    def _report(self) -> Report:
        return self.services.insights.report
