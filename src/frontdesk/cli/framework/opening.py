"""Opens what a command works on: settings, container, log."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from frontdesk.cli.framework.registry import CONFIG, DATA

if TYPE_CHECKING:
    from frontdesk.settings.sections import Settings
    from frontdesk.wiring.container import Container

T = TypeVar("T")


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


def override(settings: "Settings", section: str, **values: Any) -> "Settings":
    """The settings with those values of a section replaced that are not None."""
    import msgspec

    given = {name: value for name, value in values.items() if value is not None}
    part = msgspec.structs.replace(getattr(settings, section), **given)
    return msgspec.structs.replace(settings, **{section: part})


def _path(key: str) -> Path | None:
    value = click.get_current_context().meta.get(key)
    return Path(value) if value else None
