"""Runs in TensorZero's own environment: `python tensorzero_child.py CONFIG`.

Reads lines `MODEL CLIENTS COUNT TEXT`; answers each with `@` and JSON: seconds of each call, processor seconds.
"""

import asyncio
import json
import sys
import time


async def main() -> None:
    from tensorzero import AsyncTensorZeroGateway

    built = AsyncTensorZeroGateway.build_embedded(config_file=sys.argv[1], async_setup=True)
    gateway = await built if hasattr(built, "__await__") else built
    print("@{}", flush=True)
    loop = asyncio.get_running_loop()
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        model, clients, count, text = line.split(" ", 3)
        print("@" + json.dumps(await measured(gateway, model, int(clients), int(count), text)), flush=True)


async def measured(gateway: object, model: str, clients: int, count: int, text: str) -> dict[str, object]:
    waits: list[float] = []
    numbers = iter(range(count))

    async def client() -> None:
        for _ in numbers:
            began = time.perf_counter()
            await gateway.inference(  # type: ignore[attr-defined]  # of another environment
                model_name=model, input={"messages": [{"role": "user", "content": text}]}
            )
            waits.append(time.perf_counter() - began)

    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return {"waits": waits, "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


asyncio.run(main())
