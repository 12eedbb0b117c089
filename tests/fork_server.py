"""Forks itself for each `frontdesk` process that a test wants (see processes): everything is loaded once.

A fork has no threads but its own, since this process has none, and nothing open but its three streams.
"""

import asyncio
import gc
import json
import os
import pkgutil
import socket
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path

ORDER = 1 << 17  # bytes; arguments and variables of a process are less


def main() -> None:
    """Load, then fork for each order; returns in a fork, which is to become the command."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    load()
    while True:
        data, streams, _, _ = socket.recv_fds(channel, ORDER, 3)
        if not data:
            sys.exit()
        if (number := fork()) == 0:
            channel.close()
            become(streams=streams, **json.loads(data))
            return
        for each in streams:
            os.close(each)
        channel.send(str(number).encode())


def load() -> None:
    """Import the program, load the engine and handle one message, so that forks find done what is done once."""
    import frontdesk
    from frontdesk.cli.main import ONE_THREAD, whole
    from frontdesk.engine import Engine

    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    whole()
    for module in pkgutil.walk_packages(frontdesk.__path__, "frontdesk."):
        if ".migrations" not in module.name:
            import_module(module.name)
    engine = Engine.load()
    Engine.load = lambda cache=None: engine  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(rehearse(Path(folder)))
    assert threading.active_count() == 1, threading.enumerate()
    gc.collect()
    gc.freeze()


async def rehearse(folder: Path) -> None:
    """Make a web application and handle a message."""
    from frontdesk.model import NewMessage
    from frontdesk.settings.loading import load
    from frontdesk.wiring.container import open_container
    from frontdesk.wiring.web import create_web

    async with open_container(load(data=folder, environment={})) as container:
        await create_web(container)
        await container.messages.inbox.accept(NewMessage("My oven is broken.", "WEB"))
        await container.runner.run_until_idle()


def fork() -> int:
    """The number of a new process whose parent has ended, so that it becomes a child of the test; 0 in itself."""
    read, write = os.pipe()
    if (between := os.fork()) == 0:
        if number := os.fork():
            os.write(write, str(number).encode())
            os._exit(0)
    else:
        os.waitpid(between, 0)
    number = int(os.read(read, 100)) if between else 0
    os.close(read)
    os.close(write)
    return number


def become(streams: list[int], arguments: list[str], folder: str, environment: dict[str, str], umask: int) -> None:
    """Be as a process that was started with these."""
    for own, each in enumerate(streams):
        os.dup2(each, own)
    os.closerange(3, max(streams) + 1)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # as long as the process, as always
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if umask >= 0:
        os.umask(umask)
    sys.argv = ["frontdesk", *arguments]


if __name__ == "__main__":
    main()
    from frontdesk.cli.main import main as frontdesk

    frontdesk()
