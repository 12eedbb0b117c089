"""The query string: its options by name, each at most once, decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_plus

from frontdesk.edges.odata.refusals import Refused

KNOWN = frozenset(
    {
        "$filter", "$orderby", "$expand", "$select", "$search", "$apply", "$compute", "$top", "$skip", "$count",
        "$format", "$skiptoken", "$levels",
    }
)  # fmt: skip
INSTEAD = {
    "$inlinecount": "$count=true ($inlinecount is OData V2)",
    "$links": "$ref ($links is OData V2)",
    "$deltatoken": "a filter on modifiedAt",
    "$index": "$orderby",
}
MOST_OPTIONS = 60


@dataclass(frozen=True, slots=True)
class Options:
    """System options by name with $; aliases by name with @; everything else is the client's own and ignored."""

    system: Mapping[str, str]
    aliases: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """The text of a system option."""
        return self.system.get(name)


@lru_cache(1024)
def options_of(query: str) -> Options:
    """The options of a raw query string. Raises Refused for unknown or repeated system options."""
    system: dict[str, str] = {}
    aliases: dict[str, str] = {}
    pairs = [pair for pair in query.split("&") if pair]
    if len(pairs) > MOST_OPTIONS:
        raise Refused(f"a URL may have at most {MOST_OPTIONS} options")
    for pair in pairs:
        raw_name, _, raw_value = pair.partition("=")
        name, value = _decoded(raw_name).strip(), _decoded(raw_value)
        if name.startswith("@"):
            aliases[name] = value
        elif name.startswith("$"):
            _check(name, system)
            system[name] = value
    return Options(system, aliases)


def _decoded(text: str) -> str:
    try:
        value = unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise Refused("the URL is not UTF-8: encode its characters as UTF-8 and then with %") from None
    if "\x00" in value:
        raise Refused("a URL cannot hold NUL")
    return value


def _check(name: str, seen: Mapping[str, str]) -> None:
    if name in INSTEAD:
        raise Refused(f"{name} is not known here: use {INSTEAD[name]}", target=name)
    if name not in KNOWN:
        near = next((known for known in KNOWN if known.lower() == name.lower()), "")
        hint = f": write {near}" if near else f": there are {', '.join(sorted(KNOWN - {'$levels', '$skiptoken'}))}"
        raise Refused(f"there is no option {name[:60]}{hint}", target=name[:60])
    if name in seen:
        raise Refused(f"{name} stands twice in the URL", target=name)


def whole(options: Options, name: str, most: int = 2**53) -> int | None:
    """A number of an option, 0 or more. Raises Refused."""
    text = options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18 and int(text) <= most):
        raise Refused(f"{name} is a whole number, 0 or more, not {text[:40]!r}", target=name)
    return int(text)


def flag(options: Options, name: str) -> bool:
    """A yes or no of an option, no without it. Raises Refused."""
    text = options.get(name)
    if text is not None and text.lower() not in ("true", "false"):
        raise Refused(f"{name} is true or false, not {text[:40]!r}", target=name)
    return text is not None and text.lower() == "true"
