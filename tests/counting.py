"""How many rows a table has: what a refused request must leave as it was."""

from sqlalchemy import Table, func, select

from frontdesk.wiring.container import Container


async def rows_of(container: Container, table: Table) -> int:
    return await container.database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one())
