"""Resolves the names of a query to columns: of an entity's source and its joins, or of a derived table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import FromClause, and_

from frontdesk.model.entities import EdmType, Entity, Navigation
from frontdesk.model.querying import Field
from frontdesk.storage.odata.dialects import Sql, value


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of an entity. `base` gives the table or union; `columns` computes each property from an Opened source.

    `always` is a condition on every row; `listed` applies only where the entity itself is read. `identity` is a unique
    column of the base. `ones` are properties that are always 1. `version` identifies the state of a row.
    """

    base: Callable[[str], FromClause]
    columns: "Mapping[str, Callable[[Opened], Sql]]"
    identity: str = ""
    always: "Callable[[Opened], Sequence[Sql]]" = lambda _: ()
    listed: "Callable[[Opened], Sequence[Sql]]" = lambda _: ()
    version: "tuple[Callable[[Opened], Sql], ...]" = ()
    ones: frozenset[str] = frozenset()


@dataclass(slots=True)
class Joined:
    """The FROM of one SELECT as it grows."""

    root: FromClause
    others: list[tuple[FromClause, Sql]] = field(default_factory=list)

    def clause(self) -> FromClause:
        """All of it."""
        whole = self.root
        for other, condition in self.others:
            whole = whole.outerjoin(other, condition)
        return whole

    def parts(self) -> list[FromClause]:
        """Each table in it."""
        return [self.root, *(other for other, _ in self.others)]


class Opened:
    """A source within a SELECT; what its columns need is joined when they are asked for."""

    def __init__(
        self, source: Source, dialect: str, joined: Joined | None = None, base: FromClause | None = None
    ) -> None:
        """Start a new FROM clause, or add to `joined`."""
        self.source, self.dialect = source, dialect
        self.base: FromClause = base if base is not None else source.base(dialect)
        self.joined = joined or Joined(self.base)
        self._by_key: dict[str, FromClause] = {}
        self._reached: dict[str, Opened] = {}

    @property
    def c(self) -> Any:
        """The columns of the base."""
        return self.base.c

    def column(self, name: str) -> Sql:
        """The column of a property."""
        return self.source.columns[name](self)

    def join(self, key: str, table: FromClause, condition: Callable[[Any], Sql]) -> Any:
        """The columns of a table beside the base, joined once."""
        if key not in self._by_key:
            self._by_key[key] = table.alias()
            self.joined.others.append((self._by_key[key], condition(self._by_key[key].c)))
        return self._by_key[key].c

    def reach(self, way: Navigation, source: Source) -> "Opened":
        """The target of a to-one navigation, joined once."""
        if way.name not in self._reached:
            there = Opened(source, self.dialect, self.joined, source.base(self.dialect))
            here = [self.column(mine) for mine, _ in way.pairs]
            theirs = [there.column(name) for _, name in way.pairs]
            fixed = [there.column(name) == value(self.dialect, given, kind_of(given)) for name, given in way.fixed]
            matched = [one == other for one, other in zip(here, theirs, strict=True)]
            self.joined.others.append((there.base, and_(*matched, *fixed, *source.always(there))))
            self._reached[way.name] = there
        return self._reached[way.name]


class Sources:
    """The sources of all entities. An entity with drafts has another source than the same entity without."""

    def __init__(self, by_name: Mapping[str, Source], without_drafts: Mapping[str, Source]) -> None:
        """`without_drafts` holds for services that have none."""
        self._by_name, self._without_drafts = by_name, without_drafts

    def of(self, entity: Entity) -> Source:
        """The source of an entity as its service declares it."""
        plain = self._without_drafts.get(entity.name)
        return plain if plain and not entity.drafted else self._by_name[entity.name]

    def named(self, name: str) -> Source:
        """The source of an entity that can be changed."""
        return self._by_name[name]

    def behind(self, way: Navigation) -> Source:
        """The source of a navigation's target, without drafts unless the target has them."""
        plain = self._without_drafts.get(way.target)
        tells = bool(way.fixed) or len(way.pairs) > 1
        return plain if plain and not tells else self._by_name[way.target]


class EntityFrame:
    """The rows of an entity."""

    def __init__(self, opened: Opened, sources: Sources) -> None:
        """Look names up in `opened`; navigations lead to `sources`."""
        self.opened, self.sources = opened, sources
        self.computed: dict[str, Sql] = {}

    def column(self, wanted: Field) -> Sql:
        """The column of a property, also over several navigations."""
        if not wanted.via and wanted.name in self.computed:
            return self.computed[wanted.name]
        return self.at(wanted.via).column(wanted.name)

    def at(self, via: tuple[Navigation, ...]) -> Opened:
        """The target of a chain of navigations."""
        opened = self.opened
        for way in via:
            opened = opened.reach(way, self.sources.behind(way))
        return opened

    @property
    def dialect(self) -> str:
        """The database that is asked."""
        return self.opened.dialect


class TableFrame:
    """The rows that a pipeline step yields."""

    def __init__(self, table: FromClause, columns: dict[str, Sql], dialect: str) -> None:
        """`columns` by the names they have in the query."""
        self.table, self.columns, self.dialect = table, columns, dialect
        self.computed: dict[str, Sql] = {}

    def column(self, wanted: Field) -> Sql:
        """The column of a name."""
        return self.computed[wanted.name] if wanted.name in self.computed else self.columns[wanted.name]


Frame = EntityFrame | TableFrame


def kind_of(given: Any) -> EdmType:
    """The kind of a plain value."""
    if isinstance(given, bool):
        return EdmType.BOOLEAN
    return EdmType.INTEGER if isinstance(given, int) else EdmType.STRING
