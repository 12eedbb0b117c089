"""The functions and operators of OData expressions, with the types of their arguments and results."""

from dataclasses import dataclass

from frontdesk.model.entities import NUMBERS, EdmType

TEXTS = frozenset({EdmType.STRING, EdmType.NULL})
NUMERIC = NUMBERS | {EdmType.NULL}
DATED = frozenset({EdmType.MOMENT, EdmType.DATE, EdmType.NULL})
TIMED = frozenset({EdmType.MOMENT, EdmType.TIME, EdmType.NULL})
MOMENTS = frozenset({EdmType.MOMENT, EdmType.NULL})
SPANS = frozenset({EdmType.DURATION})
COMPARED = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


@dataclass(frozen=True, slots=True)
class Function:
    """The types of a function's arguments, how many are required, and the type of its result."""

    takes: tuple[frozenset[EdmType], ...]
    gives: EdmType
    least: int = -1

    @property
    def needs(self) -> int:
        """How many arguments there must be at least."""
        return len(self.takes) if self.least < 0 else self.least


FUNCTIONS: dict[str, Function] = {
    "contains": Function((TEXTS, TEXTS), EdmType.BOOLEAN),
    "startswith": Function((TEXTS, TEXTS), EdmType.BOOLEAN),
    "endswith": Function((TEXTS, TEXTS), EdmType.BOOLEAN),
    "length": Function((TEXTS,), EdmType.INTEGER),
    "indexof": Function((TEXTS, TEXTS), EdmType.INTEGER),
    "substring": Function((TEXTS, NUMERIC, NUMERIC), EdmType.STRING, 2),
    "tolower": Function((TEXTS,), EdmType.STRING),
    "toupper": Function((TEXTS,), EdmType.STRING),
    "trim": Function((TEXTS,), EdmType.STRING),
    "concat": Function((TEXTS, TEXTS), EdmType.STRING),
    "year": Function((DATED,), EdmType.INTEGER),
    "month": Function((DATED,), EdmType.INTEGER),
    "day": Function((DATED,), EdmType.INTEGER),
    "hour": Function((TIMED,), EdmType.INTEGER),
    "minute": Function((TIMED,), EdmType.INTEGER),
    "second": Function((TIMED,), EdmType.INTEGER),
    "fractionalseconds": Function((TIMED,), EdmType.DECIMAL),
    "date": Function((DATED,), EdmType.DATE),
    "time": Function((TIMED,), EdmType.TIME),
    "totaloffsetminutes": Function((MOMENTS,), EdmType.INTEGER),
    "totalseconds": Function((SPANS,), EdmType.DECIMAL),
    "now": Function((), EdmType.MOMENT),
    "mindatetime": Function((), EdmType.MOMENT),
    "maxdatetime": Function((), EdmType.MOMENT),
    "round": Function((NUMERIC,), EdmType.INTEGER),
    "floor": Function((NUMERIC,), EdmType.INTEGER),
    "ceiling": Function((NUMERIC,), EdmType.INTEGER),
}

# What clients of other versions send, and what to send instead.
INSTEAD = {"substringof": "contains(text,part), the other way round"}
# What OData has and this server does not, by its name in small letters.
NOT_OFFERED = {
    "matchespattern": "contains, startswith or endswith",
    "isof": "a filter on a property",
    "hassubset": "in, any or all",
    "hassubsequence": "in, any or all",
    "isdefined": "a filter before the grouping",
}


def kinds_agree(one: EdmType, other: EdmType) -> bool:
    """Whether two values can be compared."""
    if EdmType.NULL in (one, other) or one is other:
        return True
    pair = {one, other}
    return pair <= NUMBERS or pair == {EdmType.MOMENT, EdmType.DATE} or pair == {EdmType.GUID, EdmType.STRING}


def sum_of(name: str, one: EdmType, other: EdmType) -> EdmType | None:
    """What comes of calculating with two numbers; None where they are none."""
    if not {one, other} <= NUMERIC:
        return None
    if name == "divby":
        return EdmType.DECIMAL
    for wide in (EdmType.DOUBLE, EdmType.DECIMAL, EdmType.LONG):
        if wide in (one, other):
            return wide
    return EdmType.INTEGER
