"""What a process that works does: takes over what dead ones held, works off what is due, watches channels."""

import asyncio
import gc
import os

from frontdesk.storage.pipeline.work_queue import own_prefix
from frontdesk.wiring.container import Container
from frontdesk.workflows.schedule import keep_running


async def run_work(container: Container) -> None:
    """Work off messages and watch channels until cancelled; then finish what is under way. Raises CannotGoOn."""
    await free_dead_leases(container)
    await container.work.queue.free_stuck()
    await container.llm.marks.watch()
    await container.knowledge.vectors.begin([each.name for each in container.knowledge.encoders])
    running = asyncio.create_task(keep_running("the runner", container.runner.run))
    watching = asyncio.create_task(keep_running("watching channels", container.watch.run))
    assigning = asyncio.create_task(keep_running("assignment", container.assigning.run))
    try:
        ended, _ = await asyncio.wait({running, watching, assigning}, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            task.result()
    finally:
        container.runner.stop()
        watching.cancel()
        assigning.cancel()
        await asyncio.gather(running, watching, assigning, return_exceptions=True)


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
