"""The query string: its options by name, each at most once, decoded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_plus

from frontdesk.edges.odata.errors import ODataError

KNOWN = frozenset(
    {
        "$filter", "$orderby", "$expand", "$select", "$search", "$apply", "$compute", "$top", "$skip", "$count",
        "$format", "$skiptoken", "$levels",
    }
)  # fmt: skip
INSTEAD = {"$inlinecount": "$count=true ($inlinecount is OData V2)", "$links": "$ref ($links is OData V2)"}
# What OData has and this server does not.
NOT_OFFERED = {
    "$deltatoken": "a filter on modifiedAt",
    "$index": "$orderby",
    "$schemaversion": "the metadata as they are",
    "$id": "the URL itself",
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
    """The options of a raw query string. Raises ODataError for unknown or repeated system options."""
    system: dict[str, str] = {}
    aliases: dict[str, str] = {}
    pairs = [pair for pair in query.split("&") if pair]
    if len(pairs) > MOST_OPTIONS:
        raise ODataError(f"a URL may have at most {MOST_OPTIONS} options")
    for pair in pairs:
        raw_name, _, raw_value = pair.partition("=")
        name, value = decoded(raw_name), decoded(raw_value)
        if name.startswith("@"):
            aliases[name] = value
        elif name.startswith("$"):
            name = name if name in KNOWN else name.lower()
            _check(name, system)
            system[name] = value
            if name == "$search" and ";" in raw_value:
                at = raw_value.index(";") + 1
                raise ODataError(f"$search, position {at}: write a semicolon as %3B", target=name)
    return Options(system, aliases)


def decoded(text: str, decode: Callable[..., str] = unquote_plus) -> str:
    """A part of a URL without its percent signs. Raises ODataError."""
    try:
        value = decode(text, errors="strict")
    except UnicodeDecodeError:
        raise ODataError("the URL is not UTF-8: encode its characters as UTF-8 and then with %") from None
    if "\x00" in value:
        raise ODataError("a URL cannot hold NUL")
    return value


def _check(name: str, seen: Mapping[str, str]) -> None:
    if name in INSTEAD:
        raise ODataError(f"{name} is not known here: use {INSTEAD[name]}", target=name)
    if name in NOT_OFFERED:
        raise ODataError(f"{name} is not offered here: use {NOT_OFFERED[name]}", 501, name)
    if name not in KNOWN:
        known = ", ".join(sorted(KNOWN - {"$levels", "$skiptoken"}))
        raise ODataError(f"there is no option {name[:60]!r}: there are {known}", target=name[:60])
    if name in seen:
        raise ODataError(f"{name} stands twice in the URL", target=name)


def query_in(headers: Mapping[str, str], query: str) -> str:
    """A query string as it is read here: a client that speaks 4.01 may leave the $ of system options away."""
    if headers.get("odata-version", "").strip() != "4.01":
        return query
    pairs = query.split("&")
    return "&".join(f"${pair}" if f"${pair.partition('=')[0].lower()}" in KNOWN else pair for pair in pairs)


def whole(options: Options, name: str, most: int = 2**53) -> int | None:
    """A number of an option, 0 or more. Raises ODataError."""
    text = options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18 and int(text) <= most):
        raise ODataError(f"{name} is a whole number, 0 or more, not {text[:40]!r}", target=name)
    return int(text)


def flag(options: Options, name: str) -> bool:
    """A yes or no of an option, no without it. Raises ODataError."""
    text = options.get(name)
    if text is not None and text.lower() not in ("true", "false"):
        raise ODataError(f"{name} is true or false, not {text[:40]!r}", target=name)
    return text is not None and text.lower() == "true"
