"""One web application for all tests: making its 200 routes takes longer than most tests, so it is lent in turn.

Its routes hold on to their services; lending it fills these with what the services of another container hold.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from litestar import Litestar

from frontdesk.edges.rest import RestServices
from frontdesk.wiring.web import WebServices, application

# Each holds the services of whom it was lent to last, and by them a container.
KEPT = 32
Shape = tuple[Any, ...]
_free: list[tuple[Shape, WebServices, Litestar]] = []


@contextmanager
def application_of(services: WebServices) -> Iterator[Litestar]:
    """An application over these services, one that was made already if it fits."""
    shape = _shape(services)
    lent = next((each for each in _free if each[0] == shape), None)
    if lent is not None:
        _free.remove(lent)
        fill(lent[1], services)
    else:
        lent = (shape, services, application(services))
    try:
        yield lent[2]
    finally:
        services.live.close()
        _free.append(lent)
        del _free[:-KEPT]


def fill(old: WebServices, new: WebServices) -> None:
    """Let everyone whom the routes hold on to be as the new ones are."""
    fill_rest(old.rest, new.rest)
    for name in ("door", "channels", "webhooks", "chat", "pages", "gateway", "odata"):
        become(getattr(old, name), getattr(new, name))
    events = cast(dict[str, Any], old.events)
    events.clear()
    events.update(new.events)


def fill_rest(old: RestServices, new: RestServices) -> None:
    """The same for the REST interface; its figures are also counted by a middleware, so they stay one object."""
    metrics = old.metrics
    become(metrics, new.metrics)
    become(old, new)
    object.__setattr__(old, "metrics", metrics)


def become(old: Any, new: Any) -> None:
    """Fill one object with what another of its class holds."""
    slots = [name for each in type(new).__mro__ for name in getattr(each, "__slots__", ())]
    for name in slots or vars(new):
        object.__setattr__(old, name, getattr(new, name))


def _shape(services: WebServices) -> Shape:
    """What an application is made after; all else its routes ask services for."""
    sizes = (services.rest.most_body_bytes, services.gateway.most_audio_bytes)
    return services.pages.https, sizes, services.settings.security.origins
