"""The functions and operators of OData expressions: what they take and what they give."""

from dataclasses import dataclass

from frontdesk.model.entities import NUMBERS, Kind

TEXTS = frozenset({Kind.STRING, Kind.NULL})
NUMERIC = NUMBERS | {Kind.NULL}
DATED = frozenset({Kind.MOMENT, Kind.DATE, Kind.NULL})
TIMED = frozenset({Kind.MOMENT, Kind.TIME, Kind.NULL})
MOMENTS = frozenset({Kind.MOMENT, Kind.NULL})
SPANS = frozenset({Kind.DURATION})
CALCULATED = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "divby": "divby", "mod": "mod"}
COMPARED = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


@dataclass(frozen=True, slots=True)
class Function:
    """What each argument may be, how many are needed, and what comes of it."""

    takes: tuple[frozenset[Kind], ...]
    gives: Kind
    least: int = -1

    @property
    def needs(self) -> int:
        """How many arguments there must be at least."""
        return len(self.takes) if self.least < 0 else self.least


FUNCTIONS: dict[str, Function] = {
    "contains": Function((TEXTS, TEXTS), Kind.BOOLEAN),
    "startswith": Function((TEXTS, TEXTS), Kind.BOOLEAN),
    "endswith": Function((TEXTS, TEXTS), Kind.BOOLEAN),
    "length": Function((TEXTS,), Kind.INTEGER),
    "indexof": Function((TEXTS, TEXTS), Kind.INTEGER),
    "substring": Function((TEXTS, NUMERIC, NUMERIC), Kind.STRING, 2),
    "tolower": Function((TEXTS,), Kind.STRING),
    "toupper": Function((TEXTS,), Kind.STRING),
    "trim": Function((TEXTS,), Kind.STRING),
    "concat": Function((TEXTS, TEXTS), Kind.STRING),
    "year": Function((DATED,), Kind.INTEGER),
    "month": Function((DATED,), Kind.INTEGER),
    "day": Function((DATED,), Kind.INTEGER),
    "hour": Function((TIMED,), Kind.INTEGER),
    "minute": Function((TIMED,), Kind.INTEGER),
    "second": Function((TIMED,), Kind.INTEGER),
    "fractionalseconds": Function((TIMED,), Kind.DECIMAL),
    "date": Function((DATED,), Kind.DATE),
    "time": Function((TIMED,), Kind.TIME),
    "totaloffsetminutes": Function((MOMENTS,), Kind.INTEGER),
    "totalseconds": Function((SPANS,), Kind.DECIMAL),
    "now": Function((), Kind.MOMENT),
    "mindatetime": Function((), Kind.MOMENT),
    "maxdatetime": Function((), Kind.MOMENT),
    "round": Function((NUMERIC,), Kind.INTEGER),
    "floor": Function((NUMERIC,), Kind.INTEGER),
    "ceiling": Function((NUMERIC,), Kind.INTEGER),
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


def kinds_agree(one: Kind, other: Kind) -> bool:
    """Whether two values can be compared."""
    if Kind.NULL in (one, other) or one is other:
        return True
    pair = {one, other}
    return pair <= NUMBERS or pair == {Kind.MOMENT, Kind.DATE} or pair == {Kind.GUID, Kind.STRING}


def sum_of(name: str, one: Kind, other: Kind) -> Kind | None:
    """What comes of calculating with two numbers; None where they are none."""
    if not {one, other} <= NUMERIC:
        return None
    if name == "divby":
        return Kind.DECIMAL
    for wide in (Kind.DOUBLE, Kind.DECIMAL, Kind.LONG):
        if wide in (one, other):
            return wide
    return Kind.INTEGER
