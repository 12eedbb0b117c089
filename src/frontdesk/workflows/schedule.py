"""Runs periodic tasks, and restarts long-running tasks that must not end."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from frontdesk.interfaces import CannotGoOn, Unavailable

log = logging.getLogger(__name__)

# What ends a process or a task on purpose. Everything else is a fault, even if it is no Exception: a panic of the rule
# engine (pyo3's PanicException) is a BaseException.
ON_PURPOSE = (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)
FIRST_PAUSE, LONGEST_PAUSE, MOST_DEATHS = 1.0, 60.0, 10


async def keep_running(
    name: str,
    begin: Callable[[], Awaitable[object]],
    first_pause: float = FIRST_PAUSE,
    most_deaths: int | None = MOST_DEATHS,
) -> None:
    """Run a task until it returns. If it fails, the error is logged and it is restarted after a pause that doubles.

    Raises CannotGoOn where it died so many times in a row (None: never): the process should end, so that whoever
    started it sees it.
    """
    pause, deaths = first_pause, 0
    while True:
        began = time.monotonic()
        try:
            await begin()
            return
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            log.error("%s was cancelled by a part of its own; it is begun again in %.0f s", name, pause)
        except (*ON_PURPOSE, CannotGoOn):
            raise
        except Unavailable:  # what is away comes back, however long it takes
            log.exception("%s died; it is begun again in %.0f s", name, pause)
            deaths = -1
        except BaseException:  # no task may end in silence, see ON_PURPOSE
            log.exception("%s died; it is begun again in %.0f s", name, pause)
        if time.monotonic() - began > LONGEST_PAUSE:
            pause, deaths = first_pause, 0
        deaths += 1
        if most_deaths is not None and deaths >= most_deaths:
            raise CannotGoOn(f"{name} died {deaths} times in a row: the reason is in the log")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def repeat(chores: Mapping[str, Callable[[], Awaitable[object]]], every_seconds: float) -> None:
    """Run each task now and then every `every_seconds`, for ever. A failure is logged; the next run tries again."""
    while True:
        for name, chore in chores.items():
            try:
                await chore()
            except ON_PURPOSE:
                raise
            except BaseException:  # a failed task must not end the process
                log.exception("chore %s failed", name)
        await asyncio.sleep(every_seconds)
