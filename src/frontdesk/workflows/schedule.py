"""Periodic chores of a process: forgetting what has expired."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

log = logging.getLogger(__name__)


async def repeat(chores: Mapping[str, Callable[[], Awaitable[object]]], every_seconds: float) -> None:
    """Do each chore now and then every `every_seconds`, for ever; one that fails is logged and tried next time."""
    while True:
        for name, chore in chores.items():
            try:
                await chore()
            except Exception:  # a chore is never worth the process
                log.exception("chore %s failed", name)
        await asyncio.sleep(every_seconds)
