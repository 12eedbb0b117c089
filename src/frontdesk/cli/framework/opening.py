"""Opens what a command works on: settings, container, log."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from frontdesk.cli.framework.registry import CONFIG, DATA

if TYPE_CHECKING:
    from frontdesk.model import Page
    from frontdesk.settings.sections import Settings
    from frontdesk.wiring import container as wired

    Container = wired.Container
else:
    Container = Any  # commands name it in their signatures; loading it takes long

T = TypeVar("T")
PAGE = 200


def chosen_folder() -> Path | None:
    """The folder that --data names."""
    return _path(DATA)


def chosen_file() -> Path | None:
    """The settings file that --config names."""
    return _path(CONFIG)


def chosen_settings() -> "Settings":
    """The settings for this command. Raises Invalid."""
    from frontdesk.settings.loading import load

    return load(file=chosen_file(), data=chosen_folder())


def with_container(work: "Callable[[Container], Awaitable[T]]", settings: "Settings | None" = None) -> T:
    """Open the container, do the work, and close it."""
    from frontdesk.wiring.container import open_container

    chosen = settings or chosen_settings()

    async def run() -> T:
        async with open_container(chosen) as container:
            return await work(container)

    return asyncio.run(run())


async def all_rows(page: "Callable[[int, str], Awaitable[Page[T]]]", most: int = sys.maxsize) -> list[T]:
    """The rows of all pages, at most so many; `page` is asked with a limit and a cursor."""
    found: list[T] = []
    cursor: str | None = ""
    while cursor is not None and len(found) < most:
        got = await page(min(PAGE, most - len(found)), cursor)
        found += got.rows
        cursor = got.next_cursor
    return found


def override(settings: "Settings", section: str, **values: Any) -> "Settings":
    """The settings with those values of a section replaced that are not None."""
    import msgspec

    given = {name: value for name, value in values.items() if value is not None}
    part = msgspec.structs.replace(getattr(settings, section), **given)
    return msgspec.structs.replace(settings, **{section: part})


def _path(key: str) -> Path | None:
    value = click.get_current_context().meta.get(key)
    return Path(value) if value else None
