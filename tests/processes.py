"""`frontdesk` processes for tests: forks of one process that has loaded the program and the engine (see fork_server).

Each is a real process of its own, with its own arguments, variables, folder and streams; it ends and is killed like any
other. Only what every start repeats is missing: 3 seconds of importing and loading. Where it is the start itself that
is tested, or the installed command, tests use `subprocess`.
"""

import ctypes
import inspect
import json
import os
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

FRONTDESK = str(Path(sys.executable).parent / "frontdesk")
ROOT = Path(__file__).parent.parent
_CAN_FORK = sys.platform == "linux"
_SET_CHILD_SUBREAPER = 36  # prctl(2): a grandchild whose parent has ended becomes our child, for which we can wait


class ForkServer:
    """The process that is forked; it ends when this one does, as its connection ends then."""

    def __init__(self) -> None:
        """Start it; it loads beside us until the first order."""
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._lock = threading.Lock()
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.fork_server", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT, stdin=subprocess.DEVNULL)

    def start(self, streams: list[int], **order: Any) -> int:
        """The number of a new child of ours, with these as its input, output and error output."""
        with self._lock:
            socket.send_fds(self._connection, [json.dumps(order).encode()], streams)
            return int(self._connection.recv(100))


@cache
def fork_server() -> ForkServer:
    """The one of this test process."""
    return ForkServer()


class Process(subprocess.Popen[Any]):
    """Like `subprocess.Popen` of `[FRONTDESK, ...]`; of its options it knows the streams, `cwd`, `env` and `umask`."""

    if _CAN_FORK:

        def _execute_child(self, *given: Any) -> None:  # the one step that differs; it has no public name
            chosen = inspect.signature(subprocess.Popen._execute_child).bind(self, *given).arguments  # type: ignore[attr-defined]
            assert chosen["args"][0] == FRONTDESK, chosen["args"]
            streams = [chosen[name] for name in ("p2cread", "c2pwrite", "errwrite")]
            self.pid = fork_server().start(
                [own if each == -1 else each for own, each in enumerate(streams)],
                arguments=[str(each) for each in chosen["args"][1:]],
                folder=str(chosen["cwd"] or Path.cwd()),
                environment=dict(os.environ if chosen["env"] is None else chosen["env"]),
                umask=chosen["umask"],
            )
            self._child_created = True
            names = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
            self._close_pipe_fds(*(chosen[name] for name in names))  # type: ignore[attr-defined]


def run(
    *arguments: Any, feed: str | None = None, check: bool = False, timeout: float = 300, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run `frontdesk` with these arguments until it ends; what it writes is kept as text."""
    command = [FRONTDESK, *arguments]
    streams = {"stdin": subprocess.DEVNULL if feed is None else subprocess.PIPE}
    with Process(command, **streams, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options) as process:
        try:
            said, complained = process.communicate(feed, timeout)
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(command, process.returncode, said, complained)
    if check:
        done.check_returncode()
    return done
