"""The values that annotations hold, apart from how CSDL writes them in XML or JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

# How CSDL calls a path to a property, and to another annotation.
PROPERTY, ANNOTATION = "PropertyPath", "AnnotationPath"


@dataclass(frozen=True, slots=True)
class Path:
    """A path: to a value, or to what `kind` says."""

    path: str
    kind: str = "Path"


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


Term: TypeAlias = "str | int | bool | Path | Member | Record | Sequence[Term]"
# Term name, with its qualifier after #, to value.
Notes = Mapping[str, Term]
