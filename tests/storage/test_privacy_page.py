"""The page on privacy says what is kept where, as the tables declare it."""

from pathlib import Path

from frontdesk.storage.schema.personal_data import DECLARED, Declared, Holds

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "privacy.md"
EMPTIED = (Holds.WORDS, Holds.LIST, Holds.CLAIM, Holds.SECRET)


def line(table: str, declared: Declared) -> str:
    """The line of the page about a table."""
    words = [name for name, holds in declared.columns.items() if holds in EMPTIED]
    keys = [f"{name} (as a digest)" for name, holds in declared.columns.items() if holds is Holds.KEY]
    links = [name for name, holds in declared.columns.items() if holds in (Holds.CONTACT, Holds.CUSTOMER)]
    goes = "the row" if declared.deleted else ", ".join([*words, *keys, *links])
    return f"| `{table}` | {', '.join(words + links) or 'nothing'} | {goes} |"


def test_the_page_tells_of_every_table_what_goes() -> None:
    personal = {name: each for name, each in DECLARED.items() if each.of or Holds.CUSTOMER in each.columns.values()}
    expected = [line(name, each) for name, each in personal.items()]
    missing = [each for each in expected if each not in PAGE.read_text("utf-8").splitlines()]
    assert not missing, "\n".join(missing)
