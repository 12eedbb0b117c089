"""Parameters and fields of bodies that a route does not know: refused, with the nearest one that it knows."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.routes import HTTPRoute

from frontdesk.interfaces import Invalid

STATE = "query_parameters"
# What other interfaces call it.
ELSEWHERE = {
    "cursor": "page offset skip start after page_token next",
    "limit": "per_page page_size size count top first",
    "sort": "order order_by orderby sort_by",
    "q": "query search text filter",
    "since": "from after updated_since modified_since",
    "until": "to before",
}
_OURS = {theirs: ours for ours, words in ELSEWHERE.items() for theirs in words.split()}


def refuse_unknown(request: Request[Any, Any, Any]) -> None:
    """Raises Invalid for a parameter of the query that the route does not declare."""
    if not request.scope["query_string"]:
        return
    known = query_parameters(request.app)[id(request.route_handler)]
    for name in request.query_params:
        if name not in known:
            hint = nearest(name, {each: each for each in known})
            listed = f"known are {', '.join(sorted(known))}" if known else "none is taken"
            raise Invalid(f"there is no parameter `{name}` here{hint}; {listed}", name)


def query_parameters(app: Litestar) -> Mapping[int, frozenset[str]]:
    """By the id of each handler the parameters that it declares, found once."""
    if STATE not in app.state:
        models = (
            pair for each in app.routes if isinstance(each, HTTPRoute) for pair in each.route_handler_map.values()
        )
        app.state[STATE] = {
            id(handler): frozenset(each.field_alias for each in model.expected_query_params)
            for handler, model in models
        }
    found: Mapping[int, frozenset[str]] = app.state[STATE]
    return found


def nearest(name: str, known: Mapping[str, str]) -> str:
    """A question that names the likeliest of these, empty where none is like it."""
    ours = [each for each in (_OURS.get(name.lower(), ""), name.lower()) if each in known]
    close = ours or difflib.get_close_matches(name[:100], known, 1)
    return f": did you mean `{known[close[0]]}`?" if close else ""


def fields_of(kind: Any) -> Mapping[str, str]:
    """The names of all fields of a body, and where each stands: `address` at `sender.address`."""
    schema = msgspec.json.schema(kind)
    return dict(reversed([*_fields(schema, schema.get("$defs", {}), "", ())]))


def _fields(schema: Any, defined: Mapping[str, Any], at: str, within: Iterable[str]) -> Iterator[tuple[str, str]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in within:
        return
    whole = defined[name] if name else schema
    for each, inside in whole.get("properties", {}).items():
        yield each, at + each
        yield from _fields(inside, defined, f"{at}{each}.", (*within, name))
    for inside in (*whole.get("anyOf", ()), whole.get("items") or {}):
        yield from _fields(inside, defined, at, (*within, name))
