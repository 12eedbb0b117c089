"""The values that annotations hold, apart from how CSDL writes them in XML or JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Path:
    """A value found at a path."""

    path: str


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A property, by its path."""

    path: str


@dataclass(frozen=True, slots=True)
class NavigationPath:
    """A navigation, by its path."""

    path: str


@dataclass(frozen=True, slots=True)
class AnnotationPath:
    """Another annotation."""

    path: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enumeration, written like UI.ChartType/Column."""

    name: str


@dataclass(frozen=True, slots=True)
class Record:
    """A structured value; annotations about the record itself in `noted`."""

    type: str
    values: Mapping[str, "Term"]
    noted: Mapping[str, "Term"] = field(default_factory=dict)


Term: TypeAlias = (
    "str | int | bool | Path | PropertyPath | NavigationPath | AnnotationPath | Member | Record | Sequence[Term]"
)
# Term name, with its qualifier after #, to value.
Notes = Mapping[str, Term]
