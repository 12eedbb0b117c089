"""docs/reference/insights.md names every measure, dimension, card and period as the code declares them."""

from pathlib import Path

import pytest

from frontdesk.insights.cards import CARDS
from frontdesk.insights.columns import empty
from frontdesk.insights.dimensions import DIMENSIONS
from frontdesk.insights.measures import MEASURES
from frontdesk.insights.periods import PERIODS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "insights.md").read_text("utf-8")
LINES = (
    [f"| `{m.name}` | {m.title} | {m.meaning} | {m.grain} |" for m in MEASURES.values()]
    + [f"| `{d.name}` | {d.title} | {d.kind} |" for d in DIMENSIONS.values()]
    + [f"| `{c.name}` | {c.title} | {', '.join(c.measures)} | {', '.join(c.by)} |" for c in CARDS.values()]
)


@pytest.mark.parametrize("line", LINES)
def test_the_reference_says_what_the_code_does(line: str) -> None:
    assert line in PAGE.splitlines()


def test_the_reference_names_every_period() -> None:
    assert all(f"`{name}`" in PAGE for name in PERIODS)


def test_the_reference_says_how_many_bytes_each_row_takes() -> None:
    snapshot = empty()
    message, interaction, reply = (
        sum(column.itemsize for column in part.values())
        for part in (snapshot.messages, snapshot.interactions, snapshot.replies)
    )
    told = f"{message} bytes for a message, {interaction} for an interaction, {reply} for a reply"
    assert told in " ".join(PAGE.split())
