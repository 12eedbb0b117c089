"""A process that handles messages and kills itself at a given write: for tests of what a real kill -9 leaves behind.

It loads everything once (see tests/fork_server.py) and forks for each line of its input; it answers with the signal
that ended the fork.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from frontdesk.engine import Engine
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import open_container
from frontdesk.wiring.runner import runner_over
from tests.fakes import CrashingCases
from tests.fork_server import load as load_all


@dataclass
class KillingCases(CrashingCases):
    """Cases that kill their process before or after the n-th write."""

    async def _write(self, writing: Any) -> Any:
        self.writes += 1
        if self.writes == self.at and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await writing
        if self.writes == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


async def handle(engine: Engine, data: str, environment: dict[str, str], at: int, after: bool) -> None:
    """Work off what there is, and die on the way."""
    builtin = Builtin()
    builtin._engine = engine
    async with open_container(load(data=Path(data), environment=environment), builtin) as container:
        dependencies = replace(container.pipeline, cases=KillingCases(container.pipeline.cases, at, after))
        await runner_over(container.work.queue, container.settings, dependencies).run_until_idle()


def main() -> None:
    """Read lines of JSON, fork for each, tell how each ended."""
    load_all()
    engine = Engine.load(None)
    print("ready", flush=True)
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            asyncio.run(handle(engine, **json.loads(line)))
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
