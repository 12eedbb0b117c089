"""Where interactions that were merged lead."""

from sqlalchemy import Connection, select

from frontdesk.storage.schema.interactions import interaction

LONGEST_WAY = 20


def leads_to(connection: Connection, reference: str) -> str:
    """The reference of the interaction that this one was merged into; itself where it was not."""
    for _ in range(LONGEST_WAY):
        here = select(interaction.c.merged_into).where(interaction.c.reference == reference).scalar_subquery()
        further = connection.execute(select(interaction.c.reference).where(interaction.c.id == here)).scalar()
        if further is None:
            return reference
        reference = further
    return reference


def current_ids(connection: Connection, ids: set[int]) -> dict[int, int]:
    """Of numbers of interactions those that were merged, with the number of the one that goes on."""
    ways: dict[int, int] = {}
    asked = set(ids)
    for _ in range(LONGEST_WAY):
        rows = select(interaction.c.id, interaction.c.merged_into).where(
            interaction.c.id.in_(asked), interaction.c.merged_into.is_not(None)
        )
        found: dict[int, int] = {row[0]: row[1] for row in connection.execute(rows)}
        if not found:
            break
        ways = {start: found.get(end, end) for start, end in ways.items()} | {
            start: end for start, end in found.items() if start in ids
        }
        asked = set(found.values())
    return ways
