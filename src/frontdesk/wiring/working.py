"""What a process that works does: takes over what dead ones held, works off what is due, watches channels."""

import asyncio
import gc
import os

from frontdesk.storage.pipeline.work_queue import own_prefix
from frontdesk.wiring.container import Container
from frontdesk.wiring.current import Current
from frontdesk.workflows.schedule import keep_running


async def run_work(current: Current) -> None:
    """Work off messages and watch channels until cancelled; then finish what is under way. Raises CannotGoOn.

    When another container counts, its work begins at once, beside what is still under way in the one before.
    """
    container = current.container
    await free_dead_leases(container)
    await container.work.queue.free_stuck()
    await container.llm.marks.watch()
    await container.knowledge.vectors.begin([each.name for each in container.knowledge.encoders])
    ending: set[asyncio.Task[None]] = set()
    try:
        while True:
            await _work_on(current, ending)
    finally:
        await asyncio.gather(*ending, return_exceptions=True)


async def _work_on(current: Current, ending: set[asyncio.Task[None]]) -> None:
    """Until another container counts; `ending` is handed what finishes then."""
    container = current.container
    running = asyncio.create_task(_run(container))
    watching = asyncio.create_task(keep_running("watching channels", container.watch.run))
    assigning = asyncio.create_task(keep_running("assignment", container.assigning.run))
    changing = asyncio.create_task(current.changed(container))
    try:
        while not changing.done():
            tasks = {task for task in (running, watching, assigning) if not task.done()}
            ended, _ = await asyncio.wait({*tasks, changing}, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
    finally:
        container.runner.stop()
        ending.add(running)
        running.add_done_callback(ending.discard)
        for task in (watching, assigning, changing):
            task.cancel()
        await asyncio.gather(watching, assigning, changing, return_exceptions=True)


async def _run(container: Container) -> None:
    await keep_running("the runner", container.runner.run)
    await container.llm.room.calling.drain()


async def free_dead_leases(container: Container) -> int:
    """Take over at once what processes of this host held that no longer live, instead of after their leases."""
    here = own_prefix(0).rsplit(":", 2)[0]
    freed = 0
    for owner in {*await container.work.queue.owners(), *await container.channels.events.watchers()}:
        host, pid, _ = owner.split(":", 2)
        if host == here and pid.isdigit() and not _alive(int(pid)):
            freed += await container.work.queue.free(f"{host}:{pid}:")
            await container.channels.events.free_watches(f"{host}:{pid}:")
    return freed


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # leases of this very process number, taken before it began
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def settle() -> None:
    """Leave what lives as long as the process out of garbage collection, which stops everything while it looks.

    For when all is loaded: a full collection takes 0.1 s and more then, and a few milliseconds afterwards.
    """
    gc.collect()
    gc.freeze()
