"""Queries over entities as trees, independent of SQL and of any protocol. Storage compiles them to SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from frontdesk.model.entities import EdmType, Entity, Navigation

# What tells one state of a row from another: a number that is counted, or a digest.
Version = int | str
Value = str | int | float | Decimal | bool | bytes | date | datetime | time | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A value. `now`: the moment at which the query runs."""

    value: Value
    kind: EdmType
    now: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A property: of the entity itself or of the variable `of` of a lambda, reached over `via`."""

    name: str
    kind: EdmType
    via: tuple[Navigation, ...] = ()
    of: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function on arguments, by its OData name (eq, add, contains …)."""

    name: str
    arguments: "tuple[Expression, ...]"
    kind: EdmType


@dataclass(frozen=True, slots=True)
class Among:
    """Whether a value is one of some."""

    what: "Expression"
    values: "tuple[Expression, ...]"
    kind: EdmType = EdmType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Quantified:
    """Whether any (all) of the rows behind a navigation fulfil a condition; None: whether there are any."""

    every: bool
    way: Navigation
    via: tuple[Navigation, ...]
    of: str
    variable: str
    condition: "Expression | None"
    kind: EdmType = EdmType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows are behind a navigation."""

    way: Navigation
    via: tuple[Navigation, ...]
    of: str
    condition: "Expression | None"
    variable: str = "$this"
    kind: EdmType = EdmType.INTEGER


Expression = Literal | Field | Call | Among | Quantified | Counted


@dataclass(frozen=True, slots=True)
class Searched:
    """Words to be found in any text of a row: a leaf has `text`, the others combine."""

    how: str
    parts: "tuple[Searched, ...]" = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One key to sort by."""

    by: Expression
    down: bool = False


@dataclass(frozen=True, slots=True)
class Aggregated:
    """A figure over a group: `how` is sum, min, max, average, countdistinct or count (of rows; `what` None)."""

    name: str
    how: str
    what: Expression | None
    kind: EdmType


@dataclass(frozen=True, slots=True)
class Filtering:
    """Keep what fulfils a condition or a search."""

    condition: Expression | None = None
    search: Searched | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """One row for each combination of `by` (path to field); without `by` one row over all."""

    by: tuple[tuple[str, Field], ...]
    figures: tuple[Aggregated, ...]


@dataclass(frozen=True, slots=True)
class Computing:
    """Add columns."""

    columns: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Sort and cut."""

    order: tuple[Order, ...] = ()
    skip: int = 0
    top: int | None = None


@dataclass(frozen=True, slots=True)
class Joining:
    """The rows of several pipelines one after another."""

    pipelines: "tuple[Pipeline, ...]"


Step = Filtering | Grouping | Computing | Ranking | Joining
Pipeline = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Expand:
    """Rows behind a navigation, as part of each row. `only_keys`: references; `only_count`: how many."""

    way: Navigation
    query: "Query"
    only_keys: bool = False
    only_count: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted of an entity. `columns` None: all that are shown. `shape`: columns of a pipeline's result."""

    entity: Entity
    where: tuple[Expression, ...] = ()
    search: Searched | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    columns: tuple[str, ...] | None = None
    computed: tuple[tuple[str, Expression], ...] = ()
    expands: tuple[Expand, ...] = ()
    pipeline: Pipeline = ()
    shape: tuple[tuple[str, EdmType], ...] = ()
    measured: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """Rows as plain values by name; nested ones under their navigation's name. `count` where it was asked for."""

    rows: tuple[dict[str, Any], ...]
    count: int | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A value that an earlier write of the same batch yields: a part of its key."""

    of: int
    name: str


@dataclass(frozen=True, slots=True)
class Write:
    """A change to make: `how` is create, change, remove or the name of a draft operation.

    `key` may hold Results of earlier writes; `version` is asked for by If-Match.
    """

    how: str
    entity: str
    key: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    version: Version | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What a write left: the key of the row; ids of messages that were accepted with it."""

    entity: str
    key: Mapping[str, Any]
    accepted: tuple[str, ...] = ()
