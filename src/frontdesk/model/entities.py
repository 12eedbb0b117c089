"""The entity model of interfaces such as OData: entities with properties and navigations, and services that offer them.

Declared once. Metadata documents, checks of requests and queries of storage are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class EdmType(StrEnum):
    """The types of values, as OData names them (without the namespace Edm)."""

    STRING = "String"
    INTEGER = "Int32"
    LONG = "Int64"
    DECIMAL = "Decimal"
    DOUBLE = "Double"
    BOOLEAN = "Boolean"
    DATE = "Date"
    MOMENT = "DateTimeOffset"
    TIME = "TimeOfDay"
    DURATION = "Duration"
    GUID = "Guid"
    BINARY = "Binary"
    NULL = "Null"

    @property
    def is_number(self) -> bool:
        """Whether one can calculate with it."""
        return self in NUMBERS


NUMBERS = frozenset({EdmType.INTEGER, EdmType.LONG, EdmType.DECIMAL, EdmType.DOUBLE})


class Written(StrEnum):
    """Who sets a property."""

    BY_CALLER = "caller"
    ONCE = "once"
    BY_SERVER = "server"


@dataclass(frozen=True, slots=True)
class Property:
    """A value of an entity. `length` 0 sets no limit; `measure` may be summed; `shown` False: only on demand."""

    name: str
    kind: EdmType = EdmType.STRING
    length: int = 0
    label: str = ""
    written: Written = Written.BY_CALLER
    nullable: bool = True
    default: str | int | bool | None = None
    measure: bool = False
    searched: bool = False
    shown: bool = True
    hidden_filter: bool = False
    hidden: bool = False
    named_by: str = ""


@dataclass(frozen=True, slots=True)
class Navigation:
    """A link to another entity. Each pair is (property here, property there); `fixed`: values of all rows there."""

    name: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    many: bool = False
    fixed: tuple[tuple[str, str | int | bool], ...] = ()
    owned: bool = False
    partner: str = ""
    label: str = ""
    constrained: bool = True


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of row. Without keys it can only be listed. `versioned`: its ETag is made from its version."""

    name: str
    keys: tuple[str, ...]
    properties: Mapping[str, Property]
    navigations: Mapping[str, Navigation] = field(default_factory=dict)
    creates: bool = False
    changes: bool = False
    removes: bool = False
    versioned: bool = False
    drafted: bool = False
    title: str = ""
    titles: str = ""
    order: tuple[str, ...] = ()

    def read_only(self) -> "Entity":
        """A copy in which nothing may be changed."""
        return replace(self, creates=False, changes=False, removes=False, drafted=False)

    @property
    def measures(self) -> tuple[str, ...]:
        """The properties that may be summed."""
        return tuple(name for name, each in self.properties.items() if each.measure)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation; one with a `structure` may also be told as a plain value."""

    name: str
    kind: EdmType = EdmType.STRING
    structure: str = ""
    many: bool = False
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """An action or function. `bound` names the entity it belongs to; `gives` is a kind, an entity or a structure."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    is_function: bool = False
    bound: str = ""
    gives: EdmType | str | None = None
    gives_many: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """A structured value that operations answer with; each part is a kind, or a structure (many of them)."""

    name: str
    parts: Mapping[str, "EdmType | str"]


@dataclass(frozen=True, slots=True)
class ODataService:
    """A service: the entities and operations under one path."""

    path: str
    namespace: str
    entities: Mapping[str, Entity] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    structures: tuple[Structure, ...] = ()
    inner: frozenset[str] = frozenset()

    def target(self, way: Navigation) -> Entity:
        """The entity that a navigation leads to."""
        return self.entities[way.target]
