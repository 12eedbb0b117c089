"""What each column says about people: the one list that export, erasure and retention follow.

Every column that can hold text, JSON or bytes is declared in personal_data.toml; a test fails where a new one is not. A
table tells in `of` how its rows are known to be a person's: by which column, and in which set of what was found of the
person (see `storage.privacy.finding`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.resources import files
from typing import Any, Final

import msgspec

from frontdesk.model.privacy import Category, Kind


class Holds(Enum):
    """What a column holds.

    WORDS: what people wrote, are called, or are reached by; and what was made of it. Emptied.
    LIST: the same, as a JSON list.
    KEY: the channel's own id of a message. It becomes a digest, by which a second delivery is still recognised.
    CONTACT, CUSTOMER: who it is. Emptied wherever it names the person, on whosever row that is.
    CLAIM: a customer number as somebody told it. Emptied like WORDS and like CUSTOMER.
    ACTOR: the account or key that did something. Emptied where that is the person; left out of exports.
    SECRET: what proves that somebody is somebody. It goes with its row; left out of exports.
    NOTHING: codes, our own numbers, configuration, and what operators write.
    """

    WORDS = "words"
    LIST = "list"
    KEY = "key"
    CONTACT = "contact"
    CUSTOMER = "customer"
    CLAIM = "claim"
    ACTOR = "actor"
    SECRET = "secret"  # noqa: S105 - the name of a kind, no password
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a table holds. `of`: (column, set of what was found), any of which makes a row the person's.

    `kind` is what a preview counts its rows as, `category` the retention that it follows. `deleted` rows go as a
    whole; others stay, emptied, so that counts and money stay.
    """

    columns: Mapping[str, Holds]
    of: tuple[tuple[str, str], ...] = ()
    kind: Kind | None = None
    category: Category | None = None
    deleted: bool = False
    # Files of an export: the column with the content.
    file: str = ""
    unchanged: frozenset[str] = field(default_factory=frozenset)


def _declared(columns: str, of: str = "", **more: Any) -> Declared:
    """Columns as `name:what it holds`, without a colon where that is nothing; `of` as `column=set`."""
    pairs = (each.partition(":") for each in columns.split())
    held = {name: holds or Holds.NOTHING for name, _, holds in pairs}
    found = [(column, name) for column, _, name in (each.partition("=") for each in of.split())]
    return msgspec.convert({"columns": held, "of": found, **more}, Declared)


DECLARED: Final[Mapping[str, Declared]] = {
    table: _declared(**written)
    for table, written in tomllib.loads(files(__package__).joinpath("personal_data.toml").read_text("utf-8")).items()
}
